/// The weights of a network, found in a file of any readable format, and what else the file holds.
///
/// This module doesn't know what the names mean or which tensors belong to which network.
package struct ModelWeights: Sendable {
  /// The tensors in file order, under the names that they have in the file. Names are unique.
  package let tensors: [TensorEntry]

  /// The keys that lead to the dictionary of the tensors: `[]` if it is the top level,
  /// `["state_dict"]`, `["checkpoint", "model"]`.
  package let container: [String]

  /// Keys of the file's other content, in file order: of values beside the container, and of values
  /// in it that are no tensors. Keys of nested dictionaries are joined by `/`.
  package let others: [String]

  /// Data about the model that programs stored with the weights, by name: further records of
  /// PyTorch's zip, as in `TorchDocument`, or the metadata strings of safetensors. Empty for other
  /// formats.
  package let records: [String: [UInt8]]

  /// Short lists and dictionaries of text and numbers that are stored with the tensors, by their
  /// keys joined by `/`, such as `class_to_idx`. Empty for safetensors.
  package let remarks: [String: TorchValue]

  /// Other dictionaries of tensors in the file, each as its keys joined by points. Each can be
  /// named as the container.
  package let otherContainers: [String]

  /// Python classes and functions that the file names and that are unknown here, such as
  /// `argparse.Namespace`. Python would import them; here their objects are skipped.
  package let foreignNames: [String]

  private let indices: [String: Int]

  package subscript(name: String) -> TorchTensor? {
    indices[name].map { tensors[$0].tensor }
  }

  /// If two tensors have the same name, the subscript returns the first.
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
