/// Colours for numbers with a sign: blue below 0, orange above it, the deeper the larger; nothing at
/// 0. The steps are even to the eye: each side falls evenly in lightness (CIELAB, from 95 to 40) and
/// its hue tells the sign for any kind of colour vision.
package enum DivergingColours {
  /// Red, green and blue, 0...255, of a number of -1...1; others are cut, NaN is 0.
  package static func colour(_ value: Double) -> (red: UInt8, green: UInt8, blue: UInt8) {
    let bounded = value.isNaN ? 0 : min(max(value, -1), 1)
    let side = bounded < 0 ? below : above
    let place = abs(bounded) * Double(side.count - 1)
    let first = min(Int(place), side.count - 2)
    let share = place - Double(first)
    let (from, to) = (side[first], side[first + 1])
    func mixed(_ channel: KeyPath<(Double, Double, Double), Double>) -> UInt8 {
      UInt8(from[keyPath: channel] * (1 - share) + to[keyPath: channel] * share)
    }
    return (mixed(\.0), mixed(\.1), mixed(\.2))
  }

  /// As `colour`, for drawing on a picture.
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
