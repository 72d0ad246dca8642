internal import Contract

/// Words that stand for a label, in names of folders and in tables.
enum LabelWords {
  private static let real: Set<String> = [
    "real", "reals", "original", "originals", "authentic", "genuine", "pristine", "bonafide",
    "unaltered", "unmanipulated", "untampered",
  ]

  private static let fake: Set<String> = [
    "fake", "fakes", "manipulated", "altered", "deepfake", "deepfakes", "synthetic", "synthesis",
    "synthesized", "synthesised", "forged", "forgery", "forgeries", "tampered", "spoof", "spoofed",
    "generated", "swapped",
  ]

  /// The label of one word; case does not matter.
  static func label(_ word: some StringProtocol) -> VideoLabel? {
    let word = word.lowercased()
    if real.contains(word) { return .real }
    return fake.contains(word) ? .fake : nil
  }
}
