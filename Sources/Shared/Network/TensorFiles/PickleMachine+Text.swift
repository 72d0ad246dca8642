/// The instructions of protocol 0, which are lines of text.
extension PickleMachine {
  private mutating func line(_ what: String) throws(TorchFileError) -> String {
    try reader.line(maximumLength: limits.globalLength, what)
  }

  /// INT and LONG: `42`, `42L`; `00` and `01` are truth values.
  mutating func decimalInteger() throws(TorchFileError) -> PickleValue {
    var text = try line("an integer")[...]
    if text == "00" { return .bool(false) }
    if text == "01" { return .bool(true) }
    if text.last == "L" { text.removeLast() }
    guard !text.isEmpty, text.dropFirst(text.first == "-" ? 1 : 0).allSatisfy(\.isNumber) else {
      throw error(.malformed, "expected an integer, got '\(text.prefix(80))'")
    }
    // A number that doesn't fit an Int is of no use here; its value doesn't matter.
    return Int(text).map { .integer($0) } ?? .largeInteger(Array(text.utf8))
  }

  mutating func decimalNumber() throws(TorchFileError) -> PickleValue {
    let text = try line("a number")
    guard let number = Double(text) else {
      throw error(.malformed, "expected a number, got '\(text.prefix(80))'")
    }
    return .float(number)
  }

  mutating func decimalMemo() throws(TorchFileError) -> Int {
    let text = try line("a memo number")
    guard let number = Int(text), number >= 0 else {
      throw error(.malformed, "expected a memo number, got '\(text.prefix(80))'")
    }
    return number
  }

  /// STRING: a string of Python 2 as its `repr`, with quotes and escapes.
  mutating func quotedString() throws(TorchFileError) -> PickleValue {
    let bytes = try reader.lineBytes(maximumLength: limits.stringLength, "a string")
    guard let quote = bytes.first, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\""),
      bytes.count > 1, bytes.last == quote,
      let text = PickleEscapes.bytes(bytes.dropFirst().dropLast())
    else { throw error(.malformed, "expected a string in quotes, got other bytes") }
    return String(validating: text, as: UTF8.self).map { .string($0) } ?? .bytes(text[...])
  }

  /// UNICODE: characters up to U+00FF as bytes, others as `\uXXXX`.
  mutating func escapedString() throws(TorchFileError) -> PickleValue {
    let bytes = try reader.lineBytes(maximumLength: limits.stringLength, "a string")
    guard let text = PickleEscapes.characters(bytes) else {
      throw error(.malformed, "expected a string with \\u and four digits, got other bytes")
    }
    return text.count <= PickleValue.longestString
      ? .string(String(decoding: text, as: UTF8.self)) : .longString(text[...])
  }
}

/// The escapes in strings of protocol 0.
enum PickleEscapes {
  private static let short: [UInt8: UInt8] = [
    UInt8(ascii: "n"): 10, UInt8(ascii: "r"): 13, UInt8(ascii: "t"): 9, UInt8(ascii: "\\"): 92,
    UInt8(ascii: "'"): 39, UInt8(ascii: "\""): 34, UInt8(ascii: "a"): 7, UInt8(ascii: "b"): 8,
    UInt8(ascii: "f"): 12, UInt8(ascii: "v"): 11,
  ]

  /// Decodes `string_escape`: `\n`, `\'`, `\xFF`; nil for any other escape.
  static func bytes(_ escaped: ArraySlice<UInt8>) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(escaped.count)
    var rest = escaped
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\") else {
        result.append(byte)
        continue
      }
      guard let kind = rest.popFirst() else { return nil }
      if kind == UInt8(ascii: "x") {
        guard let value = number(&rest, digits: 2) else { return nil }
        result.append(UInt8(value))
      } else {
        guard let value = short[kind] else { return nil }
        result.append(value)
      }
    }
    return result
  }

  /// Decodes `raw_unicode_escape` to UTF-8; nil if an escape is cut off or stands for no character.
  static func characters(_ escaped: ArraySlice<UInt8>) -> [UInt8]? {
    var text: [UInt8] = []
    text.reserveCapacity(escaped.count + escaped.count / 2)
    var index = escaped.startIndex
    while index < escaped.endIndex {
      let byte = escaped[index]
      index += 1
      let kind = index < escaped.endIndex ? escaped[index] : 0
      if byte == UInt8(ascii: "\\"), kind == UInt8(ascii: "u") || kind == UInt8(ascii: "U") {
        var rest = escaped[(index + 1)...]
        guard let code = number(&rest, digits: kind == UInt8(ascii: "u") ? 4 : 8),
          let scalar = Unicode.Scalar(code)
        else { return nil }
        text += Array(String(scalar).utf8)
        index = rest.startIndex
      } else if byte < 0x80 {
        text.append(byte)
      } else {
        text.append(0xC0 | byte >> 6)
        text.append(0x80 | byte & 0x3F)
      }
    }
    return text
  }

  private static func number(_ rest: inout ArraySlice<UInt8>, digits: Int) -> UInt32? {
    guard rest.count >= digits else { return nil }
    defer { rest.removeFirst(digits) }
    let text = String(decoding: rest.prefix(digits), as: UTF8.self)
    return text.allSatisfy(\.isHexDigit) ? UInt32(text, radix: 16) : nil
  }
}
