internal import Randomness

/// Damage to the structure of media files: boxes of MP4, elements of Matroska, chunks of RIFF and PNG,
/// packets of MPEG-TS, segments of JPEG.
enum ContainerMutator {
  static func mutate(_ bytes: inout [UInt8], _ random: inout RandomStream, donor: [UInt8]) {
    let parts = parts(bytes)
    guard parts.count > 1, !random.happens(0.4) else {
      return ByteMutator.mutate(&bytes, &random, donor: donor)
    }
    let count = random.happens(0.7) ? 1 : 1 + random.below(3)
    for _ in 0..<count { change(&bytes, &random) }
  }

  private static func change(_ bytes: inout [UInt8], _ random: inout RandomStream) {
    let parts = parts(bytes)
    guard !parts.isEmpty else { return }
    let part = parts[random.below(parts.count)]
    let other = parts[random.below(parts.count)]
    let header = part.lowerBound..<min(part.lowerBound + 8, part.upperBound)
    switch random.below(10) {
    case 0: bytes.removeSubrange(part)
    case 1: bytes.insert(contentsOf: Array(bytes[part]), at: part.lowerBound)
    case 2: bytes.insert(contentsOf: Array(bytes[part]), at: other.lowerBound)
    case 3: bytes.replaceSubrange(part, with: Array(bytes[other]))
    case 4, 5: ByteMutator.overwrite(&bytes, in: header, &random)
    case 6: ByteMutator.writeNumber(&bytes, at: part.lowerBound, end: part.upperBound, &random)
    default:
      // What begins a part says more than what follows.
      let end = min(part.lowerBound + 64, part.upperBound)
      ByteMutator.overwrite(&bytes, in: part.lowerBound..<end, &random)
    }
  }

  private static func parts(_ bytes: [UInt8]) -> [Range<Int>] {
    guard bytes.count > 16 else { return [] }
    var found: [Range<Int>] = []
    if bytes[0] == 0x1A, bytes[1] == 0x45 {
      elements(bytes, 0..<bytes.count, &found)
    } else if bytes[4...].starts(with: Array("ftyp".utf8))
      || bytes[4...].starts(with: Array("wide".utf8))
    {
      boxes(bytes, 0..<bytes.count, &found)
    } else if bytes.starts(with: Array("RIFF".utf8)) {
      chunks(bytes, 12..<bytes.count, &found)
    } else if bytes[0] == 0x89 {
      var place = 8
      while place + 12 <= bytes.count {
        let end = place + 12 + big(bytes, place)
        guard end <= bytes.count else { break }
        found.append(place..<end)
        place = end
      }
    } else if bytes[0] == 0xFF, bytes[1] == 0xD8 {
      var place = 2
      while place + 4 <= bytes.count, bytes[place] == 0xFF {
        let end = place + 2 + Int(bytes[place + 2]) << 8 + Int(bytes[place + 3])
        guard end <= bytes.count else { break }
        found.append(place..<end)
        place = end
      }
    } else if bytes[0] == 0x47, bytes.count > 376, bytes[188] == 0x47 {
      found = stride(from: 0, to: bytes.count - 187, by: 188).map { $0..<$0 + 188 }
    }
    return found
  }

  private static func big(_ bytes: [UInt8], _ place: Int) -> Int {
    (0..<4).reduce(0) { $0 << 8 | Int(bytes[place + $1]) }
  }

  /// Boxes (ISO/IEC 14496-12), those within others too.
  private static func boxes(_ bytes: [UInt8], _ range: Range<Int>, _ found: inout [Range<Int>]) {
    let nests: Set<String> = [
      "moov", "trak", "mdia", "minf", "stbl", "edts", "dinf", "udta", "mvex", "moof", "traf",
    ]
    var place = range.lowerBound
    while place + 8 <= range.upperBound {
      let size = big(bytes, place)
      guard size >= 8, place + size <= range.upperBound else { break }
      found.append(place..<place + size)
      let name = String(decoding: bytes[place + 4..<place + 8], as: UTF8.self)
      if nests.contains(name) { boxes(bytes, place + 8..<place + size, &found) }
      if name == "stsd", size > 16 { found.append(place + 16..<place + size) }
      place += size
    }
  }

  /// Chunks of RIFF, those within lists too.
  private static func chunks(_ bytes: [UInt8], _ range: Range<Int>, _ found: inout [Range<Int>]) {
    var place = range.lowerBound
    while place + 8 <= range.upperBound {
      let size = (0..<4).reduce(0) { $0 | Int(bytes[place + 4 + $1]) << (8 * $1) }
      let end = place + 8 + size + size % 2
      guard end <= range.upperBound else { break }
      found.append(place..<end)
      if bytes[place..<place + 4].elementsEqual("LIST".utf8), size > 4 {
        chunks(bytes, place + 12..<end, &found)
      }
      place = end
    }
  }

  /// Elements of EBML (RFC 8794), those within masters too.
  private static func elements(
    _ bytes: [UInt8], _ range: Range<Int>, _ found: inout [Range<Int>]
  ) {
    let masters: Set<Int> = [
      0x1A45_DFA3, 0x1853_8067, 0x114D_9B74, 0x4DBB, 0x1549_A966, 0x1654_AE6B, 0xAE, 0xE0,
      0x1F43_B675, 0xA0, 0x1C53_BB6B, 0xBB, 0xB7, 0x1254_C367,
    ]
    func integer(_ place: Int, keepsMark: Bool) -> (value: Int, width: Int)? {
      guard place < range.upperBound, bytes[place] != 0 else { return nil }
      let width = bytes[place].leadingZeroBitCount + 1
      guard place + width <= range.upperBound else { return nil }
      var value = Int(bytes[place])
      if !keepsMark { value &= (1 << (8 - width)) - 1 }
      for offset in 1..<max(width, 1) { value = value << 8 | Int(bytes[place + offset]) }
      return (value, width)
    }
    var place = range.lowerBound
    while let name = integer(place, keepsMark: true),
      let size = integer(place + name.width, keepsMark: false)
    {
      let start = place + name.width + size.width
      // A size of all ones is unknown: to the end.
      let end = size.value < 1 << 40 ? min(start + size.value, range.upperBound) : range.upperBound
      found.append(place..<end)
      if masters.contains(name.value) { elements(bytes, start..<end, &found) }
      place = end
    }
  }
}
