internal import Contract
internal import Evaluation
internal import ModelFiles
internal import TensorFiles

/// Findings about what a file holds besides the network, or in another form.
extension Examination {
  var otherStem: Finding? {
    network.otherStem.map { stem in
      Finding(
        .otherStem, .undecided, measured: stem,
        meaning: "The other layers were looked at; whether this model is sound can't be told.",
        advice:
          "Name a file with the weights of torchvision's ResNet18; to train one, run `trainer "
          + "train PIPELINE`.")
    }
  }

  var otherHead: Finding? {
    let advice: String
    switch network.head {
    case .recognized, .missing: return nil
    case .ambiguous:
      advice =
        "Look at the network's forward function, and say which it is: --head-order "
        + "\(HeadOrder.batchNormFirst.rawValue) or --head-order \(HeadOrder.reluFirst.rawValue). "
        + "Only the first one is computed here."
    case .unsupported: advice = fineTuning
    }
    return Finding(
      .otherHead, .undecided, measured: network.headDescription,
      meaning: "The backbone was looked at; what the head answers can't be told.", advice: advice)
  }

  var singleOutput: Finding? {
    guard let single = network.singleOutput else { return nil }
    return Finding(
      .singleOutput, .note,
      measured: "the network has one output, z: taken as the answer \(single.label.rawValue), "
        + (single.statement.map { "as the file says (\($0.text))" }
          ?? "which is usual; the file doesn't say"),
      meaning: "Its sigmoid is the softmax of the two answers (0, z). If z stands for the other "
        + "class, every verdict is the opposite; faces that you know show it, with --store.")
  }

  var otherContainers: Finding? {
    let names = file.weights.otherContainers
    guard !names.isEmpty else { return nil }
    let taken = file.container.joined(separator: ".")
    return Finding(
      .otherContainers, .note,
      measured: "the file has tensors elsewhere too: \(summary(names)); "
        + (taken.isEmpty ? "those at the top were taken" : "\(taken) was taken"),
      meaning: "They may be another network, or its moving average.",
      advice: "To take one of them, say --key \(names[0]).", subjects: names)
  }

  var foreignObjects: Finding? {
    let names = file.weights.foreignNames
    guard !names.isEmpty else { return nil }
    return Finding(
      .foreignObjects, .note,
      measured: "objects of other programs were passed over: those of \(summary(names))",
      meaning: "None of them was run. Python would import them, unless told weights_only=True.",
      subjects: names)
  }

  var profilerEntries: Finding? {
    let names = file.profilerEntries
    guard !names.isEmpty else { return nil }
    return Finding(
      .profilerEntries, .note,
      measured: "\(names.count) entries are a profiler's: \(summary(names))",
      meaning: "thop leaves its counters in a network that it has measured. They mean nothing, but "
        + "load_state_dict(strict=True) refuses them.", subjects: names)
  }
}
