internal import Evaluation
internal import ModelFiles
internal import NeuralNetwork
internal import TensorFiles

/// Looks at all entries of a recognised network, layer by layer.
struct Examination {
  private(set) var layers: [LayerDiagnosis] = []
  private(set) var findings: [Finding] = []

  private var silent: [String] = []
  private let file: NetworkFile
  private let network: RecognizedNetwork

  /// A BatchNorm that multiplies by more makes noise out of rounding.
  static let largestFactor = 1e4
  /// Weights of trained networks lie within these multiples of He's initial values.
  static let usualWeights = 0.005...30.0

  /// - Parameter network: that of the file.
  init(_ network: RecognizedNetwork, in file: NetworkFile) {
    self.network = network
    self.file = file
    for unit in units { layers.append(examine(unit)) }
    describe()
  }

  // MARK: Layers

  /// A convolution or linear layer and the BatchNorm that follows it.
  private struct Unit {
    var entries: [RecognizedNetwork.Entry]

    func entry(_ role: StateEntry.Role) -> RecognizedNetwork.Entry? {
      entries.first { $0.canonical.role == role }
    }
  }

  /// Every weight begins a unit.
  private var units: [Unit] {
    var units: [Unit] = []
    for entry in network.entries {
      if entry.canonical.role == .weight { units.append(Unit(entries: [])) }
      units[units.count - 1].entries.append(entry)
    }
    return units
  }

  private func values(_ entry: RecognizedNetwork.Entry?) -> [Float]? {
    entry.flatMap { file[$0] }?.floats.map { Array($0) }
  }

  private mutating func examine(_ unit: Unit) -> LayerDiagnosis {
    guard let weight = unit.entry(.weight) else { return LayerDiagnosis(name: "", channels: 0) }
    let shape = weight.canonical.shape
    var layer = LayerDiagnosis(
      name: String(weight.fileName.dropLast(".weight".count)), channels: shape[0])
    layer.expected = unit.entries.count
    layer.found = unit.entries.count { file[$0] != nil }

    var dead = Set<Int>()
    if let values = values(weight), file[weight]?.isFinite == true {
      let fan = max(shape.dropFirst().reduce(1, *), 1)
      layer.relativeWeight = rootMeanSquare(values) / (2 / Double(fan)).squareRoot()
      for channel in 0..<shape[0]
      where values[channel * fan..<(channel + 1) * fan].allSatisfy({ $0 == 0 }) {
        dead.insert(channel)
      }
      // What comes from the first layer, and what goes to the answer, passes nowhere else.
      let isNarrow = weight.canonical.isHead || weight.canonical.name == "conv1.weight"
      if isNarrow, dead.count == shape[0] { silent.append(layer.name) }
    }
    if let scale = values(unit.entry(.batchNormScale)) {
      examine(unit, scale: scale, &layer, &dead)
    } else if unit.entry(.runningMean) != nil {
      layer.statistics = statistics(unit).state
    }
    layer.deadChannels = dead.count
    return layer
  }

  private func examine(
    _ unit: Unit, scale: [Float], _ layer: inout LayerDiagnosis, _ dead: inout Set<Int>
  ) {
    for channel in scale.indices where scale[channel] == 0 { dead.insert(channel) }
    let (state, variance) = statistics(unit)
    layer.statistics = state
    guard let variance, state != .notFinite else { return }
    let sorted = variance.filter(\.isFinite).map(Double.init).sorted()
    layer.medianVariance = sorted.isEmpty ? nil : sorted[sorted.count / 2]
    layer.explodingChannels = scale.indices.count { channel in
      let factor = abs(Double(scale[channel])) / (Double(variance[channel]) + 1e-5).squareRoot()
      return factor > Self.largestFactor
    }
  }

  private func statistics(
    _ unit: Unit
  ) -> (state: LayerDiagnosis.Statistics, variance: [Float]?) {
    let mean = values(unit.entry(.runningMean))
    let variance = values(unit.entry(.runningVariance))
    guard let mean, let variance, !variance.isEmpty else { return (.missing, variance) }
    guard mean.allSatisfy(\.isFinite), variance.allSatisfy({ $0.isFinite && $0 >= 0 }) else {
      return (.notFinite, variance)
    }
    guard variance.contains(where: { $0 > 1e-12 }) else { return (.degenerate, variance) }
    let untouched = zip(mean, variance).count { $0 == 0 && $1 == 1 }
    return (untouched * 2 > mean.count ? .defaults : .sound, variance)
  }

  private func rootMeanSquare(_ values: [Float]) -> Double {
    let sum = values.reduce(0.0) { $0 + Double($1) * Double($1) }
    return (sum / Double(max(values.count, 1))).squareRoot()
  }

  // MARK: Findings

  private mutating func describe() {
    findings = [
      missingParameters, wrongShape, parametersNotFinite, silentLayer, missingStatistics,
      statisticsNotFinite, defaultStatistics, degenerateStatistics, unusableDescription,
      deadChannels, explodingChannels, weightNorms, unexpectedEntries, missingCounters,
      halfPrecision, unusualWidth, assumedHead,
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
        + "layer, and every picture gets the same answer with full confidence. The weights are "
        + "not lost.",
      advice: repair, subjects: names)
  }

  private var statisticsNotFinite: Finding? {
    finding(
      .notFinite, .statisticsNotFinite, "have statistics that are NaN, infinite or negative",
      "Every answer is NaN. The weights are not lost.")
  }

  private var defaultStatistics: Finding? {
    finding(
      .defaults, .defaultStatistics,
      "have the statistics from before any training: mean 0, "
        + "variance 1",
      "The statistics were reset, or never updated: in evaluation every picture gets nearly the "
        + "same answer. The weights are not lost.")
  }

  private var degenerateStatistics: Finding? {
    finding(
      .degenerate, .degenerateStatistics, "have no variance in any channel",
      "The statistics are of empty or equal inputs: BatchNorm multiplies by hundreds. The weights "
        + "are not lost.")
  }

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

  private var deadChannels: Finding? {
    let lame = layers.filter { $0.deadChannels * 2 > $0.channels }
    guard !lame.isEmpty else { return nil }
    return Finding(
      .deadChannels, .warning,
      measured: "more than half of the channels are dead in "
        + summary(lame.map { "\($0.name) (\($0.deadChannels) of \($0.channels))" }),
      meaning: "These channels give one value whatever the picture. The second convolution of a "
        + "block begins so in some trainings; a trained network should have left it.",
      advice: "Look at its results on data with --store.", subjects: lame.map(\.name))
  }

  private var explodingChannels: Finding? {
    let lame = layers.filter { $0.explodingChannels > 0 }
    guard !lame.isEmpty else { return nil }
    return Finding(
      .explodingChannels, .warning,
      measured: "BatchNorm multiplies by more than \(Int(Self.largestFactor)) in "
        + summary(lame.map { "\($0.name) (\($0.explodingChannels) of \($0.channels))" }),
      meaning: "Small differences of a picture become huge ones of the answer.",
      advice: "Look at its results on data with --store; statistics are estimated again by "
        + "`trainer repair --force`.", subjects: lame.map(\.name))
  }

  private var weightNorms: Finding? {
    let lame = layers.filter { layer in
      guard let weight = layer.relativeWeight, layer.deadChannels < layer.channels else {
        return false
      }
      return !Self.usualWeights.contains(weight)
    }
    guard !lame.isEmpty else { return nil }
    return Finding(
      .weightNorms, .warning,
      measured: "the weights of \(summary(lame.map(\.name))) stand out: "
        + lame.prefix(3).map { text($0.relativeWeight) }.joined(separator: ", ")
        + " times the size that they have before training",
      meaning: "Trained networks lie between \(Self.usualWeights.lowerBound) and "
        + "\(Int(Self.usualWeights.upperBound)): the training diverged or decayed, or the file is "
        + "damaged.",
      advice: "Look at its results on data with --store.", subjects: lame.map(\.name))
  }

  private var unexpectedEntries: Finding? {
    let names = network.foreignHead + network.unexpected
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
      .unusableDescription, .warning, measured: error.description,
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
    guard !network.isComputable else { return nil }
    return Finding(
      .unusualWidth, .note,
      measured: "its width, \(network.architecture.width), is not a multiple of 8",
      meaning: "Its entries can be looked at, but it can't be tried, repaired or trained here.")
  }

  private var assumedHead: Finding? {
    guard case .mlp = network.architecture.head else { return nil }
    return Finding(
      .assumedHead, .note, measured: "between the layers of the head ReLU is assumed",
      meaning: "A file of weights doesn't say which activation the network has there.")
  }

  // MARK: Advice

  /// What to do about statistics: where weights are lost too, `trainer repair` refuses the file.
  private var repair: String {
    let isLost =
      !lacksParameters.isEmpty || !ruinedParameters.isEmpty || !network.wrongShapes.isEmpty
      || !silent.isEmpty
    guard !isLost else { return fineTuning }
    guard network.isComputable else {
      return "Estimate them where the network was made: run it over pictures in its training mode, "
        + "without an optimizer. A network of a width of \(network.architecture.width) can't be "
        + "repaired here."
    }
    return "Run `trainer repair MODEL --store DIR --output fixed_deepfake_model.pt`: it estimates "
      + "the statistics from face crops, without training."
  }

  /// What to do where weights are lost.
  private var fineTuning: String {
    ModelDiagnosis.fineTuning(from: file)
  }

  private func summary(_ names: [String]) -> String {
    let shown = names.prefix(3).joined(separator: ", ")
    return names.count > 3 ? "\(shown) and \(names.count - 3) more" : shown
  }

  private func text(_ value: Double?) -> String {
    guard let value else { return "-" }
    return value >= 100 || value < 0.01
      ? "\((value * 1e6).rounded() / 1e6)" : "\((value * 100).rounded() / 100)"
  }
}
