/// The weights of a network, found in a file of any format and told from all else in it.
public struct ModelWeights: Sendable {
  /// The tensors in file order, their names without `prefix`. Names are unique.
  public let tensors: [TensorEntry]

  /// The keys that lead to the dictionary of the tensors: `[]` if it is the top level,
  /// `["state_dict"]`, `["checkpoint", "model"]`.
  public let container: [String]

  /// What was removed from the beginning of the names, such as `module.` or `_orig_mod.backbone.`;
  /// empty if nothing was.
  public let prefix: String

  /// The names of those tensors that did not begin with `prefix` and kept their names, such as
  /// `head.0.weight` beside `backbone.conv1.weight`.
  public let unprefixed: [String]

  /// What else the file holds, in file order: keys of values that are no tensors and tensors that
  /// belong to no network or to its moving average. Keys of nested dictionaries are joined by `/`.
  public let others: [String]

  private let indices: [String: Int]

  /// The tensor of that name (without `prefix`), or nil.
  public subscript(name: String) -> TorchTensor? {
    indices[name].map { tensors[$0].tensor }
  }

  init(
    tensors: [TensorEntry], container: [String], prefix: String, unprefixed: [String],
    others: [String]
  ) {
    self.tensors = tensors
    self.container = container
    self.prefix = prefix
    self.unprefixed = unprefixed
    self.others = others
    indices = Dictionary(
      tensors.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
  }
}
