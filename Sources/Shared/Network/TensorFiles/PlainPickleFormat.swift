/// The format that `pickle.dump(state_dict, file)` writes: one pickle. Its tensors are NumPy
/// arrays, whose bytes are in the pickle, or PyTorch tensors, each storage a file of the legacy
/// format within the pickle.
enum PlainPickleFormat {
  static func read(
    file: String, bytes: [UInt8], limits: PickleLimits
  ) throws(TorchFileError) -> TorchContent {
    var reader = ByteReader(file: file, bytes: bytes)
    var limits = limits
    // The elements of arrays are strings here. They need no limit: none is longer than the file.
    limits.stringLength = .max
    let pickle = try PickleMachine.run(
      &reader, knownGlobals: TorchGlobals.knownInPlainPickles, limits: limits)
    guard reader.remaining == 0 else {
      throw reader.error(
        .malformed, "expected the end of the pickle, got \(reader.remaining) more bytes")
    }
    guard !pickle.objects.contains(where: { $0.kind == .persistent }) else {
      throw TorchFileError(
        .unsupported, file: file,
        "expected weights, got a pickle that refers to storages outside of it: is it the data.pkl of "
          + "a file of torch.save? Then that file is needed whole")
    }
    return TorchContent(
      file: file, bytes: bytes, pickle: pickle, storages: [:],
      nestedStorages: try nestedStorages(pickle, file: file, size: bytes.count))
  }

  /// Reads the files within the pickle. The keys are the indices of the objects that stand for
  /// their storages.
  private static func nestedStorages(
    _ pickle: Pickle, file: String, size: Int
  ) throws(TorchFileError) -> [Int: TensorStorage] {
    var storages: [Int: TensorStorage] = [:]
    // Together the inner files are no larger than the pickle, unless a hostile one shares their
    // bytes.
    var budget = size
    for (index, object) in pickle.objects.enumerated()
    where object.kind == .call(TorchGlobals.loadFromBytes) {
      let place = "storage \(storages.count + 1) within the pickle"
      guard object.items.count == 1, let data = PickledBytes(object.items[0], in: pickle) else {
        throw TorchFileError(
          .malformed, file: file, place: place,
          "expected its bytes, got \(object.items.first.map(pickle.summary) ?? "nothing")")
      }
      guard data.maximumCount <= budget else {
        throw TorchFileError(
          .limitExceeded, file: file, place: place,
          "expected storages that are together no larger than the file of \(size) bytes")
      }
      budget -= data.maximumCount
      storages[index] = try storage(data, file: file, place: place)
    }
    return storages
  }

  private static func storage(
    _ data: PickledBytes, file: String, place: String
  ) throws(TorchFileError) -> TensorStorage {
    guard let bytes = data.bytes else {
      throw TorchFileError(
        .malformed, file: file, place: place, "expected bytes, got other characters")
    }
    do throws(TorchFileError) {
      return try TensorStorage(nestedFile: bytes, file: file)
    } catch {
      let inner = error.place.map { "\(place), \($0)" } ?? place
      throw TorchFileError(error.code, file: file, place: inner, error.message)
    }
  }
}
