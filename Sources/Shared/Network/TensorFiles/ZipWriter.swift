internal import Files

/// Writes stored records one after another, byte for byte in the layout of PyTorch's own writer
/// (`caffe2/serialize/inline_container.cc` over miniz): headers without time and size, the data on
/// multiples of 64 bytes, so that it can be mapped into memory and used in place, sizes and
/// checksum after the data.
///
/// Only the directory is held in memory.
struct ZipWriter {
  /// The data of every record begins at a multiple of this many bytes.
  static let alignment = 64
  /// The largest values for the 32-bit and 16-bit fields of this layout. A larger file needs zip64
  /// fields in each record, which are not written.
  static let maximumSize = Int(UInt32.max) - 1
  static let maximumCount = Int(UInt16.max) - 1
  private static let descriptorLength = 16

  private var directory: [UInt8] = []
  private var count = 0

  /// Checks that this layout can hold a file of these records; `file` names it in errors.
  static func checkSize(
    _ records: [(name: String, size: Int)], file: String
  ) throws(TorchFileError) {
    // No overflow: the contents are in memory, names are short.
    var size = ZipFormat.zip64EndLength + ZipFormat.zip64LocatorLength + ZipFormat.endLength
    for record in records {
      size += ZipFormat.localHeaderLength + 4 + alignment + record.size + descriptorLength
      size += ZipFormat.directoryEntryLength + 2 * record.name.utf8.count
    }
    guard size <= maximumSize, records.count <= maximumCount else {
      throw TorchFileError(
        .limitExceeded, file: file,
        "expected at most \(maximumSize) bytes in \(maximumCount) records, got about \(size) in "
          + "\(records.count)")
    }
  }

  /// Appends a record and returns its checksum. The file must hold the earlier records and nothing
  /// else.
  mutating func add(
    _ name: String, _ data: RawSpan, to file: inout OpenFile
  ) throws(FileError) -> UInt32 {
    let offset = file.length
    // As in PyTorch, an empty record has no descriptor after its data.
    let flags = ZipFormat.utf8Flag | (data.isEmpty ? 0 : ZipFormat.descriptorFlag)
    try file.append(localHeader(name, flags: flags, offset: offset))
    try file.append(data)
    var checksum = CRC32()
    checksum.update(data)
    let size = UInt32(data.byteCount)

    if !data.isEmpty {
      var descriptor = ZipBytes()
      descriptor.append(ZipFormat.dataDescriptor)
      for number in [checksum.value, size, size] { descriptor.append(number) }
      try file.append(descriptor.bytes)
    }
    var entry = ZipBytes()
    entry.append(ZipFormat.directoryEntry)
    entry.append(UInt32(0))  // Versions.
    entry.append(flags)
    entry.append(UInt16(0))  // Method: stored.
    entry.append(UInt32(0))  // Time and date.
    for number in [checksum.value, size, size] { entry.append(number) }
    entry.append(UInt16(name.utf8.count))
    // No extra fields, no comment, the first disk, no attributes.
    for _ in 0..<4 { entry.append(UInt16(0)) }
    entry.append(UInt32(0))
    entry.append(UInt32(offset))
    directory += entry.bytes + Array(name.utf8)
    count += 1
    return checksum.value
  }

  /// Writes the directory. PyTorch always adds the zip64 end record, and so does this.
  func finish(_ file: inout OpenFile) throws(FileError) {
    let start = file.length
    try file.append(directory)
    let end = file.length
    var bytes = ZipBytes()
    bytes.append(ZipFormat.zip64End)
    bytes.append(UInt64(ZipFormat.zip64EndLength - 12))
    bytes.append(UInt16(0x031E))  // Made by version 3.0 on Unix, as miniz says.
    bytes.append(UInt16(45))  // Needs version 4.5, the first with zip64.
    bytes.append(UInt64(0))  // Disks.
    bytes.append(UInt64(count))
    bytes.append(UInt64(count))
    bytes.append(UInt64(end - start))
    bytes.append(UInt64(start))

    bytes.append(ZipFormat.zip64Locator)
    bytes.append(UInt32(0))
    bytes.append(UInt64(end))
    bytes.append(UInt32(1))

    bytes.append(ZipFormat.end)
    bytes.append(UInt32(0))
    bytes.append(UInt16(count))
    bytes.append(UInt16(count))
    bytes.append(UInt32(end - start))
    bytes.append(UInt32(start))
    bytes.append(UInt16(0))
    try file.append(bytes.bytes)
  }

  private func localHeader(_ name: String, flags: UInt16, offset: Int) -> [UInt8] {
    var header = ZipBytes()
    header.append(ZipFormat.localHeader)
    header.append(UInt16(0))  // Version.
    header.append(flags)
    header.append(UInt16(0))  // Method: stored.
    // Time, date, checksum and sizes.
    for _ in 0..<4 { header.append(UInt32(0)) }
    header.append(UInt16(name.utf8.count))
    // One extra field of kind "FB", filled with Z up to the next multiple.
    let dataStart = offset + ZipFormat.localHeaderLength + name.utf8.count + 4
    let padding = (Self.alignment - dataStart % Self.alignment) % Self.alignment
    header.append(UInt16(4 + padding))
    header.bytes += Array(name.utf8) + Array("FB".utf8)
    header.append(UInt16(padding))
    header.bytes += [UInt8](repeating: UInt8(ascii: "Z"), count: padding)
    return header.bytes
  }
}

/// Bytes with little-endian numbers.
private struct ZipBytes {
  var bytes: [UInt8] = []

  mutating func append(_ number: some FixedWidthInteger) {
    withUnsafeBytes(of: number.littleEndian) { bytes += $0 }
  }
}
