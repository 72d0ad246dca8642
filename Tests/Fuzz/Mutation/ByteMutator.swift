internal import Randomness

/// Damage to bytes whatever they mean.
enum ByteMutator {
  /// A few changes at once.
  static func mutate(
    _ bytes: inout [UInt8], _ random: inout RandomStream, donor: [UInt8] = []
  ) {
    // Most cases have one change: what it does isn't hidden by others.
    let count = random.happens(0.6) ? 1 : 1 + random.below(6)
    for _ in 0..<count { change(&bytes, &random, donor) }
  }

  /// Changes bytes in their place: the length stays.
  static func overwrite(_ bytes: inout [UInt8], in range: Range<Int>, _ random: inout RandomStream)
  {
    guard !range.isEmpty else { return }
    let place = range.lowerBound + random.below(range.count)
    switch random.below(6) {
    case 0: bytes[place] ^= 1 << UInt8(random.below(8))
    case 1: bytes[place] = UInt8(random.below(256))
    case 2: bytes[place] = [0, 1, 0x7F, 0x80, 0xFE, 0xFF][random.below(6)]
    case 3: bytes[place] &+= random.happens(0.5) ? 1 : 0xFF
    default: writeNumber(&bytes, at: place, end: range.upperBound, &random)
    }
  }

  /// A number that lies at an edge, in 2, 4 or 8 bytes of either order.
  static func writeNumber(
    _ bytes: inout [UInt8], at place: Int, end: Int, _ random: inout RandomStream
  ) {
    let width = [2, 4, 4, 8][random.below(4)]
    var value = interesting(&random, size: bytes.count)
    if random.happens(0.3) {
      value = 0
      for offset in 0..<width where place + offset < end {
        value |= UInt64(bytes[place + offset]) << UInt64(8 * offset)
      }
      value = random.happens(0.5) ? value &+ 1 : value &- 1
    }
    let isBig = random.happens(0.5)
    for offset in 0..<width where place + offset < end {
      let shift = UInt64(8 * (isBig ? width - 1 - offset : offset))
      bytes[place + offset] = UInt8(truncatingIfNeeded: value >> shift)
    }
  }

  static func interesting(_ random: inout RandomStream, size: Int) -> UInt64 {
    let values: [UInt64] = [
      0, 1, 2, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 1 << 32, 1 << 40,
      0x7FFF_FFFF_FFFF_FFFF, 1 << 63, .max, UInt64(size), UInt64(size) &+ 1, UInt64(size) / 2,
      0x4000_0000, 1 << 61, 0x00FF_FFFF, UInt64.max - 7, random.next(),
    ]
    return values[random.below(values.count)]
  }

  private static func change(
    _ bytes: inout [UInt8], _ random: inout RandomStream, _ donor: [UInt8]
  ) {
    guard !bytes.isEmpty else {
      bytes = [UInt8(random.below(256))]
      return
    }
    let place = random.below(bytes.count)
    let length = min(
      bytes.count - place, 1 + random.below([4, 40, 400, 4000][random.below(4)]))
    let part = place..<place + length
    switch random.below(14) {
    case 0: bytes.removeSubrange(place...)
    case 1: bytes.removeSubrange(part)
    case 2: bytes.insert(contentsOf: bytes[part], at: place)
    case 3: bytes.insert(contentsOf: bytes[part], at: random.below(bytes.count))
    case 4:
      bytes.replaceSubrange(
        part, with: repeatElement(random.happens(0.5) ? 0 : 0xFF, count: length))
    case 5: for index in part { bytes[index] = UInt8(truncatingIfNeeded: random.next()) }
    case 6: splice(&bytes, place, donor, &random)
    case 7:
      let copy = Array(bytes[part])
      let target = random.below(bytes.count - length + 1)
      bytes.replaceSubrange(target..<target + length, with: copy)
    default: overwrite(&bytes, in: 0..<bytes.count, &random)
    }
  }

  /// The beginning of one and the end of another.
  private static func splice(
    _ bytes: inout [UInt8], _ place: Int, _ donor: [UInt8], _ random: inout RandomStream
  ) {
    guard !donor.isEmpty else { return }
    let from = random.happens(0.5) ? min(place, donor.count - 1) : random.below(donor.count)
    bytes.replaceSubrange(place..., with: donor[from...])
  }
}
