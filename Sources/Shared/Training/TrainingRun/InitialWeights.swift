internal import Contract
internal import ModelFiles
internal import NeuralNetwork
internal import PrintableText

/// Loads the weights of a file as the initial weights of a training.
enum InitialWeights {
  /// Loads the backbone, and the head if it has the same shape; the returned report accounts for
  /// every key.
  ///
  /// - Parameters:
  ///   - key: Key of the weights in the file; nil takes the preferred or only ones.
  ///   - allowsGaps: Whether up to half of the backbone may be missing or not finite; those entries
  ///     keep their random values.
  /// - Throws: `ModelFileError` if the file holds no ResNet18 of this width, `TrainingRunError`
  ///   with the names of the entries that are missing or not finite.
  static func load(
    _ path: String, key: String?, allowsGaps: Bool, into state: inout NetworkState
  ) throws -> [String] {
    let file = try NetworkFile.recognize(path, NetworkFile.Choices(key: key))
    let network = try file.network()
    var filled = state
    let match = try file.load(into: &filled, largestGapShare: NetworkFile.largestGapShare)
    guard allowsGaps || match.lacking.isEmpty else { throw gaps(match.lacking, path: path) }
    state = filled
    var lines = ["weights from \(path)"]
    if !file.container.isEmpty {
      lines.append("found in \(file.container.joined(separator: ".").printable)")
    }
    let last = network.entries.first { $0.singleOutput != nil }
    if let last, let single = last.singleOutput, match.loaded.contains(last.fileName) {
      lines.append("one output, z, taken as the answer \(single.label.rawValue) of (0, z)")
    }
    if !file.prefix.isEmpty { lines.append("prefix '\(file.prefix.printable)' left out") }
    for other in network.otherNetworks {
      lines.append("another network, under '\(other.printable)', left out")
    }
    lines += match.lines
    let head = match.otherHead
    if !head.isEmpty {
      let shown = head.prefix(4).map(\.printable).joined(separator: ", ")
      lines.append(
        "\(head.count) tensors of the file's head left out: \(shown)"
          + (head.count > 4 ? ", ..." : ""))
    }
    if match.missing.contains(where: match.lacking.contains) {
      lines.append("the missing BatchNorm statistics are learned while training")
    }
    return lines
  }

  private static func gaps(_ names: [String], path: String) -> TrainingRunError {
    let shown = names.prefix(12).map(\.printable).joined(separator: ", ")
    let rest = names.count > 12 ? " and \(names.count - 12) more" : ""
    let noun = names.count == 1 ? "entry" : "entries"
    return TrainingRunError(
      path,
      "\(names.count) \(noun) of the network that it holds are missing or not finite: "
        + "\(shown)\(rest); take another file, or have them begin at random: "
        + "--set network.initialWeightsGaps=true")
  }
}
