internal import CFFmpeg

/// Ratio of a pixel's width to its height.
struct PixelShape: Equatable {
  let horizontal: Int32
  let vertical: Int32

  static let square = PixelShape(horizontal: 1, vertical: 1)

  /// Largest plausible ratio: no format of cameras or discs has a larger one.
  private static let mostStretched = 4.0

  /// A smaller difference from a square is a rounding error.
  private static let leastStretched = 0.01

  init(horizontal: Int32, vertical: Int32) {
    self.horizontal = horizontal
    self.vertical = vertical
  }

  /// A ratio of libav*; nil if it is missing, which libav* writes as 0:1.
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

  /// For example `16:11`.
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
