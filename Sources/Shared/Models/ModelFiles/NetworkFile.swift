package import TensorFiles

/// A file with a network's weights, of any format and from any program, read once: the tensors,
/// this product's description of them, and the network that they are recognised as.
///
/// No other code knows the names of a network's entries in files. Training, diagnosis, repair and
/// evaluation of a file all use this type.
package struct NetworkFile: Sendable {
  /// The user's answers to what a file leaves open.
  package struct Choices: Sendable, Equatable {
    /// The keys that lead to the weights, joined by points; nil for the preferred or only
    /// container.
    package var key: String?
    /// The order of the head's layers; nil for what the file says.
    package var headOrder: HeadOrder?

    package init(key: String? = nil, headOrder: HeadOrder? = nil) {
      self.key = key
      self.headOrder = headOrder
    }
  }

  /// The file, as the caller named it.
  package let path: String
  /// All tensors under the names that they have in the file, and the container they lie in.
  package let weights: ModelWeights
  /// The description in a file of this product, or why it can't be used; nil if there is none.
  package let description: Result<ModelMetadata, ModelFileError>?
  /// The network, or why this product doesn't know it.
  package let recognition: Result<RecognizedNetwork, ModelFileError>
  /// The prefix of most names; may be empty.
  package let prefix: String
  /// What else the file holds, in file order: keys of values that are not tensors, and tensors that
  /// belong to no network or to its moving average. Keys of nested dictionaries are joined by `/`.
  package let others: [String]
  /// Entries that profilers left in the network; they mean nothing.
  package let profilerEntries: [String]

  /// The keys that lead to the tensors in the file; none if they lie at the top level.
  package var container: [String] { weights.container }

  /// Reads a whole file and recognises its network.
  ///
  /// - Throws: `ModelFileError` if the file can't be read: `file`, `forbiddenCode`, or
  ///   `otherContent` if it has no tensors, or several networks and no choice was made. A file with
  ///   tensors of another network is no error; `recognition` says so.
  package static func recognize(
    _ path: String, _ choices: Choices = Choices()
  ) throws(ModelFileError) -> NetworkFile {
    do {
      return NetworkFile(
        path: path, weights: try ModelWeights.read(contentsOf: path, container: choices.key),
        choices)
    } catch {
      throw ModelFileError(error)
    }
  }

  /// Recognises the network of weights that were read already; `path` names their file in errors.
  package init(path: String, weights: ModelWeights, _ choices: Choices = Choices()) {
    self.path = path
    self.weights = weights
    let names = WrapperNames(
      weights.tensors.map { .init($0.name, isWeight: !$0.tensor.shape.isEmpty) })
    do throws(ModelFileError) {
      let network = try RecognizedNetwork(weights, names, choices, file: path)
      (recognition, prefix) = (.success(network), network.prefix)
    } catch {
      (recognition, prefix) = (.failure(error), names.prefix)
    }
    do throws(ModelFileError) {
      description = try weights.records[ModelMetadata.recordName].map {
        record throws(ModelFileError) in
        .success(try ModelMetadata(record: record, file: path))
      }
    } catch {
      description = .failure(error)
    }
    let keyPath = weights.container.map { $0 + "/" }.joined()
    others = weights.others + names.setAside.map { keyPath + $0 }
    profilerEntries = names.setAside.filter(WrapperNames.isProfilers)
  }

  /// The recognised network.
  ///
  /// - Throws: `ModelFileError`: `otherNetwork` or `unsupportedNetwork`.
  package func network() throws(ModelFileError) -> RecognizedNetwork {
    try recognition.get()
  }

  /// The description in a file of this product; nil for any other file.
  ///
  /// - Throws: `ModelFileError` if the description can't be used.
  package func metadata() throws(ModelFileError) -> ModelMetadata? {
    try description?.get()
  }

  /// The tensor of an entry, in the entry's shape; nil if it is missing or has another shape. The
  /// one row of a last layer with a single output becomes two.
  package subscript(entry: RecognizedNetwork.Entry) -> TorchTensor? {
    guard let tensor = weights[entry.fileName], entry.fits(tensor) else { return nil }
    return entry.singleOutput?.expanded(tensor) ?? tensor
  }
}
