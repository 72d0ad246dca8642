/// Finds the dictionary that holds a network's weights within what a training program saved.
///
/// A dictionary counts if it holds a tensor of at least one dimension, which every network has: the
/// scalar `best_acc1` beside a `state_dict` is no weight.
struct WeightSearch {
  /// A dictionary of weights and the keys that lead to it.
  struct Container {
    var path: [String]
    let dictionary: PickleValue
  }

  /// Keys under which training programs save a network; an earlier one is preferred.
  static let modelKeys = [
    "state_dict", "model_state_dict", "model", "net", "network", "module", "params", "weights",
    "checkpoint",
  ]
  /// Keys of moving averages of the weights: taken only where there is nothing else.
  static let averageKeys = ["ema", "model_ema", "state_dict_ema", "ema_state_dict", "params_ema"]

  /// How many known keys may lie within each other, as in `checkpoint["model"]`.
  private static let maximumDepth = 2

  private let file: String
  private let pickle: Pickle
  private let tensors: TensorReader

  init(_ content: TorchContent) {
    file = content.file
    pickle = content.pickle
    tensors = TensorReader(content)
  }

  /// The container that `name` says (keys joined by `/`), or the preferred one.
  func container(named name: String?) throws(TorchFileError) -> Container {
    var visited: Set<Int> = []
    guard let name else {
      guard let found = search(pickle.root, depth: 0, &visited) else { throw nothingFound() }
      return found
    }
    var value = pickle.root
    let path = name.split(separator: "/").map(String.init)
    for key in path {
      guard let child = pickle.dictionary(value)?.first(where: { $0.text == key })?.value else {
        throw error("expected a container '\(name.prefix(200))'; \(known())")
      }
      value = child
    }
    guard var found = search(value, depth: 0, &visited) else {
      throw error(
        "expected a dictionary of tensors in '\(name.prefix(200))', got \(pickle.summary(value)); "
          + known())
    }
    found.path = path + found.path
    return found
  }

  /// `visited` keeps a dictionary that stands under many keys from being searched under each.
  private func search(
    _ value: PickleValue, depth: Int, _ visited: inout Set<Int>
  ) -> Container? {
    guard case .object(let index) = value, visited.insert(index).inserted,
      let entries = pickle.dictionary(value)
    else { return nil }
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
    if holdsWeights(entries) { return Container(path: [], dictionary: value) }
    return search(Self.averageKeys, &visited)
  }

  private func holdsWeights(_ entries: [PickleEntry]) -> Bool {
    entries.contains { $0.text != nil && isWeight($0.value) }
  }

  private func isWeight(_ value: PickleValue) -> Bool {
    tensors.call(value).map { tensors.rank($0) > 0 } ?? false
  }

  private func nothingFound() -> TorchFileError {
    guard pickle.dictionary(pickle.root) != nil else {
      return error("expected a dictionary with weights, got \(pickle.summary(pickle.root))")
    }
    return error(
      "expected weights at the top level or under one of "
        + (Self.modelKeys + Self.averageKeys).joined(separator: ", ") + "; \(known())")
  }

  /// What the user could have meant.
  private func known() -> String {
    let entries = pickle.dictionary(pickle.root) ?? []
    var visited: Set<Int> = []
    let containers = entries.filter { entry in
      guard case .object(let index) = entry.value, visited.insert(index).inserted else {
        return false
      }
      return holdsWeights(pickle.dictionary(entry.value) ?? [])
    }
    let names = (containers.isEmpty ? entries : containers).prefix(8)
      .map { "'\(($0.text ?? pickle.summary($0.key)).prefix(80))'" }.joined(separator: ", ")
    return containers.isEmpty
      ? "the file has \(names.isEmpty ? "no entries" : names) and no dictionary of tensors"
      : "there are tensors under \(names): name one of these as the container"
  }

  private func error(_ message: String) -> TorchFileError {
    TorchFileError(.containerNotFound, file: file, message)
  }
}
