internal import Foundation

/// Weights of what is put on a square crop, on a grid that may be coarser than its pixels.
package struct BlendMask: Sendable, Equatable {
  /// Cells of a side.
  package let size: Int
  /// Weights of 0...1, rows from top to bottom.
  package private(set) var weights: [Float]

  /// Takes over weights.
  ///
  /// - Precondition: there are `size * size`, and at least one.
  package init(size: Int, weights: [Float]) {
    precondition(size > 0 && weights.count == size * size, "a mask is a square of weights")
    self.size = size
    self.weights = weights
  }

  /// The share of each cell that lies inside of a closed polygon.
  ///
  /// Each edge adds to the cells of its rows how much area it opens to its right; the sum from the left
  /// is the share, exact but where a polygon crosses itself.
  init(size: Int, polygon: [SIMD2<Double>]) {
    // Far away, where faces of damaged records may lie, it is all the same.
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
    // What lies left of the grid opens whole rows; what lies right of it opens nothing.
    sums[row] += heightPerCell * max(min(highest, 0) - lowest, 0)
    // The edge's height in each cell that it crosses, and where in the cell its middle lies.
    var place = left
    var cell = firstCell
    while place < right {
      let next = min(Double(cell + 1), right)
      let part = heightPerCell * (next - place)
      let share = (place + next) / 2 - Double(cell)
      sums[row + cell] += part * (1 - share)
      sums[row + cell + 1] += part * share
      place = next
      cell += 1
    }
  }

  /// Softens the border with a Gaussian bell, cut off at three standard deviations.
  ///
  /// - Parameter sigma: the standard deviation in cells; below 0.2 nothing changes.
  mutating func blur(sigma: Double) {
    guard sigma >= 0.2 else { return }
    let radius = min(Int((3 * sigma).rounded(.up)), size - 1)
    let bell = (0...radius).map { exp(-0.5 * Double($0 * $0) / (sigma * sigma)) }
    let total = bell[0] + 2 * bell.dropFirst().reduce(0, +)
    let taps = bell.map { Float($0 / total) }
    var turned = [Float](repeating: 0, count: size * size)
    Self.blurColumns(weights, taps, size: size, turned: &turned)
    Self.blurColumns(turned, taps, size: size, turned: &weights)
  }

  /// Blurs along the columns, whole rows at a time, and turns the result: rows become columns.
  private static func blurColumns(
    _ source: [Float], _ taps: [Float], size: Int, turned: inout [Float]
  ) {
    source.withUnsafeBufferPointer { source in
      turned.withUnsafeMutableBufferPointer { turned in
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
            for column in 0..<size { turned[column * size + row] = sums[column] }
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
