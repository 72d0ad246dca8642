internal import Files

/// A zip file of stored records, taken apart and put together again with right checksums, so that
/// damage inside a record gets past them.
struct ZipParts {
  struct Record {
    var name: [UInt8]
    var method: Int
    var data: [UInt8]
    /// Of records that aren't stored; such ones keep their checksum and size.
    var checksum: UInt32
    var size: Int
  }

  var records: [Record] = []

  /// Takes a file apart by its directory; nil where that isn't as simple as PyTorch's.
  init?(_ bytes: [UInt8]) {
    func number(_ place: Int, _ width: Int) -> Int {
      (0..<width).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
    }
    guard let end = Self.last([0x50, 0x4B, 5, 6], in: bytes), end + 22 <= bytes.count else {
      return nil
    }
    var place = number(end + 16, 4)
    for _ in 0..<number(end + 10, 2) {
      guard place + 46 <= bytes.count, number(place, 4) == 0x0201_4B50 else { return nil }
      let (nameLength, size, start) = (
        number(place + 28, 2), number(place + 20, 4), number(place + 42, 4)
      )
      guard start + 30 <= bytes.count else { return nil }
      let data = start + 30 + number(start + 26, 2) + number(start + 28, 2)
      guard data + size <= bytes.count, place + 46 + nameLength <= bytes.count else { return nil }
      records.append(
        Record(
          name: Array(bytes[place + 46..<place + 46 + nameLength]), method: number(place + 10, 2),
          data: Array(bytes[data..<data + size]), checksum: UInt32(number(place + 16, 4)),
          size: number(place + 24, 4)))
      place += 46 + nameLength + number(place + 30, 2) + number(place + 32, 2)
    }
  }

  /// The file.
  var bytes: [UInt8] {
    var file: [UInt8] = []
    var directory: [UInt8] = []
    for record in records {
      let isStored = record.method == 0
      let checksum = isStored ? CRC32.checksum(record.data) : record.checksum
      let size = isStored ? record.data.count : record.size
      let common =
        little(20, 2) + little(0x800, 2) + little(record.method, 2) + little(0, 4)
        + little(Int(checksum), 4) + little(record.data.count, 4) + little(size, 4)
        + little(record.name.count, 2)
      directory +=
        little(0x0201_4B50, 4) + little(20, 2) + common + little(0, 2) + little(0, 2) + little(0, 2)
        + little(0, 2) + little(0, 4) + little(file.count, 4) + record.name
      // The extra field puts the data at a multiple of 64, as PyTorch does.
      let padding = (64 - (file.count + 34 + record.name.count) % 64) % 64
      file += little(0x0403_4B50, 4) + common + little(padding + 4, 2) + record.name
      file += little(0x4246, 2) + little(padding, 2) + Array(repeating: 0x5A, count: padding)
      file += record.data
    }
    let start = file.count
    return file + directory + little(0x0605_4B50, 4) + little(0, 4) + little(records.count, 2)
      + little(records.count, 2) + little(directory.count, 4) + little(start, 4) + little(0, 2)
  }

  private func little(_ value: Int, _ width: Int) -> [UInt8] {
    (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  private static func last(_ sign: [UInt8], in bytes: [UInt8]) -> Int? {
    guard bytes.count >= sign.count else { return nil }
    return (0...bytes.count - sign.count).last {
      bytes[$0] == sign[0] && Array(bytes[$0..<$0 + sign.count]) == sign
    }
  }
}
