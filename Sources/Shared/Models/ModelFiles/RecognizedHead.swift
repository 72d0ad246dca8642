internal import NeuralNetwork
internal import TensorFiles

/// The layers after the pooled features, deduced from the entries of a file that belong to no
/// earlier layer.
///
/// Whatever the numbers of the layers (`fc`, `fc.0` and `fc.3`, `head.1`, ...), linear layers are
/// recognised by two dimensions, normalising layers by one. Activations and dropout have no
/// entries: ReLU is assumed, and dropout, which evaluation ignores anyway. Whether ReLU is before
/// or after BatchNorm follows from the numbers of the layers or the statistics of BatchNorm, or
/// isn't known.
struct RecognizedHead {
  let kind: RecognizedNetwork.Head
  /// The head as this product computes it; a linear one if the head is missing or unsupported.
  let architecture: ResNet18Architecture.Head
  /// Number of outputs of the last layer; nil if there is none.
  let outputs: Int?
  /// Entries of the head's layers, whether or not the head is supported.
  let names: Set<String>
  /// The file's modules by this product's names, such as `fc.4` by `fc.5`.
  private let modules: [String: String]

  /// Why this product can't compute a head.
  private struct Unsupported: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }
  }

  private struct Layers {
    var architecture: ResNet18Architecture.Head
    var modules: [String: String]
    /// Why the order of the layers isn't known.
    var doubt: String?
  }

  /// - Parameters:
  ///   - tensors: those that are not the backbone's.
  ///   - features: number of pooled features.
  ///   - hasStatistics: whether the backbone has statistics of BatchNorm.
  ///   - order: the order of the layers as stated by the user, if at all.
  init(_ tensors: [TensorEntry], features: Int, hasStatistics: Bool, order: HeadOrder?) {
    let modules = HeadModule.all(in: tensors, hasStatistics: hasStatistics)
    let moduleNames = Set(modules.map(\.name))
    names = Set(
      tensors.map(\.name).filter { name in
        name.lastIndex(of: ".").map { moduleNames.contains(String(name[..<$0])) } ?? false
      })
    guard let last = modules.last(where: \.isLinear), case .linear(_, let outputs) = last.kind
    else {
      let isMissing = modules.isEmpty
      kind =
        isMissing
        ? .missing : .unsupported("it has no linear layer: \(Self.list(modules))")
      (architecture, self.modules, self.outputs) = (.linear, [:], nil)
      return
    }
    self.outputs = outputs
    do throws(Unsupported) {
      var layers = try Self.layers(modules, features: features)
      if case .mlp(_, batchNorm: true, _) = layers.architecture {
        layers.doubt = Self.doubt(modules, tensors)
        switch order {
        case .batchNormFirst: layers.doubt = nil
        case .reluFirst:
          throw Unsupported("its layers are \(HeadOrder.reluFirst.text), as you said")
        case nil: break
        }
      }
      (architecture, self.modules) = (layers.architecture, layers.modules)
      kind = layers.doubt.map { .ambiguous($0) } ?? .recognized
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

  private static func list(_ modules: [HeadModule]) -> String {
    modules.prefix(8).map(\.text).joined(separator: ", ") + (modules.count > 8 ? ", ..." : "")
  }

  private static func layers(
    _ modules: [HeadModule], features: Int
  ) throws(Unsupported) -> Layers {
    let linears = modules.filter(\.isLinear)
    let norms = modules.filter(\.isNorm)
    guard let first = linears.first, let last = linears.last,
      linears.count + norms.count == modules.count
    else { throw Unsupported("its layers are \(list(modules))") }
    guard case .linear(_, let outputs) = last.kind, (1...2).contains(outputs) else {
      let count = if case .linear(_, let outputs) = last.kind { outputs } else { 0 }
      throw Unsupported(
        "it has \(count) outputs; a detector has two, real and fake, or one"
          + (modules.count > 1 ? "; its layers are \(list(modules))" : ""))
    }
    if let layer = linears.first(where: { !$0.hasBias }) {
      throw Unsupported(
        "the layer \(layer.name) has no bias"
          + (modules.count > 1 ? "; its layers are \(list(modules))" : ""))
    }
    guard case .linear(features, let hidden) = first.kind else {
      throw Unsupported(
        "its first layer, \(first.name), doesn't take \(features) features; its layers are "
          + list(modules))
    }
    guard linears.count > 1 else {
      guard norms.isEmpty else { throw Unsupported("its layers are \(list(modules))") }
      return Layers(architecture: .linear, modules: ["fc": first.name])
    }
    guard linears.count == 2, norms.count <= 1, case .linear(hidden, _) = last.kind,
      (1...4096).contains(hidden)
    else {
      throw Unsupported(
        "it has \(linears.count) linear and \(norms.count) normalising layers: \(list(modules))")
    }
    if let norm = norms.first {
      guard norm.kind == .norm(channels: hidden, isLayerNorm: false), norm.name != first.name,
        modules.firstIndex(of: norm) == 1
      else { throw Unsupported("its layers are \(list(modules))") }
    }
    return Layers(
      architecture: .mlp(hidden: hidden, batchNorm: !norms.isEmpty, dropout: 0),
      modules: [
        "fc.1": first.name, "fc.2": norms.first?.name ?? "",
        norms.isEmpty ? "fc.4" : "fc.5": last.name,
      ])
  }

  /// Why it isn't known that BatchNorm comes before the activation; nil if it is known.
  private static func doubt(_ modules: [HeadModule], _ tensors: [TensorEntry]) -> String? {
    guard modules.count == 3 else { return nil }
    let norm = modules[1]
    let before = modules[0].gap(to: norm)
    let after = norm.gap(to: modules[2])
    // Right after the linear layer, with room for an activation after it.
    if before == 0, let after, after > 0 { return nil }
    let means = tensors.first { $0.name == norm.name + ".running_mean" }?.tensor.floats ?? []
    let evidence = Self.order(of: means)
    if evidence == .batchNormFirst, after != 0 { return nil }
    let room: String
    switch (before, after) {
    case (.some(1...), 0):
      room = "its number leaves room for ReLU only before it, if ReLU is in its nn.Sequential"
    case (0, 0): room = "its number leaves no room for ReLU at all in its nn.Sequential"
    default: room = "names and shapes don't say whether ReLU comes before or after it"
    }
    return
      "it has BatchNorm (\(norm.name)) between two linear layers (\(modules[0].name), "
      + "\(modules[2].name)), and \(room): its layers may be \(HeadOrder.batchNormFirst.text), or "
      + HeadOrder.reluFirst.text
      + (evidence == .reluFirst
        ? "; none of its \(means.count) running means is negative, as after ReLU" : "")
  }

  /// The order that running means imply: after ReLU none is negative, before it about half of them
  /// are. Nil if they are too few or say nothing, as before any training.
  private static func order(of means: ArraySlice<Float>) -> HeadOrder? {
    guard means.count >= 8, means.allSatisfy(\.isFinite) else { return nil }
    let negative = means.count { $0 < 0 }
    if negative * 8 >= means.count { return .batchNormFirst }
    return negative == 0 && means.contains { $0 > 0 } ? .reluFirst : nil
  }
}
