extension VideoLabel {
  /// The label that a word of a folder, a table or a list of classes stands for, in any case; nil for
  /// any other word.
  public init?(word: some StringProtocol) {
    switch word.lowercased() {
    case "real", "reals", "original", "originals", "authentic", "genuine", "pristine":
      self = .real
    case "fake", "fakes", "manipulated", "altered", "deepfake", "deepfakes", "synthetic",
      "synthesized", "forged", "generated", "tampered":
      self = .fake
    default: return nil
    }
  }
}
