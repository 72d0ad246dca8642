/// The weights of a network, found in a file of any format and told from all else in it.
///
/// What the names mean, and which tensors belong to which network, is none of this module's business.
package struct ModelWeights: Sendable {
  /// The tensors in file order, under the names that they have in the file. Names are unique.
  package let tensors: [TensorEntry]

  /// The keys that lead to the dictionary of the tensors: `[]` if it is the top level,
  /// `["state_dict"]`, `["checkpoint", "model"]`.
  package let container: [String]

  /// What else the file holds, in file order: keys of values that are no tensors, and of what stands
  /// beside the container. Keys of nested dictionaries are joined by `/`.
  package let others: [String]

  /// What programs say of the model besides its weights, by name: further records of PyTorch's zip, as
  /// in `TorchDocument`, or the strings of the metadata of safetensors. Empty for other formats.
  package let records: [String: [UInt8]]

  /// Short lists and dictionaries of text and numbers that stand beside the tensors, by their keys
  /// joined by `/`, such as `class_to_idx`. Empty for safetensors.
  package let remarks: [String: TorchValue]

  /// The ways to other dictionaries of tensors in the file, their keys joined by points: each can be
  /// named as the container.
  package let otherContainers: [String]

  /// Names of Python's classes and functions that the file mentions and that mean nothing here, such as
  /// `argparse.Namespace`. Python would import them; here their objects were passed over.
  package let foreignNames: [String]

  private let indices: [String: Int]

  /// The tensor of that name, or nil.
  package subscript(name: String) -> TorchTensor? {
    indices[name].map { tensors[$0].tensor }
  }

  /// Describes weights; of two tensors of one name the first is found by it.
  package init(
    tensors: [TensorEntry], container: [String] = [], others: [String] = [],
    records: [String: [UInt8]] = [:], remarks: [String: TorchValue] = [:],
    otherContainers: [String] = [], foreignNames: [String] = []
  ) {
    self.tensors = tensors
    self.container = container
    self.others = others
    self.records = records
    self.remarks = remarks
    self.otherContainers = otherContainers
    self.foreignNames = foreignNames
    indices = Dictionary(
      tensors.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
  }
}
