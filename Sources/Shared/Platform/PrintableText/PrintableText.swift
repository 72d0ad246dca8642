extension StringProtocol {
  /// The text as one line that is safe to show: characters that a terminal would interpret, or a
  /// reader could not see, are escaped as in JSON (`\u001b`, `\n`).
  ///
  /// Names of files and of entries in files come from outside. Escape sequences in them could
  /// rewrite the screen, a line feed could forge a line of output, and marks of writing direction
  /// could make a name look like another one.
  package var printable: String { escaped(keepsLayout: false) }

  /// The text as several lines that are safe to show: as ``printable``, but line feeds and tabs
  /// stay. Parts of it that come from outside must be ``printable`` already, or they could forge
  /// lines.
  package var printableLines: String { escaped(keepsLayout: true) }

  private func escaped(keepsLayout: Bool) -> String {
    func isSafe(_ scalar: Unicode.Scalar) -> Bool {
      keepsLayout && (scalar == "\n" || scalar == "\t") || !scalar.isHarmful
    }
    guard !unicodeScalars.allSatisfy(isSafe) else { return String(self) }
    var text = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      if isSafe(scalar) {
        text.append(scalar)
      } else {
        text.append(contentsOf: scalar.escapedForDisplay.unicodeScalars)
      }
    }
    return String(text)
  }
}

extension Unicode.Scalar {
  /// Controls (C0, DEL, C1), line and paragraph separators, and what changes the writing direction
  /// or can't be seen (Unicode's general categories Cc, Zl, Zp and Cf).
  fileprivate var isHarmful: Bool {
    switch properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    // Joiners are part of words in many scripts, and of emoji.
    case .format: self != "\u{200C}" && self != "\u{200D}"
    default: false
    }
  }

  /// As in a JSON string, RFC 8259, section 7, so that escaped JSON keeps its meaning.
  fileprivate var escapedForDisplay: String {
    switch self {
    case "\n": return "\\n"
    case "\r": return "\\r"
    case "\t": return "\\t"
    default:
      return String(self).utf16.map { unit in
        let digits = String(unit, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      }.joined()
    }
  }
}
