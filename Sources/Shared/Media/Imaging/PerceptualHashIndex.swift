/// Finds, of many pictures, the one that looks most like a copy of another one.
///
/// Copies differ in at most 16 of the first 64 bits (``PerceptualHash/maximumFirstDistance``), and so in
/// at most 4 of at least one quarter of these. So the pictures lie in a table by each quarter, and only
/// the entries within 4 bits are compared: multi-index hashing (Norouzi, Punjani and Fleet, 2012). The
/// result is that of comparing with all.
public struct PerceptualHashIndex: Sendable {
  private static let quarters = 4
  private static let quarterBits = 16
  /// What may be exchanged in a quarter: all numbers with at most 4 bits.
  private static let changes: [Int] = (0..<1 << quarterBits).filter {
    $0.nonzeroBitCount <= PerceptualHash.maximumFirstDistance / quarters
  }
  /// With fewer pictures comparing all of them is faster than 10,068 entries of tables.
  private static let leastForTables = 10_000

  private let hashes: [PerceptualHash]
  private let tables: [Table]

  /// Positions in order of a quarter's value.
  private struct Table: Sendable {
    /// Of each value, where its positions begin; one more at the end.
    var starts: [Int32]
    var positions: [Int32]
  }

  /// Indexes pictures by their position.
  public init(_ hashes: [PerceptualHash]) { self.init(hashes, leastForTables: Self.leastForTables) }

  init(_ hashes: [PerceptualHash], leastForTables: Int) {
    self.hashes = hashes
    guard hashes.count >= leastForTables else {
      tables = []
      return
    }
    tables = (0..<Self.quarters).map { quarter in
      var starts = [Int32](repeating: 0, count: 1 << Self.quarterBits + 1)
      for hash in hashes { starts[Self.value(hash, quarter) + 1] += 1 }
      for value in 1..<starts.count { starts[value] += starts[value - 1] }
      var next = starts
      var positions = [Int32](repeating: 0, count: hashes.count)
      for (position, hash) in hashes.enumerated() {
        let value = Self.value(hash, quarter)
        positions[Int(next[value])] = Int32(position)
        next[value] += 1
      }
      return Table(starts: starts, positions: positions)
    }
  }

  private static func value(_ hash: PerceptualHash, _ quarter: Int) -> Int {
    Int(truncatingIfNeeded: hash.words[0] >> UInt64(quarter * quarterBits))
      & (1 << quarterBits - 1)
  }

  /// The picture that looks most like a copy of the given one, the first of several; nil where none does.
  public func closest(to hash: PerceptualHash) -> (position: Int, distance: Int)? {
    var best: (position: Int, distance: Int)?
    func compare(_ position: Int) {
      guard let distance = hash.distanceOfCopy(hashes[position]) else { return }
      if let best, (best.distance, best.position) <= (distance, position) { return }
      best = (position, distance)
    }
    guard !tables.isEmpty else {
      for position in hashes.indices { compare(position) }
      return best
    }
    for (quarter, table) in tables.enumerated() {
      let value = Self.value(hash, quarter)
      for change in Self.changes {
        let entry = value ^ change
        for index in table.starts[entry]..<table.starts[entry + 1] {
          compare(Int(table.positions[Int(index)]))
        }
      }
    }
    return best
  }
}
