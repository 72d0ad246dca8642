internal import Files

extension TorchDocument {
  /// Writes the document as the zip file that `torch.save` would write, atomically.
  ///
  /// `torch.load(weights_only=True)` opens it, also with `mmap=True`. A root that is a dictionary
  /// of nothing but tensors becomes an OrderedDict, any other dictionary a dict. Equal documents
  /// give equal bytes: the file has no dates, its folder is always called `archive`, and PyTorch's
  /// `serialization_id` is derived from the content. `records` follow PyTorch's own, ordered by
  /// name.
  ///
  /// The elements go from their arrays to the file without another copy. A symbolic link is
  /// followed. At every moment either the old or the whole new file is at `path`; a crash can leave
  /// a file `.<name>.<random>.partial` beside it. Files of 4 GiB and more, or with more than 65,534
  /// records (one for each tensor), are refused.
  ///
  /// - Throws: `TorchFileError` of code `unwritableContent` or `limitExceeded` before anything is
  ///   written, `unwritable` when the operating system refuses. An older file at `path` is kept.
  package func write(to path: String) throws(TorchFileError) {
    let contents = try TorchZipContents(self, file: path)
    try writeFile(path) { (file) throws(FileError) in try contents.write(to: &file) }
  }
}

/// The records of a file to write.
private struct TorchZipContents {
  private enum Body {
    case bytes([UInt8])
    case elements(TorchTensor.Elements)

    var count: Int {
      switch self {
      case .bytes(let bytes): bytes.count
      case .elements(let elements): elements.byteCount
      }
    }
  }

  private typealias Record = (name: String, body: Body)

  /// PyTorch's own records but the last, in its order.
  private var records: [Record]
  /// The records after PyTorch's own.
  private var extraRecords: [Record]

  /// PyTorch uses the file's name here, which would make the bytes depend on it.
  private static let root = "archive/"
  private static let idLength = 40

  init(_ document: TorchDocument, file: String) throws(TorchFileError) {
    let pickle = try PickleWriter.write(document.root, file: file)
    records = [
      (TorchZipFormat.pickle, .bytes(pickle.bytes)),
      (TorchZipFormat.formatVersion, .bytes(Array("1".utf8))),
      (TorchZipFormat.storageAlignment, .bytes(Array("\(ZipWriter.alignment)".utf8))),
      (TorchZipFormat.byteOrder, .bytes(Array("little".utf8))),
    ]
    for (index, elements) in pickle.storages.enumerated() {
      records.append((TorchZipFormat.storageFolder + "\(index)", .elements(elements)))
    }
    records.append((TorchZipFormat.version, .bytes(Array("3\n".utf8))))
    extraRecords = document.records.sorted { $0.key < $1.key }.map { ($0.key, .bytes($0.value)) }
    try checkExtraRecords(file: file)
    try ZipWriter.checkSize(
      (records + extraRecords).map { (Self.root + $0.name, $0.body.count) }
        + [(Self.root + TorchZipFormat.serializationID, Self.idLength)],
      file: file)
  }

  private func checkExtraRecords(file: String) throws(TorchFileError) {
    for (name, _) in extraRecords {
      var objection = RecordName.objection(to: Self.root + name)
      if objection == nil, TorchZipFormat.isOwn(name) { objection = "the name is PyTorch's own" }
      if let objection {
        throw TorchFileError(
          .unwritableContent, file: file, place: "record \(name.prefix(200).debugDescription)",
          objection)
      }
    }
    let size = extraRecords.reduce(0) { $0 + $1.body.count }
    guard size <= TorchDocument.maximumRecordBytes else {
      throw TorchFileError(
        .limitExceeded, file: file,
        "expected at most \(TorchDocument.maximumRecordBytes) bytes of records, got \(size)")
    }
  }

  func write(to file: inout OpenFile) throws(FileError) {
    var writer = ZipWriter()
    var identity = ContentIdentity()
    for record in records {
      identity.add(record.name, record.body.count, try add(record, to: &writer, &file))
    }
    for case (let name, .bytes(let bytes)) in extraRecords {
      identity.add(name, bytes.count, CRC32.checksum(bytes))
    }
    let identifier = Array(identity.digits.utf8)
    _ = try add((TorchZipFormat.serializationID, .bytes(identifier)), to: &writer, &file)
    for record in extraRecords { _ = try add(record, to: &writer, &file) }
    try writer.finish(&file)
  }

  private func add(
    _ record: Record, to writer: inout ZipWriter, _ file: inout OpenFile
  ) throws(FileError) -> UInt32 {
    let name = Self.root + record.name
    switch record.body {
    case .bytes(let bytes): return try writer.add(name, bytes.span.bytes, to: &file)
    case .elements(.float32(let slice)): return try writer.add(name, slice.span.bytes, to: &file)
    case .elements(.int64(let slice)): return try writer.add(name, slice.span.bytes, to: &file)
    }
  }
}

/// The `serialization_id`. As in PyTorch it is two hashes of 20 digits, one of the names and one of
/// the checksums of all records.
private struct ContentIdentity {
  private var names = FowlerNollVo()
  private var checksums = FowlerNollVo()

  mutating func add(_ name: String, _ size: Int, _ checksum: UInt32) {
    names.add(name.utf8)
    names.add([0xFF])
    withUnsafeBytes(of: UInt64(size).littleEndian) { checksums.add($0) }
    withUnsafeBytes(of: checksum.littleEndian) { checksums.add($0) }
  }

  var digits: String {
    [names, checksums].map { hash in
      let digits = String(hash.value)
      return String(repeating: "0", count: 20 - digits.count) + digits
    }.joined()
  }
}

/// The hash FNV-1a of 64 bits (draft-eastlake-fnv-35).
private struct FowlerNollVo {
  private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  mutating func add(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
  }
}
