package import NeuralNetwork
internal import PrintableText
internal import TensorFiles

/// A model as users get it: `model.pt`, a plain state_dict that `load_state_dict(strict=True)`
/// takes, with one more record that PyTorch ignores.
package struct ModelFile: Sendable {
  /// The weights and statistics.
  package let state: NetworkState
  /// What a detector must know besides the weights.
  package let metadata: ModelMetadata

  package init(state: NetworkState, metadata: ModelMetadata) {
    self.state = state
    self.metadata = metadata
  }

  /// The state's entries under the names that they have in the file.
  private var fileTensors: [TensorEntry] {
    guard let names = metadata.architecture.entryNames else { return state.tensors }
    return state.tensors.map { TensorEntry(names[$0.name] ?? $0.name, $0.tensor) }
  }

  /// Writes `model.pt`: atomic, and the same bytes for the same content.
  package func write(to path: String) throws(ModelFileError) {
    let record = try metadata.encoded()
    let document = TorchDocument(
      root: .tensors(fileTensors), records: [ModelMetadata.recordName: record])
    do {
      try document.write(to: path)
    } catch {
      throw ModelFileError(error)
    }
  }

  /// Writes the weights as safetensors, the description in its metadata.
  package func writeSafetensors(to path: String) throws(ModelFileError) {
    let record = try metadata.encoded()
    let file = SafetensorsFile(
      tensors: fileTensors,
      metadata: [
        "format": "pt", ModelMetadata.recordName: String(decoding: record, as: UTF8.self),
      ])
    do {
      try file.write(to: path)
    } catch {
      throw ModelFileError(error)
    }
  }

  /// Reads a `model.pt` of this product.
  ///
  /// - Throws: `ModelFileError`; `otherContent` if the file has no description.
  package init(contentsOf path: String) throws(ModelFileError) {
    try self.init(NetworkFile.recognize(path))
  }

  /// Reads a file as a model of this product: it must describe how it is to be used, and have
  /// exactly the entries of the network that it describes.
  ///
  /// - Throws: `ModelFileError`; `otherContent` if the file has no description.
  package init(_ file: NetworkFile) throws(ModelFileError) {
    guard let metadata = try file.metadata() else {
      throw ModelFileError(
        .otherContent, subject: file.path,
        file.isCheckpoint
          ? "expected a model, got a checkpoint of this trainer; make a model from it: trainer export "
            + "--checkpoint \(file.path.shellWord) --output model.pt"
          : "expected a model that this trainer exported, got a file without the record "
            + "\(ModelMetadata.recordName); to judge a file of another program, run trainer diagnose "
            + "--store; to make a model from it, trainer repair \(file.path.shellWord) --store DIR "
            + "--output fixed.pt (with --force if it is sound); to start from its weights, name it "
            + "as network.initialWeights")
    }
    guard let architecture = metadata.architecture.architecture else {
      throw ModelFileError(
        .otherContent, subject: file.path,
        "the described architecture is out of bounds: \(metadata.architecture)")
    }
    guard file.container.isEmpty, file.weights.others.isEmpty else {
      throw ModelFileError(
        .otherContent, subject: file.path, "expected a dictionary of tensors at the top")
    }
    self.init(state: try file.completeState(architecture), metadata: metadata)
  }
}

extension NetworkFile {
  /// Whether the file is a checkpoint of this product's trainer.
  package var isCheckpoint: Bool {
    container == ["model"]
      && Set(others).isSuperset(of: ["format", "configuration", "progress"])
  }
}

extension TorchValue {
  /// The entries of a state_dict; nil if the value is anything else.
  var tensorEntries: [TensorEntry]? {
    guard case .dictionary(let entries) = self else { return nil }
    var tensors: [TensorEntry] = []
    for entry in entries {
      guard case .string(let name) = entry.key, case .tensor(let tensor) = entry.value else {
        return nil
      }
      tensors.append(TensorEntry(name, tensor))
    }
    return tensors
  }
}
