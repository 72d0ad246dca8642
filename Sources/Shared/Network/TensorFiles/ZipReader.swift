internal import Files

/// Reads the records of a zip file: stored, as PyTorch writes them, or deflated, as others do.
///
/// A record is used only if the directory and its own header agree, if it shares no byte with
/// another record, and if its bytes have the checksum that the directory gives. (PyTorch itself
/// checks no checksum and loads damaged weights without a warning.) The sizes that deflated records
/// claim are checked against a limit before anything is decompressed.
enum ZipReader {
  /// The larger of these two bounds the decompressed size: bytes, and a multiple of the file's
  /// size. Weights hardly compress, but a file of mostly zeros may.
  private static let largestInflation = 64 << 20
  private static let largestRatio = 32

  /// The names of the records in the directory's order, without entries of folders.
  static func names(file: String, bytes: [UInt8]) throws(TorchFileError) -> [String] {
    try ZipDirectory(file: file, bytes: bytes).entries.map(\.name).filter { !$0.hasSuffix("/") }
  }

  /// All records by name, without entries of folders.
  ///
  /// - Parameters:
  ///   - bytes: the file's bytes; decompressed records are appended to them.
  ///   - ignoring: whether a record is not needed. Such a record is skipped if it is compressed,
  ///     and still checked if it is stored.
  static func records(
    file: String, bytes: inout [UInt8], ignoring: (String) -> Bool = { _ in false }
  ) throws(TorchFileError) -> [String: ZipRecord] {
    let directory = try ZipDirectory(file: file, bytes: bytes)
    var records: [String: ZipRecord] = [:]
    for entry in directory.entries where entry.method == ZipFormat.stored || !ignoring(entry.name) {
      let record = try record(entry, file: file, bytes: bytes, end: directory.start)
      guard records.updateValue(record, forKey: record.name) == nil else {
        throw error(.malformed, file, record.name, "the zip file has two records of this name")
      }
    }
    try checkOverlaps(Array(records.values), file: file)
    try inflate(&records, file: file, bytes: &bytes)
    for record in records.values.sorted(by: { $0.headerOffset < $1.headerOffset }) {
      try check(record, file: file, bytes: bytes)
    }
    return records.filter { !$0.key.hasSuffix("/") }
  }

  /// Decompresses the deflated records and appends them to `bytes`.
  private static func inflate(
    _ records: inout [String: ZipRecord], file: String, bytes: inout [UInt8]
  ) throws(TorchFileError) {
    let compressed = records.values.filter { $0.inflatedSize != nil }
      .sorted { $0.headerOffset < $1.headerOffset }
    guard !compressed.isEmpty else { return }
    let limit = max(largestInflation, bytes.count * largestRatio)
    var total = 0
    for record in compressed {
      let size = record.inflatedSize ?? 0
      guard size <= limit - total else {
        throw error(
          .limitExceeded, file, record.name,
          "expected records of together at most \(limit) bytes, got more")
      }
      total += size
    }
    for record in compressed {
      let inflated: [UInt8]
      do throws(FileError) {
        inflated = try Inflation.inflate(
          bytes[record.data], .raw, maximumBytes: record.inflatedSize ?? 0, subject: file)
      } catch {
        throw Self.error(.malformed, file, record.name, error.messageWithAdvice)
      }
      guard inflated.count == record.inflatedSize else {
        throw error(
          .malformed, file, record.name,
          "expected \(record.inflatedSize ?? 0) decompressed bytes, got \(inflated.count)")
      }
      records[record.name]?.data = bytes.count..<bytes.count + inflated.count
      bytes += inflated
    }
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
    let isDeflated = entry.method == ZipFormat.deflated
    guard isDeflated || entry.method == ZipFormat.stored else {
      throw error(
        .unsupported, file, entry.name,
        "expected a stored or deflated record, got compression method \(entry.method): unpack the "
          + "file, and pack it again with zip")
    }
    guard isDeflated || entry.size == entry.storedSize else {
      throw error(
        .malformed, file, entry.name,
        "a stored record of \(entry.size) bytes can't take \(entry.storedSize)")
    }
    // An offset below `end` is below 2^63; the bytes after it are read with checks.
    guard entry.headerOffset < UInt64(end) else {
      throw error(
        .malformed, file, entry.name,
        "expected its header before byte \(end), got byte \(entry.headerOffset)")
    }
    let offset = Int(entry.headerOffset)
    var reader = ByteReader(file: file, bytes: bytes, range: offset..<end)
    try checkHeader(&reader, entry)
    guard entry.storedSize <= UInt64(reader.remaining) else {
      throw error(
        .malformed, file, entry.name,
        "expected \(entry.storedSize) bytes before the directory, got \(reader.remaining)")
    }
    return ZipRecord(
      name: entry.name, headerOffset: offset,
      data: reader.position..<reader.position + Int(entry.storedSize), checksum: entry.checksum,
      inflatedSize: isDeflated ? Int(clamping: entry.size) : nil)
  }

  /// Reads the header before a record, which must agree with the directory.
  private static func checkHeader(
    _ reader: inout ByteReader, _ entry: ZipDirectory.Entry
  ) throws(TorchFileError) {
    let what = "the header of record \(entry.name.prefix(200))"
    let start = reader.position
    guard try reader.littleEndian(UInt32.self, what) == ZipFormat.localHeader else {
      throw reader.error(.malformed, at: start, "expected \(what), got other bytes")
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
    // A streaming writer leaves zeros here and writes the numbers after the data.
    let isStreamed = flags & ZipFormat.descriptorFlag != 0
    func agrees(_ narrow: UInt32, _ wide: UInt64) -> Bool {
      UInt64(narrow) == wide || narrow == ZipFormat.elsewhere32 || (isStreamed && narrow == 0)
    }
    guard flags == entry.flags, method == entry.method, agrees(storedSize, entry.storedSize),
      agrees(size, entry.size),
      checksum == entry.checksum || (isStreamed && checksum == 0),
      name.elementsEqual(entry.name.utf8)
    else {
      throw reader.error(
        .malformed, at: start, "\(what) contradicts the directory at byte \(entry.place)")
    }
    _ = try reader.take(extraLength, what)
  }

  /// Refuses records that share bytes: a small file could use them to claim a large size.
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
