/// A strict reader of JSON (RFC 8259) that reports repeated keys and where a text breaks the format.
struct JSONParser {
  /// Deepest nesting. The metadata of data sets has two levels; without a bound, a hostile file could
  /// exhaust the stack.
  private static let maximumDepth = 64
  /// Most values. Bounds the memory that a text of short values takes, which is many times its size.
  private static let maximumValues = 8_000_000

  private let bytes: [UInt8]
  private let path: String
  private var position = 0
  private var valueCount = 0

  /// Parses a whole text; `path` is the file that errors name.
  static func parse(_ bytes: [UInt8], path: String) throws(VideoCatalogError) -> JSONValue {
    var parser = JSONParser(bytes: bytes, path: path)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { parser.position = 3 }
    parser.skipSpace()
    let value = try parser.value(depth: 0)
    parser.skipSpace()
    guard parser.position == bytes.count else {
      throw parser.failure("expected the end of the file after the outermost value")
    }
    return value
  }

  private init(bytes: [UInt8], path: String) {
    self.bytes = bytes
    self.path = path
  }

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      position += 1
    }
  }

  private mutating func value(depth: Int) throws(VideoCatalogError) -> JSONValue {
    guard depth < Self.maximumDepth else {
      throw failure("nested deeper than \(Self.maximumDepth) levels")
    }
    valueCount += 1
    guard valueCount <= Self.maximumValues else {
      throw failure("more than \(Self.maximumValues) values")
    }
    switch current {
    case UInt8(ascii: "{"): return .object(try object(depth: depth))
    case UInt8(ascii: "["): return .array(try array(depth: depth))
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case .some(let byte) where byte == UInt8(ascii: "-") || Self.isDigit(byte):
      return .number(try number())
    case .some: throw failure("expected a value")
    case nil: throw failure("the file ends where a value is expected")
    }
  }

  private mutating func object(depth: Int) throws(VideoCatalogError) -> [JSONMember] {
    var members: [JSONMember] = []
    var keys: Set<String> = []
    position += 1
    skipSpace()
    if take("}") { return members }
    while true {
      let start = position
      guard current == UInt8(ascii: "\"") else { throw failure("expected a key in quotes") }
      let key = try string()
      guard keys.insert(key).inserted else {
        position = start
        throw failure("the key \"\(key)\" is there twice", code: .duplicate)
      }
      skipSpace()
      guard take(":") else { throw failure("expected \":\" after the key \"\(key)\"") }
      skipSpace()
      members.append(JSONMember(key: key, value: try value(depth: depth + 1)))
      skipSpace()
      if take("}") { return members }
      guard take(",") else { throw failure("expected \",\" or \"}\"") }
      skipSpace()
    }
  }

  private mutating func array(depth: Int) throws(VideoCatalogError) -> [JSONValue] {
    var elements: [JSONValue] = []
    position += 1
    skipSpace()
    if take("]") { return elements }
    while true {
      elements.append(try value(depth: depth + 1))
      skipSpace()
      if take("]") { return elements }
      guard take(",") else { throw failure("expected \",\" or \"]\"") }
      skipSpace()
    }
  }

  private mutating func string() throws(VideoCatalogError) -> String {
    position += 1
    var text = ""
    while true {
      let start = position
      while let byte = current, byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\")
      {
        position += 1
      }
      guard let run = String(validating: bytes[start..<position], as: UTF8.self) else {
        position = start
        throw failure("a string is not UTF-8")
      }
      text += run
      switch current {
      case UInt8(ascii: "\""):
        position += 1
        return text
      case UInt8(ascii: "\\"):
        text.unicodeScalars.append(try escape())
      case .some: throw failure("a control character in a string")
      case nil: throw failure("the file ends inside a string")
      }
    }
  }

  private mutating func escape() throws(VideoCatalogError) -> Unicode.Scalar {
    position += 1
    guard let byte = current else { throw failure("the file ends inside a string") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{08}"
    case UInt8(ascii: "f"): return "\u{0C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try unicodeEscape()
    default: throw failure("unknown escape in a string")
    }
  }

  /// The part of `\uXXXX` after the `u`, and the second half of a surrogate pair (RFC 8259, 7).
  private mutating func unicodeEscape() throws(VideoCatalogError) -> Unicode.Scalar {
    let first = try fourHexDigits()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xDC00, take("\\"), take("u") else { throw failure("half a surrogate pair") }
    let second = try fourHexDigits()
    guard (0xDC00...0xDFFF).contains(second),
      let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
    else { throw failure("half a surrogate pair") }
    return scalar
  }

  private mutating func fourHexDigits() throws(VideoCatalogError) -> UInt32 {
    var result: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw failure("expected four hexadecimal digits after \\u")
      }
      result = result << 4 | UInt32(digit)
      position += 1
    }
    return result
  }

  private mutating func number() throws(VideoCatalogError) -> String {
    let start = position
    _ = take("-")
    if !take("0") { try digits() }
    if take(".") { try digits() }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      try digits()
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func digits() throws(VideoCatalogError) {
    let start = position
    while let byte = current, Self.isDigit(byte) { position += 1 }
    guard position > start else { throw failure("expected a digit") }
  }

  private mutating func word(
    _ word: StaticString, _ value: JSONValue
  ) throws(VideoCatalogError) -> JSONValue {
    let expected = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    guard bytes[position...].starts(with: expected) else { throw failure("expected a value") }
    position += expected.count
    return value
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard current == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  /// An error at the present position, as line and column (in bytes), both from 1.
  private func failure(
    _ message: String, code: VideoCatalogError.Code = .malformedMetadata
  ) -> VideoCatalogError {
    let before = bytes[..<position]
    let line = before.count { $0 == UInt8(ascii: "\n") } + 1
    let column = before.reversed().prefix { $0 != UInt8(ascii: "\n") }.count + 1
    return VideoCatalogError(
      code, "\(path):\(line)", "\(message) (column \(column))",
      suggestion: code == .malformedMetadata
        ? "The file may be cut or damaged: compare its size with the original's." : nil)
  }
}
