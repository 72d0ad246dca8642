internal import Randomness

/// A smooth random deformation of the plane.
struct ElasticField: Sendable, Equatable {
  /// Largest number of nodes per side.
  private static let maximumNodes = 8

  /// Number of nodes per side, 4...8.
  private let nodes: Int
  /// Moves of the nodes, in units of the standard normal distribution, row by row.
  private let moves: [SIMD2<Double>]

  /// Draws a field; each takes the same number of random numbers.
  init(using random: inout RandomStream) {
    nodes = 4 + random.below(Self.maximumNodes - 3)
    let all = (0..<(Self.maximumNodes * Self.maximumNodes)).map { _ in
      SIMD2(Double(random.normal()), Double(random.normal()))
    }
    moves = Array(all.prefix(nodes * nodes))
  }

  /// The move at a point of 0...1 x 0...1: the nodes are evenly spaced, and the moves between them
  /// are interpolated smoothly.
  func move(at point: SIMD2<Double>) -> SIMD2<Double> {
    let limit = Double(nodes - 1)
    let position = (point * limit).clamped(
      lowerBound: SIMD2(0, 0), upperBound: SIMD2(limit, limit))
    let cell = SIMD2(min(Int(position.x), nodes - 2), min(Int(position.y), nodes - 2))
    let share = position - SIMD2(Double(cell.x), Double(cell.y))
    let weight = share * share * (3 - 2 * share)
    let first = cell.y * nodes + cell.x
    let upper = moves[first] + (moves[first + 1] - moves[first]) * weight.x
    let lower = moves[first + nodes] + (moves[first + nodes + 1] - moves[first + nodes]) * weight.x
    return upper + (lower - upper) * weight.y
  }
}
