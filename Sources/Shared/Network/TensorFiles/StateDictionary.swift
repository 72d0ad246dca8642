/// Finds the tensors of a saved dictionary and copies them out of their storages.
struct StateDictionary {
  private(set) var tensors: [NamedTensor] = []
  private(set) var others: [String] = []

  init(_ content: TorchContent) throws(TorchFileError) {
    var reader = TensorReader(content)
    let pickle = content.pickle
    guard let entries = pickle.dictionary(pickle.root) else {
      throw TorchFileError(
        .unsupported, file: content.file,
        "expected a dictionary of tensors (a state_dict), got \(pickle.summary(pickle.root))")
    }
    for entry in entries {
      if let name = entry.text, let call = reader.call(entry.value) {
        tensors.append(try reader.floats(name, call))
      } else {
        others.append(entry.text ?? pickle.summary(entry.key))
      }
    }
    if tensors.isEmpty, !others.isEmpty {
      throw TorchFileError(
        .unsupported, file: content.file,
        "expected a dictionary of tensors (a state_dict), got one without any; it has "
          + others.prefix(8).map { "'\($0.prefix(80))'" }.joined(separator: ", ")
          + ": save the state_dict alone")
    }
  }
}
