/// The format of `torch.save` before PyTorch 1.6 (and of `_use_new_zipfile_serialization=False`).
///
/// A file begins with five pickles: a magic number, the format's number (1001), facts about the
/// writer's machine, the saved object, the keys of its storages. The storages follow in the order
/// of the keys, each an int64 element count and the elements. The format is not documented; the
/// source is `_legacy_save` in PyTorch's `torch/serialization.py`.
enum LegacyFormat {
  /// The pickle of 0x1950a86a20f9469cfc6c in protocol 2. Nearly every legacy file begins with it.
  static let magic: [UInt8] = [0x80, 0x02] + magicNumber

  /// LONG1 of ten bytes, and STOP; protocols 3 and up put other bytes before it.
  private static let magicNumber: [UInt8] = [
    0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E,
  ]
  /// The same in protocols 0 and 1.
  private static let magicText = Array("L119547037146038801333356L\n.".utf8)

  /// Whether the bytes begin a legacy file. A file that is cut off within the magic number counts
  /// too.
  static func isBeginning(_ bytes: [UInt8]) -> Bool {
    if bytes.starts(with: magic) || magic.starts(with: bytes) || bytes.starts(with: magicText) {
      return true
    }
    // PROTO precedes the number, from protocol 4 on also FRAME.
    return bytes.first == PickleOpcode.proto.rawValue
      && [2, 11].contains { bytes.dropFirst($0).starts(with: magicNumber) }
  }

  static func read(
    file: String, bytes: [UInt8], limits: PickleLimits
  ) throws(TorchFileError) -> TorchContent {
    var reader = ByteReader(file: file, bytes: bytes)
    _ = try PickleMachine.run(&reader, knownGlobals: [])  // The magic number.
    try readProtocol(&reader)
    try readSystemFacts(&reader)
    let pickle = try PickleMachine.run(
      &reader, knownGlobals: TorchGlobals.known, limits: limits)
    let references = try StorageReference.all(in: pickle, file: file)
    let keys = try readKeys(&reader, limits: limits)
    var storages: [String: Range<Int>] = [:]
    for key in keys {
      guard let reference = references[key] else {
        throw reader.error(
          .malformed, "storage \(key.prefix(80)) is listed, but no tensor uses it")
      }
      guard storages[key] == nil else {
        throw reader.error(.malformed, "storage \(key) is listed twice")
      }
      storages[key] = try readStorage(&reader, reference)
    }
    for key in references.keys.sorted() where storages[key] == nil {
      throw reader.error(.malformed, "storage \(key) is used, but not in the list of storages")
    }
    guard reader.remaining == 0 else {
      throw reader.error(
        .malformed,
        "expected the end of the file after the last storage, got \(reader.remaining) more bytes")
    }
    return TorchContent(file: file, bytes: bytes, pickle: pickle, storages: storages)
  }

  private static func readProtocol(_ reader: inout ByteReader) throws(TorchFileError) {
    let start = reader.position
    let pickle = try PickleMachine.run(&reader, knownGlobals: [])
    guard pickle.root == .integer(1001) else {
      throw reader.error(
        .malformed, at: start,
        "expected the protocol number 1001, got \(pickle.summary(pickle.root))")
    }
  }

  private static func readSystemFacts(_ reader: inout ByteReader) throws(TorchFileError) {
    let start = reader.position
    let pickle = try PickleMachine.run(&reader, knownGlobals: [])
    guard let facts = pickle.dictionary(pickle.root),
      let order = facts.first(where: { $0.text == "little_endian" })?.value
    else {
      throw reader.error(
        .malformed, at: start,
        "expected a dictionary with 'little_endian', got \(pickle.summary(pickle.root))")
    }
    guard order == .bool(true) else {
      throw reader.error(
        .unsupported, at: start,
        "expected little-endian storages, got little_endian = "
          + "\(pickle.summary(order)): save again on a little-endian machine")
    }
  }

  private static func readKeys(
    _ reader: inout ByteReader, limits: PickleLimits
  ) throws(TorchFileError) -> [String] {
    let start = reader.position
    let pickle = try PickleMachine.run(&reader, knownGlobals: [], limits: limits)
    guard let values = pickle.sequence(pickle.root) else {
      throw reader.error(
        .malformed, at: start,
        "expected a list of storage keys, got \(pickle.summary(pickle.root))")
    }
    var keys: [String] = []
    for value in values {
      guard case .string(let key) = value else {
        throw reader.error(
          .malformed, at: start, "expected a storage key, got \(pickle.summary(value))")
      }
      keys.append(key)
    }
    return keys
  }

  private static func readStorage(
    _ reader: inout ByteReader, _ reference: StorageReference
  ) throws(TorchFileError) -> Range<Int> {
    let start = reader.position
    let count = try reader.littleEndian(Int64.self, "the size of storage \(reference.key)")
    guard count == Int64(reference.count), let size = reference.byteCount else {
      throw reader.error(
        .malformed, at: start,
        "expected storage \(reference.key) to hold \(reference.count) elements, got \(count)")
    }
    return try reader.take(size, "storage \(reference.key)")
  }
}
