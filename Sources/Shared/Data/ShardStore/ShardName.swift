/// The name of a shard: `shard-<task, 3 digits>-<number, 6 digits>.mdb`.
package struct ShardName: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
  /// Largest task number.
  package static let maximumTask = 999

  /// Largest shard number of a task.
  package static let maximumNumber = 999_999

  /// The task that writes the shard, 0...999.
  package let task: Int

  /// Position among the shards of the task, 0...999999.
  package let number: Int

  /// Creates a name; nil if `task` or `number` is out of bounds.
  package init?(task: Int, number: Int) {
    guard (0...Self.maximumTask).contains(task), (0...Self.maximumNumber).contains(number) else {
      return nil
    }
    self.task = task
    self.number = number
  }

  /// Reads a file name; nil if it is not a shard's.
  package init?(fileName: String) {
    let bytes = Array(fileName.utf8)
    guard bytes.count == 20, fileName.hasPrefix("shard-"), fileName.hasSuffix(".mdb"),
      bytes[9] == UInt8(ascii: "-"),
      let task = Digits.parse(bytes[6..<9]), let number = Digits.parse(bytes[10..<16])
    else { return nil }
    self.init(task: task, number: number)
  }

  /// The file name, e.g. `shard-000-000017.mdb`.
  package var fileName: String {
    "shard-" + Digits.padded(task, width: 3) + "-" + Digits.padded(number, width: 6) + ".mdb"
  }

  package var description: String { fileName }

  /// By task, then by number: the order of file names.
  package static func < (left: ShardName, right: ShardName) -> Bool {
    (left.task, left.number) < (right.task, right.number)
  }

  /// The shards of a store in order. Other files are ignored.
  package static func all(inStore directory: String) throws(ShardStoreError) -> [ShardName] {
    try StoreFolder.entries(directory).compactMap { ShardName(fileName: $0) }.sorted()
  }

  func path(inStore directory: String) -> String { directory + "/" + fileName }

  static func lockPath(task: Int, inStore directory: String) -> String {
    directory + "/task-" + Digits.padded(task, width: 3) + ".lock"
  }
}

/// Decimal numbers of fixed width: they have the same order as bytes and as numbers.
enum Digits {
  static func padded(_ value: Int, width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  /// The number in `bytes`, all of which must be digits. At most 9 of them: no overflow.
  static func parse(_ bytes: ArraySlice<UInt8>) -> Int? {
    guard (1...9).contains(bytes.count) else { return nil }
    var value = 0
    for byte in bytes {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
      value = value * 10 + Int(byte - UInt8(ascii: "0"))
    }
    return value
  }
}
