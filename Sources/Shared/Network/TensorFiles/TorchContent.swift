/// A pickle and the storages that it refers to: the common content of PyTorch's formats and of
/// plain pickles.
struct TorchContent {
  let file: String
  let bytes: [UInt8]
  let pickle: Pickle
  /// The byte range of each storage, by key.
  let storages: [String: Range<Int>]
  /// The byte ranges of the records that are not PyTorch's own, by name below the root.
  var records: [String: Range<Int>] = [:]
  /// Whether the file is a TorchScript program. Its code is never read.
  var isScript = false
  /// Storages within the pickle itself, by the index of the object that stands for them.
  var nestedStorages: [Int: TensorStorage] = [:]
}

extension TorchContent {
  /// Reads a file of either of PyTorch's formats or a plain pickle from its bytes; `file` names it
  /// in errors.
  static func read(
    file: String, bytes: [UInt8], limits: PickleLimits = PickleLimits()
  ) throws(TorchFileError) -> TorchContent {
    let expected = "expected a file that torch.save wrote, got"
    guard !bytes.isEmpty else {
      throw TorchFileError(.truncated, file: file, "\(expected) an empty file")
    }
    switch FileFormat(bytes) {
    case .legacy:
      return try LegacyFormat.read(file: file, bytes: bytes, limits: limits)
    case .zip:
      return try TorchZipFormat.read(file: file, bytes: bytes, limits: limits)
    case .safetensors:
      throw TorchFileError(.unsupported, file: file, "\(expected) a safetensors file")
    case .plainPickle:
      return try PlainPickleFormat.read(file: file, bytes: bytes, limits: limits)
    case .gzip, .zlib:
      throw TorchFileError(
        .unsupported, file: file, "\(expected) a compressed one: unpack it first")
    case .foreign(let foreign): throw foreign.error(file)
    case .text(let line):
      throw TorchFileError(
        .unknownFormat, file: file,
        "\(expected) a text that begins with '\(line)': is it an incomplete download?")
    case .unknown(let firstBytes):
      throw TorchFileError(
        .unknownFormat, file: file, "\(expected) one that begins with the bytes \(firstBytes)")
    }
  }
}

/// A pickle's reference to one storage.
///
/// The identifier is `("storage", class, key, location, element count)`. Legacy files add None, or
/// a description of the storage as a part of another one.
struct StorageReference: Equatable {
  let key: String
  /// Nil for an untyped storage, which counts bytes.
  let type: ElementType?
  let count: Int

  /// The size in bytes; nil if it overflows.
  var byteCount: Int? {
    let (size, overflow) = count.multipliedReportingOverflow(by: type?.byteCount ?? 1)
    return overflow ? nil : size
  }

  /// Reads the identifier of a persistent object.
  init(
    _ object: PickleObject, in pickle: Pickle, file: String
  ) throws(TorchFileError) {
    func malformed(_ message: String) -> TorchFileError {
      TorchFileError(.malformed, file: file, place: "storage", message)
    }
    guard object.kind == .persistent, object.items.count == 1,
      let fields = pickle.sequence(object.items[0]), (5...6).contains(fields.count),
      fields[0] == .string("storage")
    else {
      throw malformed(
        "expected a storage's identifier, got \(pickle.summary(object.items.first ?? .none))")
    }
    guard case .global(let storageClass) = fields[1] else {
      throw malformed("expected a storage's class, got \(pickle.summary(fields[1]))")
    }
    let type = TorchGlobals.storages[storageClass]
    guard type != nil || storageClass == TorchGlobals.untypedStorage else {
      throw malformed("expected a storage's class, got \(storageClass)")
    }
    guard case .string(let key) = fields[2], key.utf8.count <= 256 else {
      throw malformed("expected a storage's key, got \(pickle.summary(fields[2]))")
    }
    guard case .integer(let count) = fields[4], count >= 0 else {
      throw malformed("expected a storage's element count, got \(pickle.summary(fields[4]))")
    }
    // Only PyTorch before 0.4 wrote such views.
    guard fields.count == 5 || fields[5] == .none else {
      throw TorchFileError(
        .unsupported, file: file, place: "storage \(key)",
        "expected a whole storage, got a view of another one: save again with PyTorch 0.4 or later")
    }
    self.key = key
    self.type = type
    self.count = count
  }

  /// The pickle's reference to each storage, by key. Throws if two references to a storage differ.
  static func all(in pickle: Pickle, file: String) throws(TorchFileError) -> [String: Self] {
    var references: [String: StorageReference] = [:]
    for object in pickle.objects where object.kind == .persistent {
      let reference = try StorageReference(object, in: pickle, file: file)
      if let other = references.updateValue(reference, forKey: reference.key), other != reference {
        throw TorchFileError(
          .malformed, file: file, place: "storage \(reference.key)",
          "is described in two ways: \(other.count) x \(other.type?.dtypeName ?? "byte") and "
            + "\(reference.count) x \(reference.type?.dtypeName ?? "byte")")
      }
    }
    return references
  }
}
