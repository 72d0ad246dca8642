/// A rectangle around a face: pixels of the picture, right and lower edge as MTCNN gives them.
/// May reach beyond the picture.
package struct FaceBox: Sendable, Equatable, Codable {
  /// Left edge.
  package var x1: Float
  /// Top edge.
  package var y1: Float
  /// Right edge.
  package var x2: Float
  /// Bottom edge.
  package var y2: Float

  package init(x1: Float, y1: Float, x2: Float, y2: Float) {
    self.x1 = x1
    self.y1 = y1
    self.x2 = x2
    self.y2 = y2
  }

  /// Width in pixels.
  package var width: Float { x2 - x1 }
  /// Height in pixels.
  package var height: Float { y2 - y1 }
  /// Longer side in pixels.
  package var side: Float { max(width, height) }
  /// Area in pixels.
  package var area: Float { width * height }
  package var center: SIMD2<Float> { SIMD2((x1 + x2) / 2, (y1 + y2) / 2) }

  /// Area of the common part divided by the area of both together, 0...1.
  package func intersectionOverUnion(_ other: FaceBox) -> Float {
    let common =
      max(0, min(x2, other.x2) - max(x1, other.x1)) * max(0, min(y2, other.y2) - max(y1, other.y1))
    let together = area + other.area - common
    return together > 0 ? common / together : 0
  }

  /// The box moved by `offset`.
  func moved(by offset: SIMD2<Float>) -> FaceBox {
    FaceBox(x1: x1 + offset.x, y1: y1 + offset.y, x2: x2 + offset.x, y2: y2 + offset.y)
  }

  /// The box with its sides multiplied by `factor` around the same centre.
  func scaled(by factor: Float) -> FaceBox {
    let (dx, dy) = (width * (factor - 1) / 2, height * (factor - 1) / 2)
    return FaceBox(x1: x1 - dx, y1: y1 - dy, x2: x2 + dx, y2: y2 + dy)
  }

  /// The square of the longer side around the same centre.
  var squared: FaceBox {
    let (w, h, side) = (width, height, side)
    let left = x1 + w * 0.5 - side * 0.5
    let top = y1 + h * 0.5 - side * 0.5
    return FaceBox(x1: left, y1: top, x2: left + side, y2: top + side)
  }

  /// The box with its edges moved by `regression` (x1, y1, x2, y2 in units of `width` and
  /// `height`).
  func regressed(_ regression: SIMD4<Float>, width: Float, height: Float) -> FaceBox {
    FaceBox(
      x1: x1 + regression.x * width, y1: y1 + regression.y * height, x2: x2 + regression.z * width,
      y2: y2 + regression.w * height)
  }
}
