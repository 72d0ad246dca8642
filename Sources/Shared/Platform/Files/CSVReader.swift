/// Splits CSV text (RFC 4180) into records, and says where each of them lies and what is wrong with
/// it. After a record that breaks the format, the following ones are still read.
package struct CSVReader: Sequence, IteratorProtocol {
  /// A line, or several if a field in quotes contains line ends.
  package struct Record: Sendable {
    /// The fields without their quotes; at most `maximumFields`.
    package fileprivate(set) var fields: [String]
    /// The line where the record begins, from 1.
    package let line: Int
    /// The range of its bytes, the line end included.
    package fileprivate(set) var range: Range<Int>
    /// Whether a line end follows.
    package fileprivate(set) var hasLineEnd = false
    /// The first problem of the record; nil if it follows the format.
    package fileprivate(set) var problem: Problem?

    /// Whether a line end follows, and nothing breaks the format.
    package var isComplete: Bool { hasLineEnd && problem == nil }
  }

  /// Where and how a record breaks the format.
  package struct Problem: Sendable {
    let line: Int
    let message: String
    var advice: String?
  }

  /// The most fields of a record. This bounds the memory that a file of commas takes.
  package static let maximumFields = 4096

  private let bytes: [UInt8]
  private let takesLoneReturns: Bool
  private let separator: UInt8
  private var position: Int
  private var line = 1

  /// Begins at the first record, after a byte order mark if there is one.
  ///
  /// - Parameters:
  ///   - separator: what separates fields.
  ///   - takesLoneReturns: whether CR ends a line as LF and CRLF do; otherwise a CR that no LF
  ///     follows breaks the format.
  package init(
    _ bytes: [UInt8], separator: UInt8 = UInt8(ascii: ","), takesLoneReturns: Bool = false
  ) {
    self.bytes = bytes
    self.separator = separator
    self.takesLoneReturns = takesLoneReturns
    position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  /// The next record; nil after the last.
  package mutating func next() -> Record? {
    guard position < bytes.count else { return nil }
    let start = position
    var record = Record(fields: [], line: line, range: start..<start)
    while true {
      let field = current == UInt8(ascii: "\"") ? quotedField(&record) : plainField(&record)
      if record.fields.count < Self.maximumFields {
        record.fields.append(field)
      } else {
        note("more than \(Self.maximumFields) fields in a line", line: record.line, &record)
      }
      guard current == separator else { break }
      position += 1
    }
    endLine(&record)
    record.range = start..<position
    return record
  }

  private var separatorName: String {
    switch separator {
    case UInt8(ascii: ";"): "semicolon"
    case UInt8(ascii: "\t"): "tab"
    case UInt8(ascii: "|"): "bar"
    default: "comma"
    }
  }

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private func note(
    _ message: String, line: Int, advice: String? = nil, _ record: inout Record
  ) {
    if record.problem == nil {
      record.problem = Problem(line: line, message: message, advice: advice)
    }
  }

  /// Takes the bytes before the next separator or line end.
  private mutating func takePlainBytes() -> ArraySlice<UInt8> {
    let start = position
    while let byte = current, byte != separator, byte != UInt8(ascii: "\n"),
      byte != UInt8(ascii: "\r")
    {
      position += 1
    }
    return bytes[start..<position]
  }

  private mutating func plainField(_ record: inout Record) -> String {
    let field = takePlainBytes()
    if field.contains(UInt8(ascii: "\"")) {
      note(
        "a quote inside a field without quotes", line: line,
        advice: "put the whole field in quotes and double the quote", &record)
    }
    return text(field, line: line, &record)
  }

  private mutating func quotedField(_ record: inout Record) -> String {
    let startLine = line
    var content: [UInt8] = []
    position += 1
    while let byte = current {
      if byte != UInt8(ascii: "\"") {
        let start = position
        if !takeLineEnd() { position += 1 }
        content += bytes[start..<position]
        continue
      }
      position += 1
      if current == UInt8(ascii: "\"") {
        content.append(byte)
        position += 1
        continue
      }
      if !takePlainBytes().isEmpty {
        note(
          "expected a \(separatorName) or the end of the line after a quoted field", line: line,
          &record)
      }
      return text(content[...], line: startLine, &record)
    }
    note(
      "the file ends inside the quoted field that begins here", line: startLine, &record)
    return text(content[...], line: startLine, &record)
  }

  private func text(_ bytes: ArraySlice<UInt8>, line: Int, _ record: inout Record) -> String {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    note("not UTF-8", line: line, advice: "save the table as \"CSV UTF-8\"", &record)
    return String(decoding: bytes, as: UTF8.self)
  }

  private mutating func endLine(_ record: inout Record) {
    record.hasLineEnd = takeLineEnd()
    if !record.hasLineEnd, current == UInt8(ascii: "\r") {
      note("a carriage return without a line feed", line: line, &record)
      position += 1
    }
  }

  /// Takes a line end if one comes next; returns whether it did.
  private mutating func takeLineEnd() -> Bool {
    guard let byte = current else { return false }
    let hasFeed = position + 1 < bytes.count && bytes[position + 1] == UInt8(ascii: "\n")
    switch byte {
    case UInt8(ascii: "\n"): position += 1
    case UInt8(ascii: "\r") where hasFeed: position += 2
    case UInt8(ascii: "\r") where takesLoneReturns: position += 1
    default: return false
    }
    line += 1
    return true
  }
}
