/// A small grid of numbers that covers a picture or a crop evenly, such as a network's activation
/// map.
package struct HeatMap: Sendable, Equatable {
  /// Number of columns.
  package let width: Int
  /// Number of rows.
  package let height: Int
  /// Row-major, `height x width`, each finite.
  package let values: [Float]

  /// - Parameter values: row-major, `height x width`; clamped to -1...1 where the map is drawn.
  /// - Returns: nil if `values` has another count or holds a number that isn't finite.
  package init?(width: Int, height: Int, values: [Float]) {
    guard width > 0, height > 0, values.count == width.multipliedReportingOverflow(by: height).0,
      values.allSatisfy(\.isFinite)
    else { return nil }
    self.width = width
    self.height = height
    self.values = values
  }

  /// The largest absolute value.
  package var strongest: Float { values.reduce(0) { max($0, abs($1)) } }

  /// The map scaled so that its largest absolute value is 1; unchanged if all values are 0.
  package var normalized: HeatMap { strongest > 0 ? dividing(by: strongest) : self }

  /// The map with each value divided by a number, e.g. the strongest value of a whole video, so
  /// that its pictures can be compared; unchanged if the number isn't above 0.
  package func dividing(by number: Float) -> HeatMap {
    guard number > 0 else { return self }
    return HeatMap(width: width, height: height, values: values.map { $0 / number }) ?? self
  }

  /// The value at a point, bilinear between the cells' centres and constant beyond the outermost.
  ///
  /// - Parameters:
  ///   - x: 0 at the left edge of the map, 1 at its right edge.
  ///   - y: 0 at its top, 1 at its bottom.
  package func value(x: Double, y: Double) -> Double {
    values.withUnsafeBufferPointer {
      interpolated($0, Self.neighbours(x, width), Self.neighbours(y, height))
    }
  }

  /// The two cells that a position lies between, and its distance from the first in cells, 0...1.
  typealias Neighbours = (first: Int, second: Int, share: Double)

  @inline(__always)
  static func neighbours(_ position: Double, _ cells: Int) -> Neighbours {
    let cell = position * Double(cells) - 0.5
    let bounded = cell > 0 ? min(cell, Double(cells - 1)) : 0
    let first = Int(bounded)
    return (first, min(first + 1, cells - 1), bounded - Double(first))
  }

  /// The value between four cells.
  ///
  /// - Parameter values: the map's own values, as a buffer.
  @inline(__always)
  func interpolated(
    _ values: UnsafeBufferPointer<Float>, _ column: Neighbours, _ row: Neighbours
  ) -> Double {
    let (upper, lower) = (row.first * width, row.second * width)
    let left = 1 - column.share
    let above =
      Double(values[upper + column.first]) * left
      + Double(values[upper + column.second]) * column.share
    let below =
      Double(values[lower + column.first]) * left
      + Double(values[lower + column.second]) * column.share
    return above * (1 - row.share) + below * row.share
  }
}
