internal import ModelFiles
internal import NeuralNetwork
internal import TensorFiles

/// Weights of a file as the start of a training.
enum InitialWeights {
  /// A damaged file is a better start than none, but half a network is another network.
  private static let largestGapShare = 0.5

  /// Loads what fits; the report accounts for every key.
  static func load(_ path: String, into state: inout NetworkState) throws -> [String] {
    let weights = try ModelWeights.read(contentsOf: path)
    let match = try state.load(
      weights.tensors, file: path, largestGapShare: largestGapShare)
    var lines = ["weights from \(path)"]
    if !weights.container.isEmpty {
      lines.append("found in \(weights.container.joined(separator: "."))")
    }
    if !weights.prefix.isEmpty { lines.append("prefix '\(weights.prefix)' left out") }
    lines += match.lines
    // Files of older PyTorch have no counters; nothing depends on them.
    if match.missing.contains(where: { !$0.hasSuffix(".num_batches_tracked") }) {
      lines.append("the missing BatchNorm statistics are learned while training")
    }
    return lines
  }
}
