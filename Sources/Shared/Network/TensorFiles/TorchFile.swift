/// The tensors of a file that PyTorch saved.
///
/// Reads what `torch.save(model.state_dict(), path)` writes, as Float32: the zip format and the one
/// before PyTorch 1.6; also what `pickle.dump` makes of a dictionary of tensors or of NumPy arrays,
/// in any protocol. Nothing in the file is ever executed, and every size in it is checked before
/// memory is allocated for it. `TorchDocument` reads everything else that a checkpoint holds,
/// `ModelWeights` finds a network's weights in it.
package struct TorchFile: Sendable {
  /// The tensors of the top-level dictionary, in file order. Parameters, NumPy arrays and NumPy
  /// scalars count as tensors.
  package let tensors: [NamedTensor]

  /// The keys of the top-level entries that are no tensors, such as `epoch`, in file order.
  /// A key that is no string of at most 1024 bytes is described in words.
  package let others: [String]

  private let indices: [String: Int]

  /// The largest file that is read, in bytes: 4 GiB.
  package static let maximumFileSize = 1 << 32

  package subscript(name: String) -> NamedTensor? {
    indices[name].map { tensors[$0] }
  }

  /// Reads a whole file. The format is recognised by the content, not by the name.
  ///
  /// The top level must be a dictionary with at least one tensor, or an empty one; dictionaries
  /// within it are listed in `others`, not searched. The memory needed is the size of the file and
  /// that of all tensors in Float32.
  package static func read(contentsOf path: String) throws(TorchFileError) -> TorchFile {
    try read(file: path, bytes: readFileBytes(path, maximumSize: maximumFileSize))
  }

  /// Reads a file from its bytes; `file` names it in errors.
  static func read(
    file: String, bytes: [UInt8], limits: PickleLimits = PickleLimits()
  ) throws(TorchFileError) -> TorchFile {
    try TorchFile(
      StateDictionary(TorchContent.read(file: file, bytes: bytes, limits: limits)))
  }

  private init(_ state: StateDictionary) {
    tensors = state.tensors
    others = state.others
    // Names are the keys of one dictionary, hence unique.
    indices = Dictionary(uniqueKeysWithValues: state.tensors.enumerated().map { ($1.name, $0) })
  }
}
