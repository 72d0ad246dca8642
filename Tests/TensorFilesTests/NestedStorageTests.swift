import Testing

@testable import TensorFiles

/// Storages within a pickle.
@Suite(.timeLimit(.minutes(5)))
struct NestedStorageTests {
  private typealias Bytes = PickleBytes

  /// A tensor of four elements whose storage is the file `bytes`.
  private func pickle(_ nested: [UInt8], type: String = "_load_from_bytes") -> [UInt8] {
    let data = [0x42] + Bytes.littleEndian(UInt32(nested.count)) + nested
    let storage = Bytes.call(Bytes.global("torch.storage", type), [data])
    return Bytes.pickle(
      Bytes.dictionary([("x", Bytes.tensor(storage, shape: [4], strides: [1]))]))
  }

  private func storage(
    _ values: [Float] = [1, 2, 3, 4], object: [UInt8]? = nil
  ) -> LegacyFile {
    LegacyFile(object: object ?? Bytes.storage("0", count: 4), storages: [("0", values)])
  }

  /// A storage is read.
  @Test func plain() throws {
    let file = try TorchFile.read(file: "t", bytes: pickle(storage().bytes))
    #expect(file["x"]?.values == [1, 2, 3, 4])
  }

  /// Anything else in its place is refused, with the position.
  @Test func others() throws {
    let tensor = Bytes.tensor(Bytes.storage("0", count: 4), shape: [4], strides: [1])
    let cases: [(TorchFileError.Code, [UInt8])] = [
      (.truncated, []), (.malformed, [1, 2, 3]), (.malformed, ZipFile.oneTensor.bytes),
      (.malformed, Bytes.pickle([0x4E])), (.truncated, Array(storage().bytes.dropLast())),
      (.malformed, storage([1, 2, 3]).bytes), (.malformed, storage(object: tensor).bytes),
      (.malformed, LegacyFile(object: [0x4E]).bytes),
      // Only one level is allowed: a storage in a storage in a storage.
      (
        .malformed,
        LegacyFile(object: Bytes.global("torch.storage", "_load_from_bytes")).bytes
      ),
      (.forbiddenGlobal, LegacyFile(object: Bytes.global("os", "system")).bytes),
      (.limitExceeded, LegacyFile(object: [UInt8](repeating: 0x4E, count: 2000)).bytes),
    ]
    for (index, (code, nested)) in cases.enumerated() {
      let error = try #require(readError(pickle(nested)), "case \(index)")
      #expect(error.code == code, "case \(index): \(error)")
      #expect(error.place?.hasPrefix("storage 1 within the pickle") == true, "\(error)")
    }
  }

  /// PyTorch's own files have no such storages: no tensor can be in one.
  @Test func inLegacyFiles() {
    let storage = Bytes.call(
      Bytes.global("torch.storage", "_load_from_bytes"),
      [[0x43, UInt8(storage().bytes.count)] + storage().bytes])
    let object = Bytes.dictionary([("x", Bytes.tensor(storage, shape: [4], strides: [1]))])
    #expect(readError(Bytes.pickle(object)) == nil)
    #expect(readError(LegacyFile(object: object).bytes)?.code == .malformed)
    #expect(readError(ZipFile.zip(object: object).bytes)?.code == .malformed)
  }

  /// A shared storage's file can't be read without bound.
  @Test func sharedBytes() throws {
    let nested = storage().bytes
    let encoded = Bytes.string(String(decoding: nested.map { $0 & 0x7F }, as: UTF8.self))
    for data in [[0x42] + Bytes.littleEndian(UInt32(nested.count)) + nested, encoded] {
      var object = data + [0x71, 0, 0x30] + Bytes.global("torch.storage", "_load_from_bytes")
      object += [0x71, 1, 0x30, 0x28]
      for _ in 0..<20_000 { object += [0x68, 1, 0x68, 0, 0x85, 0x52] }
      let error = try #require(readError(Bytes.pickle(object + [0x74])))
      #expect(error.code == .limitExceeded || error.code == .malformed)
    }
  }
}
