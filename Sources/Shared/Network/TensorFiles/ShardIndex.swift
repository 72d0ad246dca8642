internal import Files

/// The index of a model in several files, as Transformers writes it: `pytorch_model.bin.index.json`
/// or `model.safetensors.index.json`. Its `weight_map` gives the name of each tensor's file.
struct ShardIndex {
  /// Names of the files, each once, in the order of the index.
  private(set) var files: [String] = []
  /// The name of the file that holds each tensor.
  private(set) var fileNames: [String: String] = [:]

  private static let maximumFiles = 1000
  private static let maximumBytes = 1 << 26

  /// Nil if the JSON text is no index.
  init?(file: String, bytes: [UInt8]) throws(TorchFileError) {
    guard bytes.count <= Self.maximumBytes, let value = try? JSONValue.parse(bytes, path: file),
      case .object(let members)? = value.members?.first(where: { $0.key == "weight_map" })?.value
    else { return nil }
    for member in members {
      guard case .string(let name) = member.value else {
        throw TorchFileError(
          .malformed, file: file, place: "weight_map '\(member.key.prefix(200))'",
          "expected the name of a file")
      }
      guard !name.isEmpty, !name.contains("/"), !name.contains("\\"), name != "..", name != "."
      else {
        throw TorchFileError(
          .malformed, file: file, place: "weight_map '\(member.key.prefix(200))'",
          "expected the name of a file beside the index, got '\(name.prefix(200))'")
      }
      if fileNames.updateValue(name, forKey: member.key) == nil, !files.contains(name) {
        files.append(name)
      }
      guard files.count <= Self.maximumFiles else {
        throw TorchFileError(
          .limitExceeded, file: file, "expected at most \(Self.maximumFiles) files")
      }
    }
  }

  /// Reads all files. They must lie in the folder of the index.
  func weights(file: String) throws(TorchFileError) -> ModelWeights {
    let folder = file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
    var tensors: [TensorEntry] = []
    var found: Set<String> = []
    for name in files {
      let shard = try ModelWeights.read(contentsOf: folder + name)
      for entry in shard.tensors where fileNames[entry.name] == name {
        tensors.append(entry)
        found.insert(entry.name)
      }
    }
    if let missing = fileNames.keys.filter({ !found.contains($0) }).min() {
      throw TorchFileError(
        .malformed, file: file, place: "weight_map '\(missing.prefix(200))'",
        "expected this tensor in \(fileNames[missing] ?? ""), which doesn't have it")
    }
    return ModelWeights(tensors: tensors)
  }
}
