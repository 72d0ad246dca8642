/// One record of a zip archive.
struct ZipRecord: Sendable, Equatable {
  let name: String
  /// Offset of its local header in the file.
  let headerOffset: Int
  /// The range of its bytes in the file, or after the file if it was decompressed.
  var data: Range<Int>
  let checksum: UInt32
  /// Its size after decompression, in bytes; nil for a stored record.
  var inflatedSize: Int?
}

/// Rules for the names of records, both for reading and for writing.
enum RecordName {
  static let maximumLength = 1024

  /// Why a name is refused; nil if it is a plain relative path.
  static func objection(to name: String) -> String? {
    if name.isEmpty || name.utf8.count > maximumLength {
      return "a name has 1 to \(maximumLength) bytes"
    }
    if name.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F || $0 == UInt8(ascii: "\\") }) {
      return "a name has no control characters and no backslash"
    }
    for part in name.split(separator: "/", omittingEmptySubsequences: false)
    where part.isEmpty || part == "." || part == ".." {
      return "a name is a relative path without empty, '.' or '..' parts"
    }
    return nil
  }
}

/// The fixed numbers of the format; section numbers are those of PKWARE's APPNOTE.TXT 6.3.
enum ZipFormat {
  /// 4.3.7, and its length up to the name.
  static let localHeader: UInt32 = 0x0403_4B50
  static let localHeaderLength = 30
  /// 4.3.9.
  static let dataDescriptor: UInt32 = 0x0807_4B50
  /// 4.3.12.
  static let directoryEntry: UInt32 = 0x0201_4B50
  static let directoryEntryLength = 46
  /// 4.3.14.
  static let zip64End: UInt32 = 0x0606_4B50
  static let zip64EndLength = 56
  /// 4.3.15.
  static let zip64Locator: UInt32 = 0x0706_4B50
  static let zip64LocatorLength = 20
  /// 4.3.16.
  static let end: UInt32 = 0x0605_4B50
  static let endLength = 22

  /// Bits of the general purpose flags (4.4.4).
  static let encryptedFlag: UInt16 = 0x0001
  static let descriptorFlag: UInt16 = 0x0008
  static let utf8Flag: UInt16 = 0x0800

  /// The value of a field whose number is in a zip64 field or record instead.
  static let elsewhere32 = UInt32.max
  static let elsewhere16 = UInt16.max
  /// 4.5.3.
  static let zip64Field: UInt16 = 0x0001
  /// Compression methods (4.4.5).
  static let stored: UInt16 = 0
  static let deflated: UInt16 = 8
}
