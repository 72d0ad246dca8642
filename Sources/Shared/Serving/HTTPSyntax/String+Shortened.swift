extension String {
  /// The text shortened to a size by leaving out its middle, so that its suffix (`.mp4`) stays.
  /// Characters stay whole, unless the first one alone is too large.
  ///
  /// - Parameter measure: Returns the size of a text, which is the sum of those of its characters.
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
      // The first character has so many combining marks that it must be cut between scalars.
      for scalar in unicodeScalars {
        guard measure(head) + measure(String(scalar)) <= room else { break }
        head.unicodeScalars.append(scalar)
      }
    }
    return head + mark + ending
  }
}
