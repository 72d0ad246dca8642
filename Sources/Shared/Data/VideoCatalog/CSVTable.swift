/// A CSV text (RFC 4180) as records, with the line that each begins on.
///
/// Lines end with LF, CRLF or CR; fields in quotes may hold commas, line ends and doubled quotes. A
/// byte order mark is passed over, and so are empty lines.
struct CSVTable {
  /// One record.
  struct Record: Equatable {
    /// Line of its first byte, from 1.
    let line: Int
    let fields: [String]
  }

  /// Most fields in a file: bounds the memory that a file of empty fields takes.
  private static let maximumFields = 16_000_000

  private let bytes: [UInt8]
  private let path: String
  private var position = 0
  private var line = 1
  private var fieldCount = 0

  /// The records of a text; `path` is the file that errors name.
  static func parse(_ bytes: [UInt8], path: String) throws(VideoCatalogError) -> [Record] {
    var table = CSVTable(bytes: bytes, path: path)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      table.position = 3
    } else if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      throw VideoCatalogError(
        .malformedMetadata, path, "expected UTF-8, got UTF-16",
        suggestion: "Save the table as \"CSV UTF-8\".")
    }
    var records: [Record] = []
    while table.position < bytes.count {
      let start = table.line
      let fields = try table.record()
      if fields != [""] { records.append(Record(line: start, fields: fields)) }
    }
    return records
  }

  private init(bytes: [UInt8], path: String) {
    self.bytes = bytes
    self.path = path
  }

  private mutating func record() throws(VideoCatalogError) -> [String] {
    var fields: [String] = []
    while true {
      fieldCount += 1
      guard fieldCount <= Self.maximumFields else {
        throw failure("more than \(Self.maximumFields) fields", line: line)
      }
      let isQuoted = position < bytes.count && bytes[position] == UInt8(ascii: "\"")
      fields.append(isQuoted ? try quotedField() : try plainField())
      guard position < bytes.count else { return fields }
      if bytes[position] == UInt8(ascii: ",") {
        position += 1
      } else if takeLineEnd() {
        return fields
      } else {
        throw failure("expected a comma or the end of the line after a quoted field", line: line)
      }
    }
  }

  private mutating func plainField() throws(VideoCatalogError) -> String {
    let start = position
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: ","), UInt8(ascii: "\n"), UInt8(ascii: "\r"):
        return try text(bytes[start..<position], line: line)
      case UInt8(ascii: "\""):
        throw failure(
          "a quote inside a field without quotes", line: line,
          suggestion: "Put the whole field in quotes and double the quote.")
      default: position += 1
      }
    }
    return try text(bytes[start...], line: line)
  }

  private mutating func quotedField() throws(VideoCatalogError) -> String {
    let startLine = line
    var content: [UInt8] = []
    position += 1
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        position += 1
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
          return try text(content[...], line: startLine)
        }
        content.append(byte)
        position += 1
      } else {
        let start = position
        if !takeLineEnd() { position += 1 }
        content.append(contentsOf: bytes[start..<position])
      }
    }
    throw failure("the file ends inside the quoted field that begins here", line: startLine)
  }

  private mutating func takeLineEnd() -> Bool {
    switch bytes[position] {
    case UInt8(ascii: "\n"): break
    case UInt8(ascii: "\r"):
      if position + 1 < bytes.count && bytes[position + 1] == UInt8(ascii: "\n") { position += 1 }
    default: return false
    }
    position += 1
    line += 1
    return true
  }

  private func text(_ bytes: ArraySlice<UInt8>, line: Int) throws(VideoCatalogError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw failure("not UTF-8", line: line, suggestion: "Save the table as \"CSV UTF-8\".")
    }
    return text
  }

  private func failure(
    _ message: String, line: Int, suggestion: String? = nil
  ) -> VideoCatalogError {
    VideoCatalogError(.malformedMetadata, "\(path):\(line)", message, suggestion: suggestion)
  }
}
