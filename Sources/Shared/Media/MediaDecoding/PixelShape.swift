internal import CFFmpeg

/// Width to height of a pixel.
struct PixelShape: Equatable {
  let horizontal: Int32
  let vertical: Int32

  static let square = PixelShape(horizontal: 1, vertical: 1)

  /// No camera's or disc's format has pixels further from a square.
  private static let mostStretched = 4.0

  /// Less than this is what rounding leaves of a square.
  private static let leastStretched = 0.01

  init(horizontal: Int32, vertical: Int32) {
    self.horizontal = horizontal
    self.vertical = vertical
  }

  /// A ratio as libav* gives it; nil where it is missing, which it writes as 0:1.
  init?(_ ratio: AVRational) {
    guard ratio.num != 0, ratio.den != 0 else { return nil }
    self.init(horizontal: ratio.num, vertical: ratio.den)
  }

  var ratio: Double { Double(horizontal) / Double(vertical) }

  /// Whether pixels can have this shape.
  var isPlausible: Bool {
    horizontal > 0 && vertical > 0 && ratio <= PixelShape.mostStretched
      && 1 / ratio <= PixelShape.mostStretched
  }

  /// e.g. `16:11`.
  var text: String { "\(horizontal):\(vertical)" }

  /// The shape of the pixels of a field, which has every other line.
  var ofSingleField: PixelShape {
    PixelShape(horizontal: horizontal, vertical: vertical.multipliedReportingOverflow(by: 2).0)
  }

  /// The size that a coded picture is shown in: never smaller than it was.
  func stretched(width: Int, height: Int) -> (width: Int, height: Int) {
    guard isPlausible, abs(ratio - 1) >= PixelShape.leastStretched else { return (width, height) }
    return ratio > 1
      ? (Int((Double(width) * ratio).rounded()), height)
      : (width, Int((Double(height) / ratio).rounded()))
  }
}
