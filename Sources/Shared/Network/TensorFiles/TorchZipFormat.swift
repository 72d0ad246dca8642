/// The format of `torch.save` since PyTorch 1.6: a zip file of stored records.
///
/// All records lie under one root folder: `data.pkl` is the saved object, `data/<key>` the bytes of
/// each storage, `byteorder` and `version` what their names say. PyTorch ignores other records. The
/// format is not documented; the sources are PyTorch's `torch/serialization.py` and
/// `caffe2/serialize/inline_container.cc`.
enum TorchZipFormat {
  static let pickle = "data.pkl"
  static let formatVersion = ".format_version"
  static let storageAlignment = ".storage_alignment"
  static let byteOrder = "byteorder"
  static let version = "version"
  static let serializationID = ".data/serialization_id"
  static let storageFolder = "data/"
  /// Only TorchScript files have these.
  static let scriptNames = ["constants.pkl", "code/"]

  /// PyTorch 2.15 reads these versions.
  static let readableVersions = 1...10

  /// Whether a record is PyTorch's own, by its name below the root.
  static func isOwn(_ name: String) -> Bool {
    [pickle, formatVersion, storageAlignment, byteOrder, version].contains(name)
      || name.hasPrefix(storageFolder) || name.hasPrefix(".data/")
      || scriptNames.contains { name.hasPrefix($0) }
  }

  static func read(
    file: String, bytes: [UInt8], limits: PickleLimits
  ) throws(TorchFileError) -> TorchContent {
    var bytes = bytes
    let records = try namesBelowRoot(
      ZipReader.records(file: file, bytes: &bytes) { $0.contains("/code/") }, file: file)
    func place(_ name: String) -> String { "record '\(name)'" }
    try checkFacts(records, file: file, bytes: bytes)
    guard let pickleRange = records[pickle] else {
      throw TorchFileError(
        .malformed, file: file, place: place(pickle),
        "is not in the zip file: torch.save did not write this file")
    }
    var reader = ByteReader(file: file, bytes: bytes, range: pickleRange)
    let pickle = try PickleMachine.run(
      &reader, knownGlobals: TorchGlobals.known, limits: limits)
    guard reader.remaining == 0 else {
      throw reader.error(
        .malformed, "expected the end of data.pkl, got \(reader.remaining) more bytes")
    }
    return TorchContent(
      file: file, bytes: bytes, pickle: pickle,
      storages: try storages(of: pickle, records, file: file),
      records: records.filter { !isOwn($0.key) },
      isScript: records.keys.contains { $0 == scriptNames[0] || $0.hasPrefix(scriptNames[1]) })
  }

  /// The byte ranges of the records, by name without the root folder, which all must share.
  private static func namesBelowRoot(
    _ records: [String: ZipRecord], file: String
  ) throws(TorchFileError) -> [String: Range<Int>] {
    var root: Substring?
    var result: [String: Range<Int>] = [:]
    for record in records.values.sorted(by: { $0.headerOffset < $1.headerOffset }) {
      let parts = record.name.split(separator: "/", maxSplits: 1)
      guard parts.count == 2, root == nil || root == parts[0] else {
        throw TorchFileError(
          .malformed, file: file, place: "record '\(record.name.prefix(200))'",
          "expected all records in one folder: torch.save did not write this file")
      }
      root = parts[0]
      result[String(parts[1])] = record.data
    }
    return result
  }

  /// Checks the small records that say how the others are to be read.
  private static func checkFacts(
    _ records: [String: Range<Int>], file: String, bytes: [UInt8]
  ) throws(TorchFileError) {
    /// The text of a record without white space at its end.
    func text(_ name: String) -> String? {
      records[name].map { range in
        let text = bytes[range].prefix(32)
        let end = text.lastIndex { $0 > 0x20 }.map { $0 + 1 } ?? text.startIndex
        return String(decoding: text[..<end], as: UTF8.self)
      }
    }
    func unsupported(_ name: String, _ message: String) -> TorchFileError {
      TorchFileError(.unsupported, file: file, place: "record '\(name)'", message)
    }
    guard let versionText = text(version) else {
      throw TorchFileError(
        .malformed, file: file, place: "record '\(version)'",
        "is not in the zip file: torch.save did not write this file")
    }
    guard let number = Int(versionText), readableVersions.contains(number) else {
      throw unsupported(
        version,
        "expected a version of \(readableVersions.lowerBound) to \(readableVersions.upperBound), "
          + "got \(versionText.debugDescription)")
    }
    if let format = text(formatVersion), format != "1" {
      throw unsupported(formatVersion, "expected 1, got \(format.debugDescription)")
    }
    if let order = text(byteOrder), order != "little" {
      throw unsupported(
        byteOrder,
        "expected little-endian storages, got \(order.debugDescription): load the file and save "
          + "it again on a little-endian machine")
    }
  }

  private static func storages(
    of pickle: Pickle, _ records: [String: Range<Int>], file: String
  ) throws(TorchFileError) -> [String: Range<Int>] {
    let references = try StorageReference.all(in: pickle, file: file)
    var storages: [String: Range<Int>] = [:]
    // In a fixed order, so that a file with several faults always gives the same error.
    for (key, reference) in references.sorted(by: { $0.key < $1.key }) {
      guard let range = records[storageFolder + key] else {
        throw TorchFileError(
          .malformed, file: file, place: "storage \(key)", "is used, but not in the zip file")
      }
      guard reference.byteCount == range.count else {
        throw TorchFileError(
          .malformed, file: file, place: "storage \(key)",
          "expected \(reference.count) elements of type \(reference.type?.dtypeName ?? "byte"), "
            + "got \(range.count) bytes")
      }
      storages[key] = range
    }
    return storages
  }
}
