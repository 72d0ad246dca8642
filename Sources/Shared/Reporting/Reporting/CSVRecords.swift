/// Takes CSV text (RFC 4180) apart, record by record, and tells where each of them lies.
struct CSVRecords: Sequence, IteratorProtocol {
  struct Record {
    /// The cells without their quotes; at most `maximumCells`.
    var cells: [String]
    /// The line where the record begins, from 1.
    var line: Int
    /// Where its bytes lie, the line break included.
    var range: Range<Int>
    /// Whether a line break ends it, its quotes are in order and there are not too many cells.
    var isComplete: Bool
  }

  /// Bounds the memory that a file of commas can ask for.
  static let maximumCells = 4096

  private let bytes: [UInt8]
  private var position = 0
  private var line = 1

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  mutating func next() -> Record? {
    guard position < bytes.count else { return nil }
    let start = position
    var record = Record(cells: [], line: line, range: start..<start, isComplete: true)
    var isLast = false
    while !isLast {
      let (cell, isSound) = nextCell()
      let hasRoom = record.cells.count < Self.maximumCells
      if hasRoom { record.cells.append(cell) }
      record.isComplete = record.isComplete && isSound && hasRoom
      isLast = position >= bytes.count || bytes[position] != UInt8(ascii: ",")
      if !isLast { position += 1 }
    }
    let hasBreak = skipLineBreak()
    record.isComplete = record.isComplete && hasBreak
    record.range = start..<position
    return record
  }

  /// The cell at the position, which moves behind it.
  private mutating func nextCell() -> (text: String, isSound: Bool) {
    guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
      let cell = bytes[position...].prefix { !Self.plainEnds.contains($0) }
      position = cell.endIndex
      return (String(decoding: cell, as: UTF8.self), !cell.contains(UInt8(ascii: "\"")))
    }
    position += 1
    var cell: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if byte == UInt8(ascii: "\n") { line += 1 }
      if byte == UInt8(ascii: "\"") {
        guard position < bytes.count, bytes[position] == byte else {
          let rest = bytes[position...].prefix { !Self.plainEnds.contains($0) }
          position = rest.endIndex
          return (String(decoding: cell, as: UTF8.self), rest.isEmpty)
        }
        position += 1
      }
      cell.append(byte)
    }
    return (String(decoding: cell, as: UTF8.self), false)
  }

  private mutating func skipLineBreak() -> Bool {
    if position < bytes.count, bytes[position] == UInt8(ascii: "\r") { position += 1 }
    guard position < bytes.count, bytes[position] == UInt8(ascii: "\n") else { return false }
    position += 1
    line += 1
    return true
  }

  private static let plainEnds: [UInt8] = [
    UInt8(ascii: ","), UInt8(ascii: "\n"), UInt8(ascii: "\r"),
  ]
}
