internal import Contract
internal import ModelFiles
internal import NeuralNetwork

/// Weights of a file as the start of a training.
enum InitialWeights {
  /// Loads what fits; the report accounts for every key.
  ///
  /// - Parameter key: where in the file the weights are; nil is the preferred or only place.
  static func load(
    _ path: String, key: String?, into state: inout NetworkState
  ) throws -> [String] {
    let file = try NetworkFile.recognize(path, NetworkFile.Choices(key: key))
    let match = try file.load(into: &state, largestGapShare: NetworkFile.largestGapShare)
    var lines = ["weights from \(path)"]
    if !file.container.isEmpty {
      lines.append("found in \(file.container.joined(separator: "."))")
    }
    let last = try file.network().entries.first { $0.singleOutput != nil }
    if let last, let single = last.singleOutput, match.loaded.contains(last.fileName) {
      lines.append("one output, z, taken as the answer \(single.label.rawValue) of (0, z)")
    }
    if !file.prefix.isEmpty { lines.append("prefix '\(file.prefix)' left out") }
    lines += match.lines
    // Files of older PyTorch have no counters; nothing depends on them.
    if match.missing.contains(where: { !$0.hasSuffix(".num_batches_tracked") }) {
      lines.append("the missing BatchNorm statistics are learned while training")
    }
    return lines
  }
}
