/// A colour scale for signed numbers: blue below 0, orange above 0, deeper for larger absolute
/// values, light grey at 0. Equal differences look equal: the lightness of each side falls evenly
/// (CIELAB, from 95 to 40). The hue shows the sign to any kind of colour vision.
package enum DivergingColours {
  /// Red, green and blue, 0...255, for a value in -1...1; others are clamped, NaN counts as 0.
  package static func colour(_ value: Double) -> (red: UInt8, green: UInt8, blue: UInt8) {
    let bounded = value.isNaN ? 0 : min(max(value, -1), 1)
    let side = bounded < 0 ? below : above
    let position = abs(bounded) * Double(side.count - 1)
    let first = min(Int(position), side.count - 2)
    let share = position - Double(first)
    let (from, to) = (side[first], side[first + 1])
    func mixed(_ channel: KeyPath<(Double, Double, Double), Double>) -> UInt8 {
      UInt8(from[keyPath: channel] * (1 - share) + to[keyPath: channel] * share)
    }
    return (mixed(\.0), mixed(\.1), mixed(\.2))
  }

  /// The same colour as a pixel, for drawing on a picture.
  package static func pixel(_ value: Double) -> SIMD3<UInt8> {
    let (red, green, blue) = colour(value)
    return SIMD3(red, green, blue)
  }

  private static let below: [(Double, Double, Double)] = [
    (241, 241, 241), (198, 217, 234), (150, 192, 226), (96, 166, 216), (30, 138, 200),
    (0, 104, 163),
  ]

  private static let above: [(Double, Double, Double)] = [
    (241, 241, 241), (246, 213, 189), (243, 184, 137), (235, 154, 85), (221, 121, 29),
    (180, 78, 0),
  ]
}
