/// The state_dict of a network that was pickled as an object, `torch.save(model)`. Python would
/// import its classes; here only the pickled attributes are read.
///
/// Every `nn.Module` keeps its tensors in the attributes `_parameters` and `_buffers`, and its
/// submodules in `_modules`; TorchScript keeps both as attributes of the module itself. Names of
/// nested modules are joined by points. See `torch/nn/modules/module.py`.
struct PickledModule {
  /// Names and values, in the order of a state_dict.
  private(set) var entries: [PickleEntry] = []
  private let pickle: Pickle
  /// How many modules and tensors may still be visited: a hostile pickle can share one many times.
  private var budget = 20_000

  private static let maximumDepth = 32

  /// Nil if the value is no module.
  init?(_ value: PickleValue, in pickle: Pickle) {
    guard Self.isModule(value, in: pickle) else { return nil }
    self.pickle = pickle
    visit(value, prefix: "", depth: 0)
  }

  static func isModule(_ value: PickleValue, in pickle: Pickle) -> Bool {
    guard let attributes = pickle.attributes(value) else { return false }
    if isScript(value, in: pickle) { return true }
    let names = Set(attributes.compactMap(\.text))
    return names.isSuperset(of: ["_parameters", "_buffers", "_modules"])
  }

  /// Whether the class of an object belongs to a TorchScript program.
  private static func isScript(_ value: PickleValue, in pickle: Pickle) -> Bool {
    guard case .opaque(let global)? = pickle.object(value)?.kind else { return false }
    return global.module == "__torch__" || global.module.hasPrefix("__torch__.")
  }

  private mutating func visit(_ value: PickleValue, prefix: String, depth: Int) {
    budget -= 1
    guard budget > 0, depth < Self.maximumDepth, prefix.utf8.count < PickleEntry.maximumTextLength,
      let attributes = pickle.attributes(value)
    else { return }
    if Self.isScript(value, in: pickle) {
      return visitScript(attributes, prefix: prefix, depth: depth)
    }
    let members = { [pickle] (name: String) -> [PickleEntry] in
      attributes.first { $0.text == name }.flatMap { pickle.dictionary($0.value) } ?? []
    }
    // Buffers that a module recomputes are not part of its state_dict.
    let transient =
      attributes.first { $0.text == "_non_persistent_buffers_set" }
      .flatMap { pickle.object($0.value)?.items } ?? []
    let tensors =
      members("_parameters") + members("_buffers").filter { !transient.contains($0.key) }
    for entry in tensors where entry.value != .none {
      guard let name = entry.text else { continue }
      budget -= 1
      guard budget > 0 else { return }
      entries.append(PickleEntry(key: .string(prefix + name), value: entry.value))
    }
    for entry in members("_modules") {
      guard let name = entry.text else { continue }
      visit(entry.value, prefix: prefix + name + ".", depth: depth + 1)
    }
  }

  /// Attributes of a script are tensors, modules, and others, which are skipped.
  private mutating func visitScript(_ attributes: [PickleEntry], prefix: String, depth: Int) {
    for entry in attributes {
      guard let name = entry.text else { continue }
      budget -= 1
      guard budget > 0 else { return }
      if Self.isScript(entry.value, in: pickle) {
        visit(entry.value, prefix: prefix + name + ".", depth: depth + 1)
      } else if case .call? = pickle.object(entry.value)?.kind {
        entries.append(PickleEntry(key: .string(prefix + name), value: entry.value))
      }
    }
  }
}
