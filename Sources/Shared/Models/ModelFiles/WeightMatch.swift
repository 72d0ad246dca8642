internal import NeuralNetwork
internal import TensorFiles

/// What became of every entry when a file's weights were loaded into a network: by the names in the
/// file, or by the network's names for entries of another head.
package struct WeightMatch: Sendable, Equatable {
  /// Entries of the network that the file has, with the same shape.
  package internal(set) var loaded: [String] = []
  /// Entries of the head that keep their initial values, because the file's head is another one.
  package internal(set) var replaced: [String] = []
  /// Tensors of the file's head, if that is another one.
  package internal(set) var otherHead: [String] = []
  /// BatchNorm statistics that the file lacks; they keep their defaults.
  package internal(set) var missing: [String] = []
  /// Parameters of the backbone that the file lacks, or that are not finite there; they keep their
  /// initial values.
  package internal(set) var gaps: [String] = []
  /// Tensors of the file that the network doesn't use.
  package internal(set) var unexpected: [String] = []

  /// Entries that the file should have: parameters and statistics, but not the counters, which
  /// files of older PyTorch lack and nothing depends on.
  package var lacking: [String] {
    gaps + missing.filter { !$0.hasSuffix(".num_batches_tracked") }
  }

  /// One line for each kind of key that occurs, with the first names.
  package var lines: [String] {
    let kinds = [
      ("loaded", loaded), ("missing or not finite, begin at random", gaps),
      ("head replaced", replaced), ("missing", missing), ("unexpected", unexpected),
    ]
    return kinds.compactMap { name, keys in
      guard !keys.isEmpty else { return nil }
      if name == "loaded" { return "\(keys.count) entries loaded" }
      return "\(keys.count) \(name): " + keys.prefix(4).joined(separator: ", ")
        + (keys.count > 4 ? ", ..." : "")
    }
  }
}
