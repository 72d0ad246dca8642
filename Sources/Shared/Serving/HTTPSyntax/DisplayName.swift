internal import PrintableText

/// What a client called a file, safe to show: one line of 1...200 Unicode scalars, without a path,
/// control characters and marks of writing direction. It names nothing on the disk.
package struct DisplayName: Sendable, Hashable, CustomStringConvertible {
  /// The name.
  package let text: String

  /// The name.
  package var description: String { text }

  /// Makes a name of whatever the client sent; `upload` where nothing that can be seen is left.
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
  /// Whether ``PrintableText`` would show it as it is. Escapes are for terminals: a name with them
  /// would have backslashes that the client did not send.
  fileprivate var isSafeToShow: Bool {
    let text = String(self)
    return text.printable == text
  }
}
