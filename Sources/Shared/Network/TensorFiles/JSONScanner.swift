/// Reads the few forms of JSON (RFC 8259) that a safetensors header has, with positions for errors.
///
/// Foundation's decoder would do, but for the order of keys and for doubled ones, which it hides.
struct JSONScanner {
  private let file: String
  private let bytes: [UInt8]
  private(set) var position: Int
  private let end: Int

  /// Reads `range` of a file's bytes.
  init(file: String, bytes: [UInt8], range: Range<Int>) {
    self.file = file
    self.bytes = bytes
    position = range.lowerBound
    end = range.upperBound
  }

  func error(_ code: TorchFileError.Code, at other: Int, _ message: String) -> TorchFileError {
    TorchFileError(code, file: file, place: "at byte \(other)", message)
  }

  func malformed(at other: Int? = nil, _ message: String) -> TorchFileError {
    error(.malformed, at: other ?? position, message)
  }

  private mutating func skipSpace() {
    while position < end, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
  }

  private var found: String {
    position < end
      ? String(decoding: bytes[position..<min(position + 1, end)], as: UTF8.self).debugDescription
      : "its end"
  }

  mutating func expect(
    _ character: Unicode.Scalar, skippingSpace: Bool = true
  ) throws(TorchFileError) {
    if skippingSpace { skipSpace() }
    guard position < end, bytes[position] == UInt8(ascii: character) else {
      throw malformed("expected '\(character)' in the header, got \(found)")
    }
    position += 1
  }

  /// Steps over a character if it comes next.
  private mutating func takes(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < end, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  mutating func expectEnd() throws(TorchFileError) {
    skipSpace()
    guard position == end else { throw malformed("expected the header's end, got \(found)") }
  }

  /// Steps to the next member of an object; false behind its last.
  mutating func nextMember(_ isFirst: inout Bool) throws(TorchFileError) -> Bool {
    if takes("}") { return false }
    if !isFirst { try expect(",") }
    isFirst = false
    skipSpace()
    return true
  }

  mutating func key() throws(TorchFileError) -> String {
    let text = try string()
    try expect(":")
    return text
  }

  /// An array of whole numbers from 0 up.
  mutating func integers() throws(TorchFileError) -> [Int] {
    try expect("[")
    if takes("]") { return [] }
    var numbers: [Int] = []
    repeat {
      guard numbers.count < TensorLayout.maximumRank else {
        throw malformed("expected at most \(TensorLayout.maximumRank) numbers")
      }
      numbers.append(try integer())
    } while takes(",")
    try expect("]")
    return numbers
  }

  private mutating func integer() throws(TorchFileError) -> Int {
    skipSpace()
    let digits = bytes[position..<end].prefix(20).prefix { (0x30...0x39).contains($0) }
    let isPlain = digits.first != UInt8(ascii: "0") || digits.count == 1
    guard isPlain, let number = Int(String(decoding: digits, as: UTF8.self)) else {
      throw malformed("expected a whole number from 0 to \(Int.max), got \(found)")
    }
    position += digits.count
    return number
  }

  mutating func string() throws(TorchFileError) -> String {
    try expect("\"")
    let start = position
    var content: [UInt8] = []
    while position < end, bytes[position] != UInt8(ascii: "\"") {
      let byte = bytes[position]
      guard byte >= 0x20 else { throw malformed("expected no control character within a string") }
      position += 1
      if byte == UInt8(ascii: "\\") {
        content += try escape().utf8
      } else {
        content.append(byte)
      }
    }
    try expect("\"", skippingSpace: false)
    guard let text = String(validating: content, as: UTF8.self) else {
      throw malformed(at: start, "expected a string in UTF-8, got other bytes")
    }
    return text
  }

  /// What stands behind a backslash.
  private mutating func escape() throws(TorchFileError) -> String {
    guard position < end else { throw malformed("expected an escape, got its end") }
    let character = bytes[position]
    position += 1
    switch character {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"):
      return String(Unicode.Scalar(character))
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try unicodeEscape()
    default: throw malformed(at: position - 1, "expected an escape of JSON, got another character")
    }
  }

  /// Four hexadecimal digits, or two such escapes for a character beyond 16 bits.
  private mutating func unicodeEscape() throws(TorchFileError) -> String {
    let start = position
    var units = [try codeUnit()]
    if UTF16.isLeadSurrogate(units[0]), position + 1 < end, bytes[position] == UInt8(ascii: "\\"),
      bytes[position + 1] == UInt8(ascii: "u")
    {
      position += 2
      units.append(try codeUnit())
    }
    guard let text = String(validating: units, as: UTF16.self) else {
      throw malformed(at: start, "expected a character's escape, got half a surrogate pair")
    }
    return text
  }

  private mutating func codeUnit() throws(TorchFileError) -> UInt16 {
    let digits = bytes[position..<end].prefix(4)
    // Int's initializer would take a sign, too.
    let isHexadecimal = digits.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
    guard digits.count == 4, isHexadecimal,
      let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw malformed("expected four hexadecimal digits") }
    position += 4
    return unit
  }
}
