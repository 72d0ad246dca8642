internal import Foundation

/// Blending weights for a square crop, on a grid that may be coarser than the crop's pixels.
package struct BlendMask: Sendable, Equatable {
  /// Number of cells per side.
  package let size: Int
  /// Weights of 0...1, rows from top to bottom.
  package private(set) var weights: [Float]

  /// Creates a mask from its weights.
  ///
  /// - Precondition: `size` is positive, and there are `size * size` weights.
  package init(size: Int, weights: [Float]) {
    precondition(size > 0 && weights.count == size * size, "a mask is a square of weights")
    self.size = size
    self.weights = weights
  }

  /// Creates a mask whose weights are the shares of the cells that lie inside a closed polygon.
  ///
  /// Each edge adds to the cells of its rows the area that begins to its right; the running sum
  /// from the left is the share. It is exact unless the polygon crosses itself.
  init(size: Int, polygon: [SIMD2<Double>]) {
    // Faces of damaged records may lie so far away that the exact position doesn't matter.
    let bound = SIMD2<Double>(repeating: 1e6)
    let polygon = polygon.map { $0.clamped(lowerBound: -bound, upperBound: bound) }
    var sums = [Double](repeating: 0, count: size * (size + 2))
    for (index, end) in polygon.enumerated() {
      let start = polygon[(index + polygon.count - 1) % polygon.count]
      guard start.y != end.y else { continue }
      let (upper, lower, sign) = start.y < end.y ? (start, end, 1.0) : (end, start, -1.0)
      let slope = (lower.x - upper.x) / (lower.y - upper.y)
      let first = Int(max(upper.y, 0))
      let last = min(Int(min(lower.y, Double(size)).rounded(.up)), size)
      guard first < last else { continue }
      for row in first..<last {
        let top = max(upper.y, Double(row))
        let bottom = min(lower.y, Double(row + 1))
        guard bottom > top else { continue }
        Self.add(
          from: upper.x + (top - upper.y) * slope, to: upper.x + (bottom - upper.y) * slope,
          height: sign * (bottom - top), size: size, row: row * (size + 2), &sums)
      }
    }
    self.size = size
    weights = [Float](repeating: 0, count: size * size)
    for row in 0..<size {
      var sum = 0.0
      for column in 0..<size {
        sum += sums[row * (size + 2) + column]
        weights[row * size + column] = Float(min(abs(sum), 1))
      }
    }
  }

  /// Adds a piece of an edge within one row of cells.
  private static func add(
    from start: Double, to end: Double, height: Double, size: Int, row: Int, _ sums: inout [Double]
  ) {
    let limit = Double(size)
    let (lowest, highest) = (min(start, end), max(start, end))
    let left = min(max(lowest, 0), limit)
    let right = min(max(highest, 0), limit)
    let firstCell = Int(left)
    guard highest - lowest > 1e-9 else {
      let share = left - Double(firstCell)
      sums[row + firstCell] += height * (1 - share)
      sums[row + firstCell + 1] += height * share
      return
    }
    let heightPerCell = height / (highest - lowest)
    // The part of the edge left of the grid counts for the whole row; the part right of it for
    // none.
    sums[row] += heightPerCell * max(min(highest, 0) - lowest, 0)
    // For each cell that the edge crosses: the edge's height and the position of its middle.
    var position = left
    var cell = firstCell
    while position < right {
      let next = min(Double(cell + 1), right)
      let part = heightPerCell * (next - position)
      let share = (position + next) / 2 - Double(cell)
      sums[row + cell] += part * (1 - share)
      sums[row + cell + 1] += part * share
      position = next
      cell += 1
    }
  }

  /// Softens the border with a Gaussian, cut off at three standard deviations.
  ///
  /// - Parameter sigma: the standard deviation in cells; below 0.2 nothing changes.
  mutating func blur(sigma: Double) {
    guard sigma >= 0.2 else { return }
    let radius = min(Int((3 * sigma).rounded(.up)), size - 1)
    let bell = (0...radius).map { exp(-0.5 * Double($0 * $0) / (sigma * sigma)) }
    let total = bell[0] + 2 * bell.dropFirst().reduce(0, +)
    let taps = bell.map { Float($0 / total) }
    var transposed = [Float](repeating: 0, count: size * size)
    Self.blurColumns(weights, taps, size: size, transposed: &transposed)
    Self.blurColumns(transposed, taps, size: size, transposed: &weights)
  }

  /// Blurs along the columns, whole rows at a time, and transposes the result.
  private static func blurColumns(
    _ source: [Float], _ taps: [Float], size: Int, transposed: inout [Float]
  ) {
    source.withUnsafeBufferPointer { source in
      transposed.withUnsafeMutableBufferPointer { transposed in
        withUnsafeTemporaryAllocation(of: Float.self, capacity: size) { sums in
          for row in 0..<size {
            for column in 0..<size { sums[column] = taps[0] * source[row * size + column] }
            for (distance, tap) in taps.enumerated().dropFirst() {
              let above = max(row - distance, 0) * size
              let below = min(row + distance, size - 1) * size
              for column in 0..<size {
                sums[column] += tap * (source[above + column] + source[below + column])
              }
            }
            for column in 0..<size { transposed[column * size + row] = sums[column] }
          }
        }
      }
    }
  }

  /// Keeps the soft border inside of the outline: weights up to `threshold` become 0.
  mutating func keepInside(above threshold: Float) {
    for index in weights.indices {
      weights[index] = max((weights[index] - threshold) / (1 - threshold), 0)
    }
  }

  /// Multiplies all weights.
  mutating func scale(by factor: Float) {
    for index in weights.indices { weights[index] *= factor }
  }
}
