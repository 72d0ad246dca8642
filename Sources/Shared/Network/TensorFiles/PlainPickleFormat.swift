/// What `pickle.dump(state_dict, file)` writes: one pickle, whose tensors are NumPy arrays with their
/// bytes in place, or PyTorch's with each storage as a file of the legacy format within the pickle.
enum PlainPickleFormat {
  static func read(
    file: String, bytes: [UInt8], limits: PickleLimits
  ) throws(TorchFileError) -> TorchContent {
    var reader = ByteReader(file: file, bytes: bytes)
    var limits = limits
    // Strings are what arrays are made of. What bounds them is the file: they lie in it one by one.
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

  /// Reads the files within the pickle, by the numbers of the objects that stand for their storages.
  private static func nestedStorages(
    _ pickle: Pickle, file: String, size: Int
  ) throws(TorchFileError) -> [Int: TensorStorage] {
    var storages: [Int: TensorStorage] = [:]
    // Every file takes its bytes of the whole once, unless a hostile pickle shares them.
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
