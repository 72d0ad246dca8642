internal import Contract

extension DatasetSplit {
  /// The split that a word in a data set's metadata or folders stands for; case does not matter.
  init?(spelling: some StringProtocol) {
    switch spelling.lowercased() {
    case "train", "training": self = .train
    case "validation", "val", "valid", "dev": self = .validation
    case "test", "testing": self = .test
    default: return nil
    }
  }
}
