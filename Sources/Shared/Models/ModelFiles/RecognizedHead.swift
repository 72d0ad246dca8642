internal import NeuralNetwork
internal import TensorFiles

/// What follows the pooled features, deduced from the entries of a file that belong to no layer before.
///
/// Whatever numbers its layers have (`fc`, `fc.0` and `fc.3`, `head.1`, ...), linear layers are told by
/// their two dimensions, BatchNorm by one; activations and dropout leave no entries and are taken for
/// ReLU and for what evaluation ignores.
struct RecognizedHead {
  let kind: RecognizedNetwork.Head
  /// As the product computes it; a linear one where the head is missing or unsupported.
  let architecture: ResNet18Architecture.Head
  /// Entries of the head's layers, whether or not the head is supported.
  let names: Set<String>
  /// The file's modules by this product's names, such as `fc.4` by `fc.5`.
  private let modules: [String: String]

  private enum Kind: Equatable {
    case linear(inputs: Int, outputs: Int)
    case batchNorm(channels: Int)
  }

  private struct Module {
    var name: String
    var kind: Kind
    var hasBias: Bool
  }

  /// Why a head is none that this product computes.
  private struct Unsupported: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }
  }

  /// - Parameters:
  ///   - tensors: those that are not the backbone's.
  ///   - features: what the pooled maps give.
  init(_ tensors: [TensorEntry], features: Int) {
    let modules = Self.modules(tensors)
    let moduleNames = Set(modules.map(\.name))
    names = Set(
      tensors.map(\.name).filter { name in
        name.lastIndex(of: ".").map { moduleNames.contains(String(name[..<$0])) } ?? false
      })
    guard modules.contains(where: { if case .linear = $0.kind { true } else { false } }) else {
      (kind, architecture, self.modules) = (.missing, .linear, [:])
      return
    }
    do throws(Unsupported) {
      (architecture, self.modules) = try Self.layers(modules, features: features)
      kind = .recognized
    } catch {
      (kind, architecture, self.modules) = (.unsupported(error.reason), .linear, [:])
    }
  }

  /// The name in the file of an entry of this product's head.
  func fileName(of name: String) -> String {
    guard let dot = name.lastIndex(of: "."), let module = modules[String(name[..<dot])] else {
      return name
    }
    return module + name[dot...]
  }

  private static func layers(
    _ modules: [Module], features: Int
  ) throws(Unsupported) -> (ResNet18Architecture.Head, modules: [String: String]) {
    let linears = modules.filter { if case .linear = $0.kind { true } else { false } }
    let norms = modules.filter { if case .batchNorm = $0.kind { true } else { false } }
    guard let first = linears.first, let last = linears.last else {
      throw Unsupported("it has no linear layer")
    }
    if let lame = linears.first(where: { !$0.hasBias }) {
      throw Unsupported("the layer \(lame.name) has no bias")
    }
    guard case .linear(features, let hidden) = first.kind else {
      throw Unsupported("its first layer, \(first.name), doesn't take \(features) features")
    }
    guard linears.count > 1 else {
      guard norms.isEmpty else { throw Unsupported("\(norms[0].name) normalises its input") }
      try check(classes: hidden)
      return (.linear, ["fc": first.name])
    }
    guard linears.count == 2, norms.count <= 1, case .linear(hidden, let outputs) = last.kind,
      (1...4096).contains(hidden)
    else {
      throw Unsupported(
        "it has \(linears.count) linear and \(norms.count) BatchNorm layers: "
          + modules.prefix(8).map(\.name).joined(separator: ", "))
    }
    if let norm = norms.first {
      guard norm.kind == .batchNorm(channels: hidden), norm.name != first.name,
        isBefore(first.name, norm.name), isBefore(norm.name, last.name)
      else { throw Unsupported("\(norm.name) doesn't follow its first layer") }
    }
    try check(classes: outputs)
    return (
      .mlp(hidden: hidden, batchNorm: !norms.isEmpty, dropout: 0),
      [
        "fc.1": first.name, "fc.2": norms.first?.name ?? "",
        norms.isEmpty ? "fc.4" : "fc.5": last.name,
      ]
    )
  }

  private static func check(classes: Int) throws(Unsupported) {
    guard classes == 2 else {
      throw Unsupported("it has \(classes) outputs; a detector has two, real and fake")
    }
  }

  /// The modules of some entries, in the order of their numbers.
  private static func modules(_ tensors: [TensorEntry]) -> [Module] {
    var found: [Module] = []
    let names = Set(tensors.map(\.name))
    for entry in tensors {
      guard let dot = entry.name.lastIndex(of: "."), entry.name[dot...] == ".weight" else {
        continue
      }
      let name = String(entry.name[..<dot])
      let shape = entry.tensor.shape
      let hasBias = names.contains(name + ".bias")
      if shape.count == 2 {
        found.append(
          Module(name: name, kind: .linear(inputs: shape[1], outputs: shape[0]), hasBias: hasBias))
      } else if shape.count == 1 {
        found.append(Module(name: name, kind: .batchNorm(channels: shape[0]), hasBias: hasBias))
      }
    }
    // By their numbers, or else by how one layer takes what the one before gives.
    let numbered = found.sorted { isBefore($0.name, $1.name) }
    return isChain(numbered) ? numbered : isChain(found) ? found : numbered
  }

  private static func isChain(_ modules: [Module]) -> Bool {
    var width: Int?
    for module in modules {
      switch module.kind {
      case .linear(let inputs, let outputs):
        guard width ?? inputs == inputs else { return false }
        width = outputs
      case .batchNorm(let channels):
        guard width ?? channels == channels else { return false }
      }
    }
    return true
  }

  /// Whether a module's name comes first, its parts compared as numbers where they are some.
  private static func isBefore(_ left: String, _ right: String) -> Bool {
    let (left, right) = (left.split(separator: "."), right.split(separator: "."))
    for (a, b) in zip(left, right) where a != b {
      if let a = Int(a), let b = Int(b) { return a < b }
      return a < b
    }
    return left.count < right.count
  }
}
