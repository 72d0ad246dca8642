internal import PrintableText

/// A client's name for a file, made safe to display: one line of 1...200 Unicode scalars,
/// without a path, control characters and marks of writing direction. It is never the name of a
/// file on the disk.
package struct DisplayName: Sendable, Hashable, CustomStringConvertible {
  package let text: String

  package var description: String { text }

  /// Converts any text of a client; `upload` if nothing visible is left.
  package init(_ name: String) {
    let component = name.unicodeScalars.split { $0 == "/" || $0 == "\\" }.last
    var shown = String.UnicodeScalarView()
    for scalar in component ?? "".unicodeScalars[...] {
      shown.append(scalar.isSafeToShow ? scalar : "\u{FFFD}")
    }
    let trimmed = Self.withoutOuterSpaces(shown)
    let hasContent = trimmed.contains {
      !$0.properties.isWhitespace && !$0.properties.isDefaultIgnorableCodePoint
        && $0 != "." && $0 != "\u{FFFD}"
    }
    text = hasContent ? String(trimmed).shortened(to: 200) { $0.unicodeScalars.count } : "upload"
  }

  private static func withoutOuterSpaces(
    _ scalars: String.UnicodeScalarView
  ) -> Substring.UnicodeScalarView {
    let isSpace = { (scalar: Unicode.Scalar) in scalar.properties.isWhitespace }
    let rest = scalars.drop(while: isSpace)
    return rest[..<(rest.lastIndex { !isSpace($0) }.map(rest.index(after:)) ?? rest.startIndex)]
  }
}

extension Unicode.Scalar {
  /// Whether ``PrintableText`` shows the scalar unchanged. Its escapes are made for terminals: a
  /// name with them would contain backslashes that the client did not send.
  fileprivate var isSafeToShow: Bool {
    let text = String(self)
    return text.printable == text
  }
}
