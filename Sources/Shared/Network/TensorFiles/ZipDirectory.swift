/// Finds and reads the directory at the end of a zip file.
///
/// It is stricter than most readers: what two readers could understand differently is an error. The
/// directory must end where the end record begins, nothing may follow the end record, and zip64
/// numbers must agree with the 32-bit ones unless those say "elsewhere".
struct ZipDirectory {
  /// A record as the directory describes it.
  struct Entry {
    let name: String
    let flags: UInt16
    let method: UInt16
    let checksum: UInt32
    let storedSize: UInt64
    let size: UInt64
    let headerOffset: UInt64
    /// Offset of this entry in the file, for errors.
    let place: Int
  }

  let entries: [Entry]
  /// Offset of the directory, which follows all records.
  let start: Int

  /// Far more than any model has; a record costs a few hundred bytes of memory.
  static let maximumCount = 100_000

  init(file: String, bytes: [UInt8]) throws(TorchFileError) {
    let end = try ZipEnd(file: file, bytes: bytes)
    var reader = ByteReader(file: file, bytes: bytes, range: end.directory)
    guard end.count <= Self.maximumCount else {
      throw reader.error(
        .limitExceeded, "expected at most \(Self.maximumCount) records, got \(end.count)")
    }
    start = reader.position
    var entries: [Entry] = []
    while reader.remaining > 0 {
      entries.append(try Self.entry(&reader))
      guard entries.count <= end.count else { break }
    }
    guard entries.count == end.count, reader.remaining == 0 else {
      throw reader.error(
        .malformed, "expected a directory of \(end.count) records, got \(entries.count) or more")
    }
    self.entries = entries
  }

  private static func entry(_ reader: inout ByteReader) throws(TorchFileError) -> Entry {
    let start = reader.position
    let what = "the zip directory"
    guard try reader.littleEndian(UInt32.self, what) == ZipFormat.directoryEntry else {
      throw reader.error(.malformed, at: start, "expected an entry of \(what), got other bytes")
    }
    _ = try reader.take(4, what)  // Versions.
    let flags = try reader.littleEndian(UInt16.self, what)
    let method = try reader.littleEndian(UInt16.self, what)
    _ = try reader.take(4, what)  // Time and date.
    let checksum = try reader.littleEndian(UInt32.self, what)
    let storedSize = try reader.littleEndian(UInt32.self, what)
    let size = try reader.littleEndian(UInt32.self, what)
    let nameLength = Int(try reader.littleEndian(UInt16.self, what))
    let extraLength = Int(try reader.littleEndian(UInt16.self, what))
    let commentLength = Int(try reader.littleEndian(UInt16.self, what))
    let disk = try reader.littleEndian(UInt16.self, what)
    _ = try reader.take(6, what)  // Attributes.
    let headerOffset = try reader.littleEndian(UInt32.self, what)
    guard disk == 0 else {
      throw reader.error(.unsupported, at: start, "expected a zip file in one part, got \(disk)")
    }
    let nameBytes = reader.bytes[try reader.take(nameLength, "a record's name")]
    guard let name = String(validating: nameBytes, as: UTF8.self) else {
      throw reader.error(.malformed, at: start, "expected a record's name in UTF-8")
    }
    let extra = try reader.take(extraLength, "a record's extra fields")
    _ = try reader.take(commentLength, "a record's comment")

    // The field holds, in this order, only the numbers that don't fit their 32-bit fields.
    var wide = try Zip64Field(
      in: ByteReader(file: reader.file, bytes: reader.bytes, range: extra))
    let wideSize = try wide.number(size, "size")
    let wideStoredSize = try wide.number(storedSize, "stored size")
    let wideOffset = try wide.number(headerOffset, "offset")
    return Entry(
      name: name, flags: flags, method: method, checksum: checksum, storedSize: wideStoredSize,
      size: wideSize, headerOffset: wideOffset, place: start)
  }
}

/// The extra field with the 64-bit numbers of a record, if it has one.
private struct Zip64Field {
  private var reader: ByteReader

  init(in extra: ByteReader) throws(TorchFileError) {
    var fields = extra
    while fields.remaining > 0 {
      let kind = try fields.littleEndian(UInt16.self, "an extra field")
      let length = Int(try fields.littleEndian(UInt16.self, "an extra field"))
      let range = try fields.take(length, "an extra field")
      if kind == ZipFormat.zip64Field {
        reader = ByteReader(file: extra.file, bytes: extra.bytes, range: range)
        return
      }
    }
    reader = fields
  }

  mutating func number(_ narrow: UInt32, _ what: String) throws(TorchFileError) -> UInt64 {
    guard narrow == ZipFormat.elsewhere32 else { return UInt64(narrow) }
    guard reader.remaining >= 8 else {
      throw reader.error(.malformed, "expected a record's \(what) in a zip64 field, found none")
    }
    return try reader.littleEndian(UInt64.self, "a record's \(what)")
  }
}
