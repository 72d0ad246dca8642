internal import ModelFiles
internal import NeuralNetwork
internal import TensorFiles

/// Examines all entries of a recognised network, layer by layer.
struct Examination {
  private(set) var layers: [LayerDiagnosis] = []
  /// Names of layers that pass nothing on.
  private(set) var silent: [String] = []
  /// Whether the backbone's weights are those before any training.
  private(set) var isBackboneUntrained = false
  /// Whether the head's weights are those before any training.
  private(set) var isHeadUntrained = false
  let file: NetworkFile
  let network: RecognizedNetwork

  /// A BatchNorm that multiplies by more amplifies rounding errors to noise.
  static let largestFactor = 1e4
  /// Weights of trained networks lie within these multiples of He's initial values.
  static let usualWeights = 0.005...30.0

  /// - Parameter network: the network recognised in `file`.
  init(_ network: RecognizedNetwork, in file: NetworkFile) {
    self.network = network
    self.file = file
    let units = units
    for unit in units { layers.append(examine(unit)) }
    isBackboneUntrained = isUntrained(units.filter { !$0.isHead })
    isHeadUntrained = isUntrained(units.filter(\.isHead))
  }

  // MARK: Layers

  /// A convolution or linear layer and the BatchNorm that follows it.
  struct Unit {
    var entries: [RecognizedNetwork.Entry]

    var isHead: Bool { entries.first?.canonical.isHead ?? false }

    func entry(_ role: StateEntry.Role) -> RecognizedNetwork.Entry? {
      entries.first { $0.canonical.role == role }
    }
  }

  /// The units of the network; every weight begins one.
  private var units: [Unit] {
    var units: [Unit] = []
    for entry in network.entries {
      // Without its first layer a network begins with BatchNorm.
      if entry.canonical.role == .weight || units.isEmpty { units.append(Unit(entries: [])) }
      units[units.count - 1].entries.append(entry)
    }
    return units
  }

  /// The values of an entry in the file; nil if it is missing or has another shape.
  func values(_ entry: RecognizedNetwork.Entry?) -> [Float]? {
    guard let entry, file[entry] != nil else { return nil }
    return file.weights[entry.fileName]?.floats.map { Array($0) }
  }

  private mutating func examine(_ unit: Unit) -> LayerDiagnosis {
    guard let weight = unit.entry(.weight) ?? unit.entries.first else {
      return LayerDiagnosis(name: "", channels: 0)
    }
    let shape = weight.fileShape
    var layer = LayerDiagnosis(
      name: String(weight.fileName.dropLast(".weight".count)), channels: shape[0])
    layer.expected = unit.entries.count
    layer.found = unit.entries.count { file[$0] != nil }

    var dead = Set<Int>()
    if weight.canonical.role == .weight, let values = values(weight),
      values.allSatisfy(\.isFinite)
    {
      let fan = max(shape.dropFirst().reduce(1, *), 1)
      layer.relativeWeight = rootMeanSquare(values) / (2 / Double(fan)).squareRoot()
      for channel in 0..<shape[0]
      where values[channel * fan..<(channel + 1) * fan].allSatisfy({ $0 == 0 }) {
        dead.insert(channel)
      }
      // Everything that reaches the answer passes the first layer and the head.
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
}
