/// Finds the dictionary that holds a network's weights within what a training program saved.
///
/// A dictionary counts if it holds a tensor of at least one dimension, which every network has: the
/// scalar `best_acc1` beside a `state_dict` is no weight. A module that was saved whole counts as
/// its state_dict. The attributes of an object are searched like the entries of a dictionary.
struct WeightSearch {
  /// A dictionary of weights and the keys that lead to it.
  struct Container {
    var path: [String]
    let entries: [PickleEntry]
    /// The dictionary or module itself.
    let value: PickleValue
  }

  /// Keys under which training programs save a network; an earlier one is preferred.
  static let modelKeys = [
    "state_dict", "model_state_dict", "model", "net", "network", "module", "params", "weights",
    "checkpoint",
  ]
  /// Keys of the network that learns. Self-supervised programs save its average or its other branch
  /// beside it (`teacher`, `target_network_state_dict`).
  static let learnerKeys = [
    "student", "student_state_dict", "online_network_state_dict", "online_network",
    "online_encoder", "online", "base_encoder", "encoder_q",
  ]
  /// Keys of moving averages of the weights, which are used only if there is nothing else.
  static let averageKeys = ["ema", "model_ema", "state_dict_ema", "ema_state_dict", "params_ema"]

  /// Keys of what optimizers, schedulers, loss scalers and the like save: tensors, but no weights.
  private static let trainingKeys: Set<String> = [
    "optimizer", "optimizers", "optimizer_state_dict", "optimizer_states", "optim", "opt",
    "optim_state_dict", "optimizer_state", "scheduler", "lr_scheduler", "lr_schedulers", "scaler",
    "amp", "amp_scaler", "rng_state", "random_state", "random", "loss", "criterion", "callbacks",
    "loops", "hyper_parameters", "args", "config",
  ]

  /// How many known keys may be nested, as in `checkpoint["model"]`.
  private static let maximumDepth = 2
  /// How deep other dictionaries are searched if there is no known key.
  private static let candidateDepth = 4
  private static let maximumCandidates = 64

  private let file: String
  private let pickle: Pickle
  private let tensors: TensorReader
  private let isScript: Bool

  init(_ content: TorchContent) {
    file = content.file
    pickle = content.pickle
    isScript = content.isScript
    tensors = TensorReader(content)
  }

  /// The container that `name` (keys joined by `/` or points) leads to. Without a name, the
  /// preferred one or else the only one.
  func container(named name: String?) throws(TorchFileError) -> Container {
    var visited: Set<Int> = []
    guard let name else {
      if let found = search(pickle.root, depth: 0, &visited) { return found }
      let candidates = candidates
      guard candidates.count == 1, let only = candidates.first else {
        throw nothingFound(candidates)
      }
      return only
    }
    guard let (path, value) = walk(name[...], pickle.root) else {
      throw error("expected a container '\(name.prefix(200))'; \(known(candidates))")
    }
    let within = candidates(in: value)
    guard
      var found = search(value, depth: 0, &visited) ?? (within.count == 1 ? within.first : nil)
    else {
      throw error(
        "expected a dictionary of tensors in '\(name.prefix(200))', got \(pickle.summary(value)); "
          + known(candidates))
    }
    found.path = path + found.path
    return found
  }

  /// The dictionaries of tensors other than that of `path`, each as its keys joined by points.
  func others(than path: [String]) -> [String] {
    candidates.map(\.path).filter { $0 != path && !$0.isEmpty }.map { $0.joined(separator: ".") }
  }

  /// Follows the keys in `name`. Keys may contain points, so the longest one that fits is tried
  /// first.
  private func walk(
    _ name: Substring, _ value: PickleValue, depth: Int = 0
  ) -> (path: [String], value: PickleValue)? {
    if name.isEmpty { return ([], value) }
    guard depth < Self.candidateDepth * 2, name.utf8.count <= PickleEntry.maximumTextLength else {
      return nil
    }
    let keys = (pickle.members(value) ?? []).compactMap { entry in entry.text.map { ($0, entry) } }
      .filter { key, _ in
        guard !key.isEmpty, name.hasPrefix(key) else { return false }
        let next = name.dropFirst(key.count).first
        return next == nil || next == "." || next == "/"
      }
    for (key, entry) in keys.sorted(by: { $0.0.count > $1.0.count }) {
      let rest = name.dropFirst(key.count).drop { $0 == "." || $0 == "/" }
      if let found = walk(rest, entry.value, depth: depth + 1) {
        return ([key] + found.path, found.value)
      }
    }
    return nil
  }

  /// `visited` keeps a dictionary that is stored under many keys from being searched under each.
  private func search(
    _ value: PickleValue, depth: Int, _ visited: inout Set<Int>
  ) -> Container? {
    guard case .object(let index) = value, visited.insert(index).inserted else { return nil }
    if let module = PickledModule(value, in: pickle) {
      guard holdsWeights(module.entries) else { return nil }
      return Container(path: [], entries: module.entries, value: value)
    }
    guard let entries = pickle.members(value) else { return nil }
    func search(_ keys: [String], _ visited: inout Set<Int>) -> Container? {
      guard depth < Self.maximumDepth else { return nil }
      for key in keys {
        if let child = entries.first(where: { $0.text == key })?.value,
          var found = self.search(child, depth: depth + 1, &visited)
        {
          found.path.insert(key, at: 0)
          return found
        }
      }
      return nil
    }
    if let found = search(Self.modelKeys, &visited) { return found }
    if holdsWeights(entries) { return Container(path: [], entries: entries, value: value) }
    return search(Self.learnerKeys, &visited) ?? search(Self.averageKeys, &visited)
  }

  /// All dictionaries of tensors and all modules, whatever their keys, in file order. Those within
  /// another one are left out.
  private var candidates: [Container] { candidates(in: pickle.root) }

  private func candidates(in root: PickleValue) -> [Container] {
    var found: [Container] = []
    var visited: Set<Int> = []
    var budget = 10_000
    func collect(_ value: PickleValue, _ path: [String]) {
      guard case .object(let index) = value, visited.insert(index).inserted,
        found.count < Self.maximumCandidates
      else { return }
      let module = PickledModule(value, in: pickle)
      guard let entries = module?.entries ?? pickle.members(value) else { return }
      if holdsWeights(entries) {
        found.append(Container(path: path, entries: entries, value: value))
        return
      }
      guard module == nil, path.count < Self.candidateDepth else { return }
      for entry in entries {
        budget -= 1
        guard budget > 0 else { return }
        guard let key = entry.text, !Self.trainingKeys.contains(key) else { continue }
        collect(entry.value, path + [key])
      }
    }
    collect(root, [])
    return found
  }

  private func holdsWeights(_ entries: [PickleEntry]) -> Bool {
    entries.contains { $0.text != nil && isWeight($0.value) }
  }

  private func isWeight(_ value: PickleValue) -> Bool {
    tensors.call(value).map { tensors.rank($0) > 0 } ?? false
  }

  private func nothingFound(_ candidates: [Container]) -> TorchFileError {
    if candidates.count > 1 {
      return error("expected one dictionary of weights, got several; \(known(candidates))")
    }
    if isScript { return ForeignFile.frozenScript.error(file) }
    if tensors.call(pickle.root) != nil { return ForeignFile.singleTensor.error(file) }
    if let items = pickle.sequence(pickle.root), !items.isEmpty,
      items.allSatisfy({ tensors.call($0) != nil })
    {
      return ForeignFile.tensorList(count: items.count).error(file)
    }
    let keys = Set((pickle.members(pickle.root) ?? []).compactMap(\.text))
    if keys.isSuperset(of: ["state", "param_groups"]) {
      return ForeignFile.optimizer.error(file)
    }
    guard pickle.members(pickle.root) != nil else {
      return error("expected a dictionary with weights, got \(pickle.summary(pickle.root))")
    }
    return error("expected a dictionary of weights; \(known(candidates))")
  }

  /// A list of what the user can choose from, for errors.
  private func known(_ candidates: [Container]) -> String {
    let names = candidates.map { $0.path.joined(separator: ".") }.filter { !$0.isEmpty }
    if !names.isEmpty {
      return "there are tensors under \(Self.list(names)): choose with --key \(names[0])"
    }
    let entries = pickle.members(pickle.root) ?? []
    let keys = entries.prefix(9).map { $0.text ?? pickle.summary($0.key) }
    return
      "the file has \(keys.isEmpty ? "no entries" : Self.list(keys)) and no dictionary of tensors"
  }

  private static func list(_ names: [String]) -> String {
    names.prefix(8).map { "'\($0.prefix(80))'" }.joined(separator: ", ")
      + (names.count > 8 ? " and more" : "")
  }

  private func error(_ message: String) -> TorchFileError {
    TorchFileError(.containerNotFound, file: file, message)
  }
}
