extension ModelWeights {
  /// Reads the weights of a network from a zip or legacy file of PyTorch, a plain pickle of tensors
  /// or NumPy arrays (`pickle.dump`, any protocol), or a safetensors file. The format is recognised
  /// by the content, not by the name.
  ///
  /// **Container.** The weights are the first of these that the file has:
  ///
  /// 1. a dictionary under `state_dict`, `model_state_dict`, `model`, `net`, `network`, `module`,
  ///    `params`, `weights` or `checkpoint`, in this order, also one within another;
  /// 2. the top level;
  /// 3. the network that learns, if a self-supervised program has saved several: `student`,
  ///    `online_network_state_dict`, `online_encoder`, `base_encoder`, `encoder_q` and the like;
  /// 4. a moving average of the weights: `ema`, `model_ema`, `state_dict_ema`, `ema_state_dict`,
  ///    `params_ema`;
  /// 5. the only dictionary of tensors in the file, whatever its key.
  ///
  /// A dictionary counts if it holds a tensor of at least one dimension. `container` names another
  /// one by its keys, joined by `/` or points. A network that was saved as an object counts as its
  /// state_dict.
  ///
  /// The whole file is read and checked, but only the tensors of the container are converted.
  package static func read(
    contentsOf path: String, container: String? = nil
  ) throws(TorchFileError) -> ModelWeights {
    try read(
      file: path, bytes: readFileBytes(path, maximumSize: TorchFile.maximumFileSize),
      container: container)
  }

  /// Reads a file from its bytes; `file` names it in errors.
  static func read(
    file: String, bytes: [UInt8], container: String? = nil
  ) throws(TorchFileError) -> ModelWeights {
    if let inner = try PackedFile.contents(of: bytes, file: file) {
      return try read(file: file, plainBytes: inner, container: container)
    }
    return try read(file: file, plainBytes: bytes, container: container)
  }

  private static func read(
    file: String, plainBytes bytes: [UInt8], container: String?
  ) throws(TorchFileError) -> ModelWeights {
    func checkContainer(_ kind: String) throws(TorchFileError) {
      guard container == nil else {
        throw TorchFileError(
          .containerNotFound, file: file, "\(kind) has no containers to choose from")
      }
    }
    switch FileFormat(bytes) {
    case .safetensors:
      try checkContainer("a safetensors file")
      return weights(try SafetensorsFile.read(file: file, bytes: bytes))
    case .zip where NumPyArchive.isArchive(try ZipReader.names(file: file, bytes: bytes)):
      try checkContainer("an archive of NumPy")
      return ModelWeights(tensors: try NumPyArchive.read(file: file, bytes: bytes))
    case .foreign(.json):
      guard let index = try ShardIndex(file: file, bytes: bytes) else { break }
      try checkContainer("an index of shards")
      return try index.weights(file: file)
    default: break
    }
    let content = try TorchContent.read(file: file, bytes: bytes)
    let search = WeightSearch(content)
    return try weights(content, search, search.container(named: container))
  }

  private static func weights(_ source: SafetensorsFile) -> ModelWeights {
    ModelWeights(tensors: source.tensors, records: source.metadata.mapValues { Array($0.utf8) })
  }

  private static func weights(
    _ content: TorchContent, _ search: WeightSearch, _ container: WeightSearch.Container
  ) throws(TorchFileError) -> ModelWeights {
    var reader = TensorReader(content)
    var tensors: [TensorEntry] = []
    var others = neighbours(of: container, content.pickle)
    let prefix = container.path.map { $0 + "/" }.joined()
    for entry in container.entries {
      if let name = entry.text, let call = reader.call(entry.value) {
        tensors.append(TensorEntry(name, try reader.tensor(name, call)))
      } else if let name = entry.text, let refusal = reader.refusal(of: entry.value, name) {
        throw refusal
      } else {
        others.append(prefix + (entry.text ?? content.pickle.summary(entry.key)))
      }
    }
    return ModelWeights(
      tensors: tensors, container: container.path, others: others,
      records: try content.ownRecords(),
      remarks: remarks(content.pickle, besides: container.value),
      otherContainers: search.others(than: container.path),
      foreignNames: content.pickle.strangers.map(\.description))
  }

  /// The keys beside those that lead to the container.
  private static func neighbours(
    of container: WeightSearch.Container, _ pickle: Pickle
  ) -> [String] {
    var result: [String] = []
    var value = pickle.root
    var prefix = ""
    for key in container.path {
      let entries = pickle.members(value) ?? []
      result += entries.filter { $0.text != key }
        .map { prefix + ($0.text ?? pickle.summary($0.key)) }
      value = entries.first { $0.text == key }?.value ?? .none
      prefix += key + "/"
    }
    return result
  }
}
