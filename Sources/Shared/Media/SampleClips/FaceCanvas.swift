internal import Contract
internal import FaceDetection
internal import Imaging

/// The picture in which derived people are painted. Whatever the portrait, the face is upright and
/// has the same size and position, so that its parts have fixed coordinates.
struct FaceCanvas: Sendable {
  /// Width and height in pixels.
  static let sizePixels = 448
  /// Pixels per unit of the canonical face.
  static let unitPixels = 128.0
  /// Position of the canonical face's middle (0.5, 0.5), in pixels.
  static let facePixels = SIMD2(224.0, 204.0)

  /// Takes coordinates of the canonical face to those of the portrait.
  let toPortrait: SimilarityTransform

  /// Finds the canonical face in a portrait.
  init(_ portrait: SamplePortrait) throws(SampleClipsError) {
    let geometry = CropGeometry(alignment: .landmarks, margin: 1, sizePixels: 1)
    guard let placement = geometry.placement(of: portrait.face) else {
      throw SampleClipsError(.noFace, portrait.person, "the face found has no size")
    }
    toPortrait = placement.transform
  }

  /// The point of the canonical face at the centre of a pixel of the canvas.
  static func point(_ x: Int, _ y: Int) -> SIMD2<Double> {
    (SIMD2(Double(x) + 0.5, Double(y) + 0.5) - facePixels) / unitPixels + 0.5
  }

  /// The pixel coordinates of a point of the canonical face.
  static func pixels(of point: SIMD2<Double>) -> SIMD2<Double> {
    (point - 0.5) * unitPixels + facePixels
  }

  /// The mean colour of the portrait in a square around a point of the canonical face.
  func meanColour(
    of portrait: SamplePortrait, around point: SIMD2<Double>, radius: Double = 0.05
  ) -> SIMD4<Float> {
    var sum = SIMD4<Float>(repeating: 0)
    for row in -3...3 {
      for column in -3...3 {
        let offset = SIMD2(Double(column), Double(row)) / 3 * radius
        sum += portrait.picture.sample(toPortrait.apply(point + offset))
      }
    }
    return sum / 49
  }
}
