/// `text` as a double-quoted YAML scalar that reads back as the same text.
package func quotedYAML(_ text: String) -> String {
  var quoted = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": quoted += "\\\""
    case "\\": quoted += "\\\\"
    // Line breaks and tabs would be folded, the rest can't stand in YAML.
    case "\n", "\r", "\t", "\u{85}", "\u{2028}", "\u{2029}", "\u{FEFF}":
      quoted += scalar.escapedInYAML
    default:
      quoted += scalar.isPrintableInYAML ? String(scalar) : scalar.escapedInYAML
    }
  }
  return quoted + "\""
}

extension Unicode.Scalar {
  /// Whether the character may stand in a YAML stream unescaped, YAML 1.1 section 5.1 (`c-printable`).
  var isPrintableInYAML: Bool {
    switch value {
    case 0x09, 0x0A, 0x0D, 0x20...0x7E, 0x85, 0xA0...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF:
      true
    default: false
    }
  }

  fileprivate var escapedInYAML: String {
    let digits = String(value, radix: 16, uppercase: true)
    return "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
  }
}
