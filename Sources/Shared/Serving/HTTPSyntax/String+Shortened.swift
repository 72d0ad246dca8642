extension String {
  /// The text cut to a size, with its middle left out so that its ending (`.mp4`) stays. Characters stay
  /// whole, if not one alone is too large.
  ///
  /// - Parameter measure: the size of a text, the sum of those of its characters.
  func shortened(to most: Int, measure: (String) -> Int) -> String {
    guard measure(self) > most else { return self }
    let mark = "…"
    var ending = ""
    if let dot = lastIndex(of: "."), measure(String(self[dot...])) <= 12 {
      ending = String(self[dot...])
    }
    let room = most - measure(mark) - measure(ending)
    var head = ""
    var size = 0
    for character in self {
      size += measure(String(character))
      guard size <= room else { break }
      head.append(character)
    }
    if head.isEmpty {
      // One character of many marks: only scalars can be cut.
      for scalar in unicodeScalars {
        guard measure(head) + measure(String(scalar)) <= room else { break }
        head.unicodeScalars.append(scalar)
      }
    }
    return head + mark + ending
  }
}
