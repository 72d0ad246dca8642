/// The position of a zip file's directory, as the end record gives it.
struct ZipEnd {
  let count: Int
  let directory: Range<Int>

  init(file: String, bytes: [UInt8]) throws(TorchFileError) {
    guard let position = Self.position(in: bytes) else {
      throw TorchFileError(
        .truncated, file: file,
        "expected the directory of a zip file at its end, found none: the file is incomplete, or "
          + "something was added to it")
    }
    var reader = ByteReader(file: file, bytes: bytes, range: position..<bytes.count)
    let narrow = try Self.narrowNumbers(&reader)
    guard let wide = try Self.wideNumbers(file: file, bytes: bytes, endPosition: position) else {
      guard narrow.count != ZipFormat.elsewhere16, narrow.size != ZipFormat.elsewhere32,
        narrow.offset != ZipFormat.elsewhere32
      else {
        throw reader.error(.malformed, at: position, "expected a zip64 directory, found none")
      }
      try self.init(
        reader, count: UInt64(narrow.count), size: UInt64(narrow.size),
        offset: UInt64(narrow.offset), end: position)
      return
    }
    guard narrow.count == ZipFormat.elsewhere16 || UInt64(narrow.count) == wide.count,
      narrow.size == ZipFormat.elsewhere32 || UInt64(narrow.size) == wide.size,
      narrow.offset == ZipFormat.elsewhere32 || UInt64(narrow.offset) == wide.offset
    else {
      throw reader.error(
        .malformed, at: position, "the zip directory is described in two ways, which differ")
    }
    try self.init(
      reader, count: wide.count, size: wide.size, offset: wide.offset, end: wide.position)
  }

  private init(
    _ reader: ByteReader, count: UInt64, size: UInt64, offset: UInt64, end: Int
  ) throws(TorchFileError) {
    let (sum, overflow) = offset.addingReportingOverflow(size)
    guard !overflow, sum == UInt64(end) else {
      throw reader.error(
        .malformed, at: end,
        "expected the zip directory to end here, got \(size) bytes from byte \(offset)")
    }
    // `sum` is a position in the file, which bounds both.
    directory = Int(offset)..<end
    guard count <= UInt64(directory.count / ZipFormat.directoryEntryLength) else {
      throw reader.error(
        .malformed, at: end, "\(count) records don't fit a directory of \(size) bytes")
    }
    self.count = Int(count)
  }

  /// The last end record whose comment reaches exactly to the end of the file.
  private static func position(in bytes: [UInt8]) -> Int? {
    let last = bytes.count - ZipFormat.endLength
    guard last >= 0 else { return nil }
    let window = bytes[max(0, last - 0xFFFF)...]
    var end = last + 1
    // A search for one byte is quick in debug builds, too.
    while let position = window[..<end].lastIndex(of: 0x50) {
      let commentLength = Int(bytes[position + 20]) | Int(bytes[position + 21]) << 8
      if bytes[position..<position + 4].elementsEqual([0x50, 0x4B, 5, 6]),
        commentLength == last - position
      {
        return position
      }
      end = position
    }
    return nil
  }

  private static func narrowNumbers(
    _ reader: inout ByteReader
  ) throws(TorchFileError) -> (count: UInt16, size: UInt32, offset: UInt32) {
    let what = "the zip directory's end"
    let start = reader.position
    _ = try reader.take(4, what)
    let disk = try reader.littleEndian(UInt16.self, what)
    let directoryDisk = try reader.littleEndian(UInt16.self, what)
    let countHere = try reader.littleEndian(UInt16.self, what)
    let count = try reader.littleEndian(UInt16.self, what)
    guard disk == 0, directoryDisk == 0, countHere == count else {
      throw reader.error(.unsupported, at: start, "expected a zip file in one part, got several")
    }
    let size = try reader.littleEndian(UInt32.self, what)
    return (count, size, try reader.littleEndian(UInt32.self, what))
  }

  /// The zip64 record, found through its locator just before the end record; nil without one.
  private static func wideNumbers(
    file: String, bytes: [UInt8], endPosition: Int
  ) throws(TorchFileError) -> (count: UInt64, size: UInt64, offset: UInt64, position: Int)? {
    let what = "the zip64 directory's end"
    let locatorPosition = endPosition - ZipFormat.zip64LocatorLength
    guard locatorPosition >= ZipFormat.zip64EndLength else { return nil }
    var locator = ByteReader(file: file, bytes: bytes, range: locatorPosition..<endPosition)
    guard try locator.littleEndian(UInt32.self, what) == ZipFormat.zip64Locator else { return nil }
    let locatorDisk = try locator.littleEndian(UInt32.self, what)
    let position = try locator.littleEndian(UInt64.self, what)
    let diskCount = try locator.littleEndian(UInt32.self, what)
    guard locatorDisk == 0, diskCount <= 1 else {
      throw locator.error(.unsupported, "expected a zip file in one part, got several")
    }
    guard position <= UInt64(locatorPosition - ZipFormat.zip64EndLength) else {
      throw locator.error(.malformed, "expected \(what) before its locator, got byte \(position)")
    }
    var reader = ByteReader(file: file, bytes: bytes, range: Int(position)..<locatorPosition)
    let signature = try reader.littleEndian(UInt32.self, what)
    let length = try reader.littleEndian(UInt64.self, what)
    guard signature == ZipFormat.zip64End, length == UInt64(reader.remaining) else {
      throw reader.error(.malformed, at: Int(position), "expected \(what), got other bytes")
    }
    _ = try reader.take(4, what)  // Versions.
    let disk = try reader.littleEndian(UInt32.self, what)
    let directoryDisk = try reader.littleEndian(UInt32.self, what)
    let countHere = try reader.littleEndian(UInt64.self, what)
    let count = try reader.littleEndian(UInt64.self, what)
    guard disk == 0, directoryDisk == 0, countHere == count else {
      throw reader.error(.unsupported, "expected a zip file in one part, got several")
    }
    let size = try reader.littleEndian(UInt64.self, what)
    return (count, size, try reader.littleEndian(UInt64.self, what), Int(position))
  }
}
