internal import Randomness

/// Damage to a file of LMDB that knows its pages (lmdb 0.9, mdb.c: `MDB_page`, `MDB_node`, `MDB_meta`).
enum PageMutator {
  private static let pageSize = 4096

  /// Kinds of pages, by their flag.
  private enum Kind: Int, CaseIterable {
    case branch = 1
    case leaf = 2
    case overflow = 4
    case meta = 8
  }

  static func mutate(_ bytes: inout [UInt8], _ random: inout RandomStream, donor: [UInt8]) {
    let count = random.happens(0.75) ? 1 : 1 + random.below(3)
    for _ in 0..<count { change(&bytes, &random, donor) }
  }

  private static func change(
    _ bytes: inout [UInt8], _ random: inout RandomStream, _ donor: [UInt8]
  ) {
    let kind = Kind.allCases[random.below(Kind.allCases.count)]
    let pages = pages(bytes, kind)
    guard !pages.isEmpty else { return ByteMutator.overwrite(&bytes, in: 0..<bytes.count, &random) }
    let start = pages[random.below(pages.count)]
    switch random.below(12) {
    case 0: replacePage(&bytes, start, &random, donor)
    case 1: ByteMutator.overwrite(&bytes, in: start..<start + 16, &random)
    case 2: ByteMutator.overwrite(&bytes, in: start..<start + pageSize, &random)
    case 3 where kind == .meta: ByteMutator.overwrite(&bytes, in: start + 16..<start + 152, &random)
    default:
      switch kind {
      case .meta: ByteMutator.overwrite(&bytes, in: start + 16..<start + 152, &random)
      case .overflow: ByteMutator.overwrite(&bytes, in: overflow(bytes, start), &random)
      case .branch, .leaf: changeNode(&bytes, start, &random)
      }
    }
  }

  /// A page takes the place of another one: zeros, a copy, its older self, one of another file.
  private static func replacePage(
    _ bytes: inout [UInt8], _ start: Int, _ random: inout RandomStream, _ donor: [UInt8]
  ) {
    let range = start..<start + pageSize
    let other = random.below(bytes.count / pageSize) * pageSize
    var page = Array(bytes[other..<other + pageSize])
    switch random.below(4) {
    case 0: page = Array(repeating: 0, count: pageSize)
    case 1:
      // With the number of the page that it replaces, so that only its content is wrong.
      page.replaceSubrange(0..<8, with: bytes[start..<start + 8])
    case 2 where range.upperBound <= donor.count: page = Array(donor[range])
    default: break
    }
    bytes.replaceSubrange(range, with: page)
  }

  /// The place of a node, its header, its key or its value; the list of nodes.
  private static func changeNode(_ bytes: inout [UInt8], _ start: Int, _ random: inout RandomStream)
  {
    let lower = short(bytes, start + 12)
    let count = (lower - 16) / 2
    guard lower >= 16, lower <= pageSize, count > 0 else { return }
    let entry = start + 16 + 2 * random.below(count)
    let node = start + short(bytes, entry)
    let end = start + pageSize
    guard node + 8 <= end else { return }
    let key = node + 8..<min(node + 8 + short(bytes, node + 6), end)
    let length = short(bytes, node) | short(bytes, node + 2) << 16
    let value = key.upperBound..<min(key.upperBound + length, end)
    switch random.below(8) {
    case 0: ByteMutator.overwrite(&bytes, in: entry..<entry + 2, &random)
    case 1:
      let other = start + 16 + 2 * random.below(count)
      for offset in 0..<2 { bytes.swapAt(entry + offset, other + offset) }
    case 2: ByteMutator.overwrite(&bytes, in: node..<node + 8, &random)
    case 3, 4: ByteMutator.overwrite(&bytes, in: key, &random)
    default: changeValue(&bytes, value.isEmpty ? key : value, &random)
    }
  }

  /// A value: some bytes, or a word of its JSON for another one of the same length.
  private static func changeValue(
    _ bytes: inout [UInt8], _ range: Range<Int>, _ random: inout RandomStream
  ) {
    let words = [
      ("real", "fake"), ("fake", "real"), ("train", "tests"), ("done", "gone"), ("true", "fals"),
    ]
    let (old, new) = words[random.below(words.count)]
    let pattern = Array(old.utf8)
    if random.happens(0.5), range.count > pattern.count,
      let place = (range.lowerBound..<range.upperBound - pattern.count).first(where: {
        bytes[$0..<$0 + pattern.count].elementsEqual(pattern)
      })
    {
      bytes.replaceSubrange(place..<place + pattern.count, with: Array(new.utf8))
      return
    }
    let digits = range.filter { (0x30...0x39).contains(bytes[$0]) }
    if random.happens(0.5), !digits.isEmpty {
      bytes[digits[random.below(digits.count)]] = UInt8(0x30 + random.below(10))
      return
    }
    ByteMutator.overwrite(&bytes, in: range, &random)
  }

  private static func overflow(_ bytes: [UInt8], _ start: Int) -> Range<Int> {
    let count = short(bytes, start + 12) | short(bytes, start + 14) << 16
    return start..<min(start + max(count, 1) * pageSize, bytes.count)
  }

  private static func short(_ bytes: [UInt8], _ place: Int) -> Int {
    Int(bytes[place]) | Int(bytes[place + 1]) << 8
  }

  private static func pages(_ bytes: [UInt8], _ kind: Kind) -> [Int] {
    var found: [Int] = []
    var place = 0
    while place + pageSize <= bytes.count {
      let flags = short(bytes, place + 10)
      if flags & 0x0F == kind.rawValue { found.append(place) }
      place =
        flags & 0x0F == Kind.overflow.rawValue
        ? max(overflow(bytes, place).upperBound, place + pageSize) : place + pageSize
    }
    return found
  }
}
