/// The elements of one or more tensors.
struct TensorStorage {
  /// Nil for an untyped storage.
  let type: ElementType?
  let bytes: [UInt8]
  /// The range of its elements in `bytes`.
  let range: Range<Int>
}

/// A storage as a file of its own.
extension TensorStorage {
  /// Enough for one storage and its description.
  private static let limits = PickleLimits(
    steps: 1000, stackDepth: 100, marks: 10, memoEntries: 100, values: 100, depth: 8,
    stringLength: 1000, globalLength: 100)

  /// Reads a file of the legacy format that holds a storage and nothing else; `file` names the
  /// outer file in errors.
  init(nestedFile bytes: [UInt8], file: String) throws(TorchFileError) {
    guard FileFormat(bytes) == .legacy else {
      throw TorchFileError(
        .malformed, file: file, "expected a file of PyTorch's legacy format, got other bytes")
    }
    let content = try LegacyFormat.read(file: file, bytes: bytes, limits: Self.limits)
    guard let object = content.pickle.object(content.pickle.root), object.kind == .persistent else {
      throw TorchFileError(
        .malformed, file: file,
        "expected a storage, got \(content.pickle.summary(content.pickle.root))")
    }
    let reference = try StorageReference(object, in: content.pickle, file: file)
    guard let range = content.storages[reference.key] else {
      throw TorchFileError(.malformed, file: file, "expected a storage with elements, got none")
    }
    self.init(type: reference.type, bytes: bytes, range: range)
  }
}
