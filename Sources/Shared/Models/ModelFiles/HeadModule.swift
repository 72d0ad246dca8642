internal import TensorFiles

/// A module of a head that has entries in a file, deduced from their shapes.
struct HeadModule: Equatable {
  enum Kind: Equatable {
    case linear(inputs: Int, outputs: Int)
    /// BatchNorm; LayerNorm if `isLayerNorm`. Without statistics in the whole file both look alike.
    case norm(channels: Int, isLayerNorm: Bool)
    /// One slope for each channel, or one for all, and no bias.
    case preluOrScale(channels: Int)
    case convolution(shape: [Int])
  }

  let name: String
  let kind: Kind
  let hasBias: Bool

  var isLinear: Bool { if case .linear = kind { true } else { false } }
  var isNorm: Bool { if case .norm = kind { true } else { false } }

  /// `Linear 512 -> 256 (fc.1)`.
  var text: String {
    let bias = hasBias ? "" : " without bias"
    return switch kind {
    case .linear(let inputs, let outputs): "Linear \(inputs) -> \(outputs)\(bias) (\(name))"
    case .norm(_, isLayerNorm: true): "LayerNorm (\(name))"
    case .norm(_, isLayerNorm: false): "BatchNorm (\(name))"
    case .preluOrScale: "PReLU or a scale (\(name))"
    case .convolution(let shape): "a convolution \(shape)\(bias) (\(name))"
    }
  }

  /// Parts of names of modules that belong to no head: loss functions have class weights.
  private static let losses = ["loss", "criterion", "metric"]

  /// The modules of some entries, in the order of their numbers.
  ///
  /// - Parameter hasStatistics: whether any BatchNorm of the file has statistics. If so, a
  ///   normalising layer without statistics is LayerNorm.
  static func all(in tensors: [TensorEntry], hasStatistics: Bool) -> [HeadModule] {
    var found: [HeadModule] = []
    let names = Set(tensors.map(\.name))
    for entry in tensors {
      guard let dot = entry.name.lastIndex(of: "."), entry.name[dot...] == ".weight" else {
        continue
      }
      let name = String(entry.name[..<dot])
      guard !losses.contains(where: name.lowercased().contains) else { continue }
      let shape = entry.tensor.shape
      let hasBias = names.contains(name + ".bias")
      let isCounted = ["running_mean", "running_var", "num_batches_tracked"]
        .contains { names.contains("\(name).\($0)") }
      let kind: Kind
      switch shape.count {
      case 1 where hasBias || isCounted:
        kind = .norm(channels: shape[0], isLayerNorm: hasStatistics && !isCounted)
      case 1: kind = .preluOrScale(channels: shape[0])
      case 2: kind = .linear(inputs: shape[1], outputs: shape[0])
      case 4: kind = .convolution(shape: shape)
      default: continue
      }
      found.append(HeadModule(name: name, kind: kind, hasBias: hasBias))
    }
    // By their numbers or, if only the file's order is a chain in which each layer takes the
    // outputs of the one before, in that order.
    let numbered = found.sorted { isBefore($0.name, $1.name) }
    return isChain(numbered) ? numbered : isChain(found) ? found : numbered
  }

  private static func isChain(_ modules: [HeadModule]) -> Bool {
    var width: Int?
    for module in modules {
      switch module.kind {
      case .linear(let inputs, let outputs):
        guard width ?? inputs == inputs else { return false }
        width = outputs
      case .norm(let channels, _):
        guard width ?? channels == channels else { return false }
        width = channels
      case .preluOrScale, .convolution: break
      }
    }
    return true
  }

  /// Whether a module's name comes first; its parts are compared as numbers if they are numbers.
  static func isBefore(_ left: String, _ right: String) -> Bool {
    let (left, right) = (left.split(separator: "."), right.split(separator: "."))
    for (a, b) in zip(left, right) where a != b {
      if let a = Int(a), let b = Int(b) { return a < b }
      return a < b
    }
    return left.count < right.count
  }

  /// The number of modules without entries between this one and a later one of the same
  /// `nn.Sequential`; nil if the two aren't numbered.
  func gap(to later: HeadModule) -> Int? {
    func split(_ name: String) -> (parent: Substring, number: Int)? {
      let dot = name.lastIndex(of: ".")
      let start = dot.map(name.index(after:)) ?? name.startIndex
      return Int(name[start...]).map { (name[..<(dot ?? name.startIndex)], $0) }
    }
    guard let own = split(name), let other = split(later.name), own.parent == other.parent else {
      return nil
    }
    return other.number - own.number - 1
  }
}
