internal import NeuralNetwork

/// The numbers of a network's state by the names of its state_dict.
struct LayerWeights {
  /// An entry: its shape as in PyTorch, and its numbers, row-major.
  struct Entry {
    var shape: [Int]
    var values: [Float]
  }

  private let state: NetworkState
  private let entries: [String: StateEntry]

  init(_ state: NetworkState) {
    self.state = state
    entries = Dictionary(
      state.entries.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The entry of a name such as `layer1.0.conv1.weight`.
  ///
  /// - Throws: `ONNXFileError` with `content` if the network has none, or if it is a counter.
  func entry(_ name: String) throws(ONNXFileError) -> Entry {
    guard let entry = entries[name], entry.arena != .counters else {
      throw ONNXFileError(.content, subject: name, "the network has no such parameter")
    }
    let values =
      entry.arena == .parameters ? state.parameters[entry.range] : state.statistics[entry.range]
    return Entry(shape: entry.shape, values: Array(values))
  }

  /// The affine map of a BatchNorm layer, per channel: `output = input * scale + shift`, with the
  /// running statistics (Ioffe and Szegedy 2015, algorithm 2).
  func affine(_ name: String) throws(ONNXFileError) -> (scale: [Double], shift: [Double]) {
    let gamma = try entry(name + ".weight").values
    let beta = try entry(name + ".bias").values
    let mean = try entry(name + ".running_mean").values
    let variance = try entry(name + ".running_var").values
    let scale = gamma.indices.map {
      Double(gamma[$0]) / (Double(variance[$0]) + Self.epsilon).squareRoot()
    }
    return (scale, scale.indices.map { Double(beta[$0]) - Double(mean[$0]) * scale[$0] })
  }

  /// The number that BatchNorm adds to a variance: PyTorch's default, which the engines use too.
  static let epsilon = 1e-5
}

extension LayerWeights.Entry {
  /// The weight (`out x ...`) of a layer, multiplied by the scale of the BatchNorm after it.
  func scaled(by scale: [Double]) -> LayerWeights.Entry {
    let row = values.count / max(1, scale.count)
    var result = self
    for index in values.indices {
      result.values[index] = Float(Double(values[index]) * scale[index / max(1, row)])
    }
    return result
  }
}
