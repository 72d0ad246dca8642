internal import Contract
internal import Evaluation
internal import ModelFiles
internal import NeuralNetwork
internal import TensorFiles

extension Examination {
  /// The findings, in the order of the checks.
  var findings: [Finding] {
    [
      neverTrained, missingParameters, wrongShape, parametersNotFinite, silentLayer,
      headNeverTrained, missingStatistics, statisticsNotFinite, defaultStatistics,
      degenerateStatistics, swappedClasses, otherStem, otherHead, statedVerdict,
      unusableDescription, deadChannels, explodingChannels, weightNorms, unexpectedEntries,
      missingCounters, halfPrecision, unusualWidth, singleOutput, assumedHead, otherContainers,
      foreignObjects, profilerEntries,
    ].compactMap(\.self)
  }

  private var lacksParameters: [String] {
    network.missing.filter { $0.canonical.arena == .parameters }.map(\.fileName)
  }

  private var ruinedParameters: [String] {
    network.notFinite.filter { $0.canonical.arena == .parameters }.map(\.fileName)
  }

  private var missingParameters: Finding? {
    let names = lacksParameters
    guard !names.isEmpty else { return nil }
    return Finding(
      .missingParameters, .failed,
      measured: "\(names.count) parameters are missing: \(summary(names))",
      meaning: network.head == .missing
        ? "The file has a backbone without a head: it can't answer."
        : "What is missing would be replaced by random numbers or zeros.",
      advice: fineTuning, subjects: names)
  }

  private var wrongShape: Finding? {
    guard !network.wrongShapes.isEmpty else { return nil }
    let names = network.wrongShapes.map {
      "\($0.entry.fileName) \($0.shape) instead of \($0.entry.canonical.shape)"
    }
    return Finding(
      .wrongShape, .failed,
      measured: "\(names.count) entries have another shape: \(summary(names))",
      meaning: "These entries can't be loaded into the network that the others belong to.",
      advice: fineTuning, subjects: names)
  }

  private var parametersNotFinite: Finding? {
    let names = ruinedParameters
    guard !names.isEmpty else { return nil }
    return Finding(
      .parametersNotFinite, .failed,
      measured: "\(names.count) parameters have values that are NaN or infinite: "
        + summary(names),
      meaning: "Every answer is NaN: the training diverged, or the file is damaged.",
      advice: "Take an earlier checkpoint, and a smaller learning rate. If there is none: "
        + fineTuning, subjects: names)
  }

  private var silentLayer: Finding? {
    guard !silent.isEmpty else { return nil }
    return Finding(
      .silentLayer, .failed, measured: "all weights of \(summary(silent)) are zero",
      meaning: "Nothing of the picture reaches the answer: it is always the same.",
      advice: fineTuning, subjects: silent)
  }

  private var missingStatistics: Finding? {
    let names = network.missing.filter { $0.canonical.arena == .statistics }.map(\.fileName)
    guard !names.isEmpty else { return nil }
    let counters = network.missing.count { $0.canonical.arena == .counters }
    let layers = layers.filter { $0.statistics == .missing }.map(\.name)
    return Finding(
      .missingStatistics, .failed,
      measured: "\(names.count + counters) entries of BatchNorm statistics are missing, in "
        + "\(layers.count) layers",
      meaning: "Programs take mean 0 and variance 1 instead. The activations grow from layer to "
        + "layer, and every picture gets the same answer with full confidence." + kept,
      advice: repair, subjects: names)
  }

  private var statisticsNotFinite: Finding? {
    finding(
      .notFinite, .statisticsNotFinite, "have statistics that are NaN, infinite or negative",
      "Every answer is NaN." + kept)
  }

  private var defaultStatistics: Finding? {
    finding(
      .defaults, .defaultStatistics,
      "have the statistics from before any training: mean 0, "
        + "variance 1",
      "The statistics were reset, or never updated: in evaluation every picture gets nearly the "
        + "same answer." + kept)
  }

  private var degenerateStatistics: Finding? {
    finding(
      .degenerate, .degenerateStatistics, "have no variance in any channel",
      "The statistics are of empty or equal inputs: BatchNorm multiplies by hundreds." + kept)
  }

  /// An untrained network has no weights to lose.
  private var kept: String { isBackboneUntrained ? "" : " The weights are not lost." }

  private func finding(
    _ state: LayerDiagnosis.Statistics, _ identifier: Finding.Identifier, _ what: String,
    _ meaning: String
  ) -> Finding? {
    let names = layers.filter { $0.statistics == state }.map(\.name)
    guard !names.isEmpty else { return nil }
    let all = layers.count { $0.statistics != nil }
    return Finding(
      identifier, .failed, measured: "\(names.count) of \(all) BatchNorm layers \(what)",
      meaning: meaning, advice: repair, subjects: names)
  }

  private var swappedClasses: Finding? {
    let orders = file.statedClassOrders
    // A single output is read as the file states already.
    guard let first = orders.first(where: \.isSwapped), network.singleOutput?.statement == nil
    else { return nil }
    let agree = orders.allSatisfy(\.isSwapped)
    return Finding(
      .swappedClasses, agree ? .failed : .undecided,
      measured: agree
        ? "the classes are swapped: the file says \(first.text)"
        : "the file contradicts itself: \(orders.map(\.text).joined(separator: "; "))",
      meaning: "Here and in most backends the network's answers are real and fake, in this order: "
        + "in another one every verdict is the opposite.",
      advice: agree
        ? "Run `trainer repair MODEL --store DIR --swap-classes --output FIXED`: it exchanges the two "
          + "rows of the last layer."
        : "Let it judge faces that you know: `trainer diagnose MODEL --store DIR`.")
  }

  /// The verdict that a file of this product states.
  private var statedVerdict: Finding? {
    guard case .success(let metadata)? = file.description, let stated = metadata.verdict,
      stated.verdict != .sound
    else { return nil }
    return Finding(
      .statedVerdict, stated.verdict == .broken ? .failed : .undecided,
      measured: "the file says of itself: \(stated.verdict.rawValue)",
      meaning: stated.reason,
      advice: "Let it judge other faces that you know: `trainer diagnose MODEL --store DIR`.")
  }

  private var deadChannels: Finding? {
    let affected = layers.filter { $0.deadChannels * 2 > $0.channels }
    guard !affected.isEmpty else { return nil }
    return Finding(
      .deadChannels, .warning,
      measured: "more than half of the channels are dead in "
        + summary(affected.map { "\($0.name) (\($0.deadChannels) of \($0.channels))" }),
      meaning: "These channels give one value whatever the picture. The second convolution of a "
        + "block begins so in some trainings; a trained network should have left it.",
      advice: "Look at its results on data with --store.", subjects: affected.map(\.name))
  }

  private var explodingChannels: Finding? {
    let affected = layers.filter { $0.explodingChannels > 0 }
    guard !affected.isEmpty else { return nil }
    return Finding(
      .explodingChannels, .warning,
      measured: "BatchNorm multiplies by more than \(Int(Self.largestFactor)) in "
        + summary(affected.map { "\($0.name) (\($0.explodingChannels) of \($0.channels))" }),
      meaning: "Small differences of a picture become huge differences of the answer.",
      advice: "Look at its results on data with --store; statistics are estimated again by "
        + "`trainer repair --force`.", subjects: affected.map(\.name))
  }

  private var weightNorms: Finding? {
    let affected = layers.filter { layer in
      guard let weight = layer.relativeWeight, layer.deadChannels < layer.channels else {
        return false
      }
      return !Self.usualWeights.contains(weight)
    }
    guard !affected.isEmpty else { return nil }
    return Finding(
      .weightNorms, .warning,
      measured: "the weights of \(summary(affected.map(\.name))) stand out: "
        + affected.prefix(3).map { text($0.relativeWeight) }.joined(separator: ", ")
        + " times the size that they have before training",
      meaning: "Trained networks lie between \(Self.usualWeights.lowerBound) and "
        + "\(Int(Self.usualWeights.upperBound)): the training diverged or decayed, or the file is "
        + "damaged.",
      advice: "Look at its results on data with --store.", subjects: affected.map(\.name))
  }

  private var unexpectedEntries: Finding? {
    let isHeadKnown = if case .unsupported = network.head { false } else { true }
    let names = (isHeadKnown ? network.foreignHead : []) + network.unexpected
    guard !names.isEmpty else { return nil }
    return Finding(
      .unexpectedEntries, .warning,
      measured: "\(names.count) entries are not the network's: \(summary(names))",
      meaning: "PyTorch's load_state_dict(strict=True) refuses such a file.",
      advice: network.isComputable ? "`trainer repair` writes a file without them." : nil,
      subjects: names)
  }

  private var unusableDescription: Finding? {
    guard case .failure(let error)? = file.description else { return nil }
    return Finding(
      .unusableDescription, .undecided, measured: error.description,
      meaning:
        "The weights can be looked at and trained from, but how pictures are read and judged "
        + "can't be known: `trainer evaluate` and `trainer repair` refuse the file.",
      advice: "Export the model again from its checkpoint.")
  }

  private var missingCounters: Finding? {
    guard !network.missing.contains(where: { $0.canonical.arena == .statistics }) else {
      return nil
    }
    let names = network.missing.filter { $0.canonical.arena == .counters }.map(\.fileName)
    guard !names.isEmpty else { return nil }
    return Finding(
      .missingCounters, .note,
      measured: "\(names.count) counters of batches (num_batches_tracked) are missing",
      meaning: "Files of PyTorch before 0.4.1 have none; no answer depends on them.",
      subjects: names)
  }

  private var halfPrecision: Finding? {
    #if arch(x86_64) || arch(arm64)
      let parameters = network.entries.filter { $0.canonical.role == .weight }
      guard !parameters.isEmpty,
        parameters.allSatisfy({ entry in
          values(entry).map { $0.allSatisfy { Float(Float16($0)) == $0 || $0.isNaN } } ?? true
        })
      else { return nil }
      return Finding(
        .halfPrecision, .note, measured: "all weights are numbers of half precision",
        meaning: "They were rounded to 11 bits, which costs hardly any accuracy.")
    #else
      return nil
    #endif
  }

  private var unusualWidth: Finding? {
    guard !network.hasComputableWidth else { return nil }
    return Finding(
      .unusualWidth, .note,
      measured: "its width, \(network.architecture.width), is not a multiple of 8",
      meaning: "Its entries can be looked at, but it can't be tried, repaired or trained here.")
  }

  private var assumedHead: Finding? {
    guard case .mlp = network.architecture.head, network.head == .recognized else { return nil }
    return Finding(
      .assumedHead, .note, measured: "between the layers of the head ReLU is assumed",
      meaning: "A file of weights doesn't say which activation the network has there.")
  }

  // MARK: Advice

  /// Advice for statistics: `trainer repair` refuses a file in which weights are lost too, or whose
  /// description can't be used.
  private var repair: String {
    let isLost =
      !lacksParameters.isEmpty || !ruinedParameters.isEmpty || !network.wrongShapes.isEmpty
      || !silent.isEmpty
    let isDescribed = if case .failure? = file.description { false } else { true }
    guard !isLost, !isBackboneUntrained, !isHeadUntrained, isDescribed else { return fineTuning }
    if case .ambiguous = network.head {
      return "With the order of the head's layers (--head-order) they can be estimated from face "
        + "crops; in the wrong order they would be wrong."
    }
    guard network.isComputable else {
      return "Estimate them where the network was made: run it over pictures in its training mode, "
        + "without an optimizer. It can't be repaired here: "
        + (network.hasComputableWidth
          ? "its head or stem isn't computed here."
          : "a width of \(network.architecture.width) isn't computed here.")
    }
    return "Run `trainer repair MODEL --store DIR --output fixed_deepfake_model.pt`: it estimates "
      + "the statistics from face crops, without training."
  }

  /// Advice for lost weights.
  var fineTuning: String {
    guard !isBackboneUntrained else { return "To train a network, run `trainer train PIPELINE`." }
    return ModelDiagnosis.fineTuning(from: file)
  }

  func summary(_ names: [String]) -> String {
    let shown = names.prefix(3).joined(separator: ", ")
    return names.count > 3 ? "\(shown) and \(names.count - 3) more" : shown
  }

  private func text(_ value: Double?) -> String {
    guard let value else { return "-" }
    return value >= 100 || value < 0.01
      ? "\((value * 1e6).rounded() / 1e6)" : "\((value * 100).rounded() / 100)"
  }
}
