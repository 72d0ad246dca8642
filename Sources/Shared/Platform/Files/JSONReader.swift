/// Reads strict JSON (RFC 8259), piece by piece or value by value, and says where a text breaks the
/// format.
///
/// ```swift
/// try reader.expect("{")
/// var isFirst = true
/// while try reader.nextMember(&isFirst) { members[try reader.key()] = try reader.string() }
/// ```
package struct JSONReader {
  /// Deepest nesting of a value. Metadata has two levels; without a bound, a hostile file could
  /// exhaust the stack.
  private static let maximumDepth = 64
  /// The most values of a text. This bounds the memory, which for short values is many times the
  /// size of the text.
  private static let maximumValues = 8_000_000

  private let bytes: [UInt8]
  private let path: String
  private let textName: String
  private let start: Int
  private let end: Int
  private var valueCount = 0

  /// Offset of the next piece from the beginning of the file, in bytes.
  package private(set) var position: Int

  /// Reads a part of a file.
  ///
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - range: the range of the JSON text.
  ///   - path: the file that errors name.
  ///   - textName: what errors call the text.
  package init(
    _ bytes: [UInt8], range: Range<Int>, path: String, textName: String = "the file"
  ) {
    self.bytes = bytes
    self.path = path
    self.textName = textName
    (start, end) = (range.lowerBound, range.upperBound)
    position = range.lowerBound
  }

  // MARK: Pieces

  /// Takes a character that must come next, and the space before it.
  package mutating func expect(
    _ character: Unicode.Scalar, skippingSpace: Bool = true
  ) throws(FileError) {
    if skippingSpace { skipSpace() }
    guard takeNext(character) else { throw unexpected("'\(character)'") }
  }

  /// Makes sure that nothing but space follows.
  package mutating func expectEnd() throws(FileError) {
    skipSpace()
    guard position == end else {
      let isSecondValue = current == UInt8(ascii: "{") || current == UInt8(ascii: "[")
      throw isSecondValue
        ? failure(
          "expected the end of \(textName), got a second value",
          advice: "make one value of them: a JSON file has no more, unlike one of JSON Lines")
        : unexpected("the end of \(textName)")
    }
  }

  /// Steps to the next member of an object whose brace is read; false after the last one.
  package mutating func nextMember(_ isFirst: inout Bool) throws(FileError) -> Bool {
    try next(before: "}", &isFirst)
  }

  /// Steps to the next element of an array whose bracket is read; false after the last one.
  package mutating func nextElement(_ isFirst: inout Bool) throws(FileError) -> Bool {
    try next(before: "]", &isFirst)
  }

  private mutating func next(
    before end: Unicode.Scalar, _ isFirst: inout Bool
  ) throws(FileError) -> Bool {
    skipSpace()
    if isFirst, takeNext(end) { return false }
    if !isFirst {
      if takeNext(end) { return false }
      let comma = position
      guard takeNext(",") else { throw unexpected("',' or '\(end)'") }
      skipSpace()
      guard current != UInt8(ascii: end) else {
        throw failure(
          at: comma, "a comma stands before '\(end)', with nothing after it", advice: "take it out")
      }
    }
    isFirst = false
    skipSpace()
    return true
  }

  /// Takes a member's key and the colon after it.
  package mutating func key() throws(FileError) -> String {
    let text = try string()
    try expect(":")
    return text
  }

  /// A whole number from 0 up.
  package mutating func wholeNumber() throws(FileError) -> Int {
    skipSpace()
    let digits = bytes[position..<end].prefix(20).prefix(while: Self.isDigit)
    let isPlain = digits.first != UInt8(ascii: "0") || digits.count == 1
    guard isPlain, let number = Int(String(decoding: digits, as: UTF8.self)) else {
      throw unexpected("a whole number from 0 to \(Int.max)")
    }
    position += digits.count
    return number
  }

  /// An array of whole numbers from 0 up.
  package mutating func wholeNumbers(atMost maximumCount: Int) throws(FileError) -> [Int] {
    try expect("[")
    var numbers: [Int] = []
    var isFirst = true
    while try nextElement(&isFirst) {
      guard numbers.count < maximumCount else {
        throw failure("expected at most \(maximumCount) numbers")
      }
      numbers.append(try wholeNumber())
    }
    return numbers
  }

  package mutating func string() throws(FileError) -> String {
    try expect("\"")
    var text = ""
    while true {
      let start = position
      while let byte = current, byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\")
      {
        position += 1
      }
      guard let run = String(validating: bytes[start..<position], as: UTF8.self) else {
        throw failure(at: start, "expected a string in UTF-8, got other bytes")
      }
      text += run
      if takeNext("\"") { return text }
      guard current != nil else { throw failure("expected '\"', got \(found)") }
      guard takeNext("\\") else {
        throw failure("expected no control character within a string, got \(found)")
      }
      text.unicodeScalars.append(try escape())
    }
  }

  /// The character of an escape, after the backslash.
  private mutating func escape() throws(FileError) -> Unicode.Scalar {
    guard let byte = current else { throw failure("expected an escape, got \(found)") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{08}"
    case UInt8(ascii: "f"): return "\u{0C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try unicodeEscape()
    default:
      throw failure(at: position - 1, "expected an escape of JSON, got another character")
    }
  }

  /// The part of `\uXXXX` after the `u`, and the second half of a surrogate pair (RFC 8259, 7).
  private mutating func unicodeEscape() throws(FileError) -> Unicode.Scalar {
    let start = position
    let message = "expected a character's escape, got half a surrogate pair"
    let first = try fourHexadecimalDigits()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xDC00, takeNext("\\"), takeNext("u") else { throw failure(at: start, message) }
    let second = try fourHexadecimalDigits()
    guard (0xDC00...0xDFFF).contains(second),
      let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
    else { throw failure(at: start, message) }
    return scalar
  }

  private mutating func fourHexadecimalDigits() throws(FileError) -> UInt32 {
    var result: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw failure("expected four hexadecimal digits, got \(found)")
      }
      result = result << 4 | UInt32(digit)
      position += 1
    }
    return result
  }

  // MARK: Whole values

  /// Any value, with its members or elements.
  package mutating func value() throws(FileError) -> JSONValue {
    try value(depth: 0)
  }

  private mutating func value(depth: Int) throws(FileError) -> JSONValue {
    skipSpace()
    guard depth < Self.maximumDepth else {
      throw failure("nested deeper than \(Self.maximumDepth) levels")
    }
    valueCount += 1
    guard valueCount <= Self.maximumValues else {
      throw failure("more than \(Self.maximumValues) values")
    }
    // The word "-Infinity" begins like a number.
    guard current != UInt8(ascii: "-") || foreignSyntax == nil else { throw unexpected("a value") }
    switch current {
    case UInt8(ascii: "{"): return .object(try object(depth: depth))
    case UInt8(ascii: "["): return .array(try array(depth: depth))
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case .some(let byte) where byte == UInt8(ascii: "-") || Self.isDigit(byte):
      return .number(try number())
    case .some: throw unexpected("a value")
    case nil: throw failure("\(textName) ends where a value is expected")
    }
  }

  private mutating func object(depth: Int) throws(FileError) -> [JSONMember] {
    var members: [JSONMember] = []
    var keys: Set<String> = []
    var isFirst = true
    try expect("{")
    while try nextMember(&isFirst) {
      let start = position
      let key = try key()
      guard keys.insert(key).inserted else {
        throw failure(at: start, "the key \"\(key)\" is there twice", code: .duplicate)
      }
      members.append(JSONMember(key: key, value: try value(depth: depth + 1)))
    }
    return members
  }

  private mutating func array(depth: Int) throws(FileError) -> [JSONValue] {
    var elements: [JSONValue] = []
    var isFirst = true
    try expect("[")
    while try nextElement(&isFirst) { elements.append(try value(depth: depth + 1)) }
    return elements
  }

  private mutating func number() throws(FileError) -> String {
    let start = position
    _ = takeNext("-")
    if !takeNext("0") { try digits() }
    if takeNext(".") { try digits() }
    if takeNext("e") || takeNext("E") {
      if !takeNext("+") { _ = takeNext("-") }
      try digits()
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func digits() throws(FileError) {
    let start = position
    while let byte = current, Self.isDigit(byte) { position += 1 }
    guard position > start else { throw failure("expected a digit, got \(found)") }
  }

  private mutating func word(
    _ word: StaticString, _ value: JSONValue
  ) throws(FileError) -> JSONValue {
    let expected = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    guard bytes[position..<end].starts(with: expected) else {
      throw unexpected("a value")
    }
    position += expected.count
    return value
  }

  // MARK: Bytes

  private var current: UInt8? { position < end ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      position += 1
    }
  }

  private mutating func takeNext(_ character: Unicode.Scalar) -> Bool {
    guard current == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  /// What errors call the byte at the position.
  private var found: String {
    guard let byte = current else { return "the end of \(textName)" }
    return String(decoding: [byte], as: UTF8.self).debugDescription
  }

  /// The syntax of another program at the position, where a piece of JSON must begin.
  private var foreignSyntax: ForeignSyntax? { ForeignSyntax(at: position, of: bytes, end: end) }

  /// The error for a position where something other than `expected` begins.
  private func unexpected(_ expected: String) -> FileError {
    let foreign = foreignSyntax
    return failure("expected \(expected), got \(foreign?.name ?? found)", advice: foreign?.advice)
  }

  /// An error at the position `other`, or at the current one if that is nil.
  package func failure(
    at other: Int? = nil, _ message: String, code: FileError.Code = .malformed,
    advice: String? = nil
  ) -> FileError {
    let offset = other ?? position
    let before = bytes[start..<offset]
    let line = before.count { $0 == UInt8(ascii: "\n") } + 1
    let column = before.reversed().prefix { $0 != UInt8(ascii: "\n") }.count + 1
    return FileError(
      code, path, message, place: FileError.Place(line: line, column: column, offset: offset),
      advice: advice
        ?? (code == .malformed
          ? "the file may be cut or damaged: compare its size with the original's" : nil))
  }
}
