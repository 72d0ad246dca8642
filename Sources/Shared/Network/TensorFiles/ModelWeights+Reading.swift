extension ModelWeights {
  /// Reads the weights of a network from a zip or legacy file of PyTorch, a plain pickle of tensors
  /// or NumPy arrays (`pickle.dump`, protocols 2 to 5), or a safetensors file. The format is told by
  /// the content, not by the name.
  ///
  /// **Container.** Preferred is a dictionary under `state_dict`, `model_state_dict`, `model`, `net`,
  /// `network`, `module`, `params`, `weights` or `checkpoint`, in this order, also one within
  /// another; then the top level; then a moving average of the weights: `ema`, `model_ema`,
  /// `state_dict_ema`, `ema_state_dict`, `params_ema`. A dictionary counts if it holds a tensor of at
  /// least one dimension. `container` names another one by its keys, joined by `/`.
  ///
  /// **Names.** The prefixes `module.`, `_orig_mod.`, `model.`, `backbone.`, `net.`, `network.`,
  /// `encoder.`, `base_model.`, `online_model.` and those of moving averages (`ema.`, `ema_model.`,
  /// `model_ema.`, `module_ema.`) are removed, repeatedly, where all tensors have them. One that
  /// only more than half have (`backbone.` beside `head.`) is removed from these, and the others are
  /// listed in `unprefixed`. Where weights and their moving average stand in one dictionary, the
  /// average is left out and listed in `others`.
  ///
  /// Only the tensors of the container are converted; the file is read and checked whole.
  public static func read(
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
    if FileFormat(bytes) == .safetensors {
      guard container == nil else {
        throw TorchFileError(
          .containerNotFound, file: file, "a safetensors file has no containers to choose from")
      }
      return weights(try SafetensorsFile.read(file: file, bytes: bytes))
    }
    let content = try TorchContent.read(file: file, bytes: bytes)
    return try weights(content, WeightSearch(content).container(named: container))
  }

  private static func weights(_ source: SafetensorsFile) -> ModelWeights {
    let names = WeightNames(
      source.tensors.map { .init($0.name, isWeight: !$0.tensor.shape.isEmpty) })
    let tensors = Dictionary(uniqueKeysWithValues: source.tensors.map { ($0.name, $0.tensor) })
    return ModelWeights(
      tensors: names.names.compactMap { name in
        tensors[name.original].map { TensorEntry(name.stripped, $0) }
      },
      container: [], prefix: names.prefix, unprefixed: names.unprefixed, others: names.setAside)
  }

  private static func weights(
    _ content: TorchContent, _ container: WeightSearch.Container
  ) throws(TorchFileError) -> ModelWeights {
    var reader = TensorReader(content)
    var calls: [String: PickleObject] = [:]
    var found: [WeightNames.Name] = []
    var others = neighbours(of: container, content.pickle)
    let place = container.path.map { $0 + "/" }.joined()
    for entry in content.pickle.dictionary(container.dictionary) ?? [] {
      if let name = entry.text, let call = reader.call(entry.value) {
        calls[name] = call
        found.append(.init(name, isWeight: reader.rank(call) > 0))
      } else {
        others.append(place + (entry.text ?? content.pickle.summary(entry.key)))
      }
    }
    let names = WeightNames(found)
    var tensors: [TensorEntry] = []
    for name in names.names {
      guard let call = calls[name.original] else { continue }
      tensors.append(TensorEntry(name.stripped, try reader.tensor(name.original, call)))
    }
    return ModelWeights(
      tensors: tensors, container: container.path, prefix: names.prefix,
      unprefixed: names.unprefixed, others: others + names.setAside.map { place + $0 })
  }

  /// The keys beside those that lead to the container.
  private static func neighbours(
    of container: WeightSearch.Container, _ pickle: Pickle
  ) -> [String] {
    var result: [String] = []
    var value = pickle.root
    var place = ""
    for key in container.path {
      let entries = pickle.dictionary(value) ?? []
      result += entries.filter { $0.text != key }
        .map { place + ($0.text ?? pickle.summary($0.key)) }
      value = entries.first { $0.text == key }?.value ?? .none
      place += key + "/"
    }
    return result
  }
}
