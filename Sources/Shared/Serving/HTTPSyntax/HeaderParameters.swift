/// Value of a header with parameters: `form-data; name="file"; filename="a.mp4"`.
///
/// In quoted strings a backslash escapes a quote or a backslash, and stands for itself before other
/// characters: browsers send backslashes unchanged, older tools send `\"` and `\\`.
struct HeaderParameters {
  /// The part before the first semicolon, in lower case.
  let value: String
  /// The parameters by their names in lower case, unquoted.
  private var parameters: [String: [UInt8]] = [:]

  /// Returns nil for another format, or for a parameter that occurs twice.
  init?(_ bytes: some BidirectionalCollection<UInt8>) {
    var rest = Array(bytes)[...]
    value = rest.prefix { $0 != UInt8(ascii: ";") }.trimmed.lowercasedText
    rest = rest.drop { $0 != UInt8(ascii: ";") }
    while true {
      rest = rest.drop { $0.isBlank || $0 == UInt8(ascii: ";") }
      if rest.isEmpty { return }
      let name = rest.prefix { $0.isTokenCharacter }
      rest = rest[name.endIndex...].drop { $0.isBlank }
      guard !name.isEmpty, rest.popFirst() == UInt8(ascii: "=") else { return nil }
      rest = rest.drop { $0.isBlank }
      guard let content = rest.first == .quote ? Self.quoted(&rest) : Self.token(&rest),
        parameters.updateValue(content, forKey: name.lowercasedText) == nil
      else { return nil }
    }
  }

  /// The parameter of a name in lower case.
  subscript(name: String) -> [UInt8]? { parameters[name] }

  private static func token(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
    let token = rest.prefix { $0 != UInt8(ascii: ";") }
    rest = rest[token.endIndex...]
    let content = token.trimmed
    guard content.allSatisfy({ !$0.isControl && $0 != .quote }) else { return nil }
    return Array(content)
  }

  /// Takes a quoted string and the blanks after it, to a semicolon or the end.
  private static func quoted(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
    var content: [UInt8] = []
    var endsInEscape = false
    rest = rest.dropFirst()
    while let byte = rest.popFirst() {
      endsInEscape = false
      if byte == .quote {
        rest = rest.drop { $0.isBlank }
        return rest.isEmpty || rest.first == UInt8(ascii: ";") ? content : nil
      }
      if byte == .backslash, let next = rest.first, next == .quote || next == .backslash {
        content.append(next)
        rest = rest.dropFirst()
        endsInEscape = next == .quote
      } else {
        content.append(byte)
      }
    }
    // A browser's file name ends in a backslash, so the last quote is the closing one.
    guard endsInEscape else { return nil }
    content[content.endIndex - 1] = .backslash
    return content
  }
}
