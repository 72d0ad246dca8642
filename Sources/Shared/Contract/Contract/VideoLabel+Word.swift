extension VideoLabel {
  private static let realWords: Set<String> = [
    "real", "reals", "original", "originals", "authentic", "genuine", "pristine", "bonafide",
    "unaltered", "unmanipulated", "untampered",
  ]

  private static let fakeWords: Set<String> = [
    "fake", "fakes", "manipulated", "altered", "deepfake", "deepfakes", "synthetic", "synthesis",
    "synthesized", "synthesised", "forged", "forgery", "forgeries", "tampered", "spoof", "spoofed",
    "generated", "swapped",
  ]

  /// Creates the label that a word stands for in the name of a folder, a table or a list of
  /// classes; case is ignored. Nil for any other word.
  package init?(word: some StringProtocol) {
    let word = word.lowercased()
    if Self.realWords.contains(word) {
      self = .real
    } else if Self.fakeWords.contains(word) {
      self = .fake
    } else {
      return nil
    }
  }
}
