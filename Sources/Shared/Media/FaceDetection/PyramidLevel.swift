internal import Contract
internal import Imaging

/// One size of the picture at which P-Net looks for faces of about `12 / scale` pixels.
struct PyramidLevel: Equatable {
  /// Size relative to the picture.
  let scale: Double
  /// Width of the resized picture.
  let width: Int
  /// Height of the resized picture.
  let height: Int

  /// Side of P-Net's window, in pixels of the picture.
  var windowSide: Double { 12 / scale }

  /// The levels for a picture, finest first; none for a picture smaller than the smallest face.
  static func levels(width: Int, height: Int, settings: MTCNNSettings) -> [PyramidLevel] {
    var levels: [PyramidLevel] = []
    var scale = 12 / settings.minimumFaceSize
    var shortSide = Double(min(width, height)) * scale
    while shortSide >= 12 {
      levels.append(
        PyramidLevel(
          scale: scale, width: Int(Double(width) * scale + 1),
          height: Int(Double(height) * scale + 1)))
      scale *= settings.pyramidFactor
      shortSide *= settings.pyramidFactor
    }
    return levels
  }

  /// The part of the level that P-Net needs to see the square of `side` around `center`, both in
  /// pixels of the picture. It begins at an even pixel and ends before one or at the edge, so that
  /// pooling takes the same pixels together as in a run over the whole level; nil if it is too
  /// small.
  func window(around center: SIMD2<Float>, side: Float) -> PyramidWindow? {
    func range(_ center: Float, _ count: Int) -> Range<Int>? {
      let (middle, half) = (Double(center) * scale, Double(side) * scale / 2)
      guard middle.isFinite, half.isFinite else { return nil }
      let start = Int(max(0, min(Double(count), (middle - half).rounded(.down)))) / 2 * 2
      let end = Int(max(0, min(Double(count), (middle + half).rounded(.up))))
      let evenEnd = min(count, (end + 1) / 2 * 2)
      return evenEnd - start >= 12 ? start..<evenEnd : nil
    }
    guard let columns = range(center.x, width), let rows = range(center.y, height) else {
      return nil
    }
    return PyramidWindow(level: self, columns: columns, rows: rows)
  }

  var wholeWindow: PyramidWindow {
    PyramidWindow(level: self, columns: 0..<width, rows: 0..<height)
  }
}

/// A part of a level, in its pixels.
struct PyramidWindow: Equatable {
  let level: PyramidLevel
  let columns: Range<Int>
  let rows: Range<Int>

  /// The pixels of the picture that the window touches.
  func sourceRectangle(width: Int, height: Int) -> PixelRectangle {
    func range(_ window: Range<Int>, _ count: Int, _ sourceCount: Int) -> Range<Int> {
      let start = window.lowerBound * sourceCount / count
      return start..<max(start, (window.upperBound * sourceCount + count - 1) / count)
    }
    let x = range(columns, level.width, width)
    let y = range(rows, level.height, height)
    return PixelRectangle(
      x: x.lowerBound, y: y.lowerBound, width: x.count, height: y.count)
  }
}
