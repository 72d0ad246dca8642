extension String {
  /// The text in lines of at most `width` characters, broken between words; a longer word stays
  /// whole. Line breaks of the text are kept. Every line begins with `indent`, except the first if
  /// `isFirstIndented` is false.
  package func wrapped(
    width: Int = 100, indent: String = "", isFirstIndented: Bool = true
  ) -> String {
    var lines: [String] = []
    for paragraph in split(separator: "\n", omittingEmptySubsequences: false) {
      var line = lines.isEmpty && !isFirstIndented ? "" : indent
      var isEmpty = true
      for word in paragraph.split(separator: " ") {
        if !isEmpty, line.count + 1 + word.count > width {
          lines.append(line)
          (line, isEmpty) = (indent, true)
        }
        line += (isEmpty ? "" : " ") + word
        isEmpty = false
      }
      lines.append(line)
    }
    return lines.joined(separator: "\n")
  }
}
