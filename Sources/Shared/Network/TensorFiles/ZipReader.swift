internal import Files

/// Reads the records of a zip file whose records are stored, as PyTorch stores them.
///
/// A record is used only if the directory and its own header agree, if it shares no byte with
/// another record, and if its bytes have the checksum that the directory gives: PyTorch itself
/// checks no checksum and loads damaged weights without a word. Compressed records are refused, so
/// that no record is larger than its share of the file.
enum ZipReader {
  /// All records by name, without entries of folders.
  static func records(file: String, bytes: [UInt8]) throws(TorchFileError) -> [String: ZipRecord] {
    let directory = try ZipDirectory(file: file, bytes: bytes)
    var records: [String: ZipRecord] = [:]
    for entry in directory.entries {
      let record = try record(entry, file: file, bytes: bytes, end: directory.start)
      guard records.updateValue(record, forKey: record.name) == nil else {
        throw error(.malformed, file, record.name, "the zip file has two records of this name")
      }
    }
    try checkOverlaps(Array(records.values), file: file)
    for record in records.values.sorted(by: { $0.headerOffset < $1.headerOffset }) {
      try check(record, file: file, bytes: bytes)
    }
    return records.filter { !$0.key.hasSuffix("/") }
  }

  private static func record(
    _ entry: ZipDirectory.Entry, file: String, bytes: [UInt8], end: Int
  ) throws(TorchFileError) -> ZipRecord {
    let isFolder = entry.name.hasSuffix("/") && entry.size == 0
    if let objection = RecordName.objection(
      to: isFolder ? String(entry.name.dropLast()) : entry.name)
    {
      throw error(.malformed, file, entry.name, objection)
    }
    guard entry.flags & ZipFormat.encryptedFlag == 0 else {
      throw error(.unsupported, file, entry.name, "expected a plain record, got an encrypted one")
    }
    guard entry.method == 0 else {
      if entry.name.hasSuffix(".npy") { throw numPyArchive(entry.name, file: file) }
      throw error(
        .unsupported, file, entry.name,
        "expected a stored record, got compression method \(entry.method): the file was packed "
          + "again by another program; load it in Python and save it with torch.save")
    }
    guard entry.size == entry.storedSize else {
      throw error(
        .malformed, file, entry.name,
        "a stored record of \(entry.size) bytes can't take \(entry.storedSize)")
    }
    // The offset is below 2^63 once it is below `end`; what lies behind it is read with checks.
    guard entry.headerOffset < UInt64(end) else {
      throw error(
        .malformed, file, entry.name,
        "expected its header before byte \(end), got byte \(entry.headerOffset)")
    }
    let offset = Int(entry.headerOffset)
    var reader = ByteReader(file: file, bytes: bytes, range: offset..<end)
    try checkHeader(&reader, entry)
    guard entry.size <= UInt64(reader.remaining) else {
      throw error(
        .malformed, file, entry.name,
        "expected \(entry.size) bytes before the directory, got \(reader.remaining)")
    }
    return ZipRecord(
      name: entry.name, headerOffset: offset,
      data: reader.position..<reader.position + Int(entry.size), checksum: entry.checksum)
  }

  /// Reads the header in front of a record, which must say what the directory says.
  private static func checkHeader(
    _ reader: inout ByteReader, _ entry: ZipDirectory.Entry
  ) throws(TorchFileError) {
    let what = "the header of record \(entry.name.prefix(200))"
    let place = reader.position
    guard try reader.littleEndian(UInt32.self, what) == ZipFormat.localHeader else {
      throw reader.error(.malformed, at: place, "expected \(what), got other bytes")
    }
    _ = try reader.take(2, what)  // Version.
    let flags = try reader.littleEndian(UInt16.self, what)
    let method = try reader.littleEndian(UInt16.self, what)
    _ = try reader.take(4, what)  // Time and date.
    let checksum = try reader.littleEndian(UInt32.self, what)
    let storedSize = try reader.littleEndian(UInt32.self, what)
    let size = try reader.littleEndian(UInt32.self, what)
    let nameLength = Int(try reader.littleEndian(UInt16.self, what))
    let extraLength = Int(try reader.littleEndian(UInt16.self, what))
    let name = reader.bytes[try reader.take(nameLength, what)]
    // A streaming writer leaves zeros here and repeats the numbers behind the data.
    let isStreamed = flags & ZipFormat.descriptorFlag != 0
    func agrees(_ narrow: UInt32) -> Bool {
      UInt64(narrow) == entry.size || narrow == ZipFormat.elsewhere32 || (isStreamed && narrow == 0)
    }
    guard flags == entry.flags, method == entry.method, agrees(storedSize), agrees(size),
      checksum == entry.checksum || (isStreamed && checksum == 0),
      name.elementsEqual(entry.name.utf8)
    else {
      throw reader.error(
        .malformed, at: place, "\(what) contradicts the directory at byte \(entry.place)")
    }
    _ = try reader.take(extraLength, what)
  }

  /// Refuses records that share bytes, with which a small file could pose as a large one.
  private static func checkOverlaps(
    _ records: [ZipRecord], file: String
  ) throws(TorchFileError) {
    var end = 0
    for record in records.sorted(by: { $0.headerOffset < $1.headerOffset }) {
      guard record.headerOffset >= end else {
        throw error(
          .malformed, file, record.name,
          "begins at byte \(record.headerOffset), within the record before it")
      }
      end = record.data.upperBound
    }
  }

  private static func check(
    _ record: ZipRecord, file: String, bytes: [UInt8]
  ) throws(TorchFileError) {
    let checksum = CRC32.checksum(bytes.span.bytes.extracting(record.data))
    guard checksum == record.checksum else {
      throw error(
        .checksumMismatch, file, record.name,
        "expected CRC-32 \(hexadecimal(record.checksum)), got \(hexadecimal(checksum)): the file "
          + "is damaged; copy or download it again")
    }
  }

  /// The error for what numpy.savez and numpy.savez_compressed write.
  static func numPyArchive(_ record: String, file: String) -> TorchFileError {
    error(
      .unsupported, file, record,
      "expected a file that torch.save wrote, got an archive of NumPy (.npz); in Python: "
        + "pickle.dump(dict(numpy.load(path)), open(new_path, 'wb'))")
  }

  private static func hexadecimal(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }

  private static func error(
    _ code: TorchFileError.Code, _ file: String, _ record: String, _ message: String
  ) -> TorchFileError {
    TorchFileError(
      code, file: file, place: "record \(record.prefix(200).debugDescription)", message)
  }
}
