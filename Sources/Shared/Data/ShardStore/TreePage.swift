/// A page that does not fit into its tree.
struct PageDamage: Error { let text: String }

/// A branch or a leaf of a tree in an LMDB 0.9 file (`MDB_page`, `MDB_node` in mdb.c). All its
/// nodes lie within the page.
struct TreePage {
  /// What a tree holds.
  enum Content {
    /// Lists of pages by transaction.
    case freePages
    /// Trees by name.
    case databases
    case records
  }

  enum Flag {
    static let branch: UInt16 = 0x01
    static let leaf: UInt16 = 0x02
    static let overflow: UInt16 = 0x04
    static let nodeOverflow: UInt16 = 0x01
    static let nodeTree: UInt16 = 0x02
  }

  /// The keys that may lie below a page: from `first` up to but not including `end`.
  struct Bounds {
    var first: ArraySlice<UInt8>?
    var end: ArraySlice<UInt8>?
  }

  /// The value of a node of a leaf.
  struct Value {
    let flags: UInt16
    let byteCount: Int
    /// Offset of the value in the page; for a long value, of the number of its first page.
    let start: Int

    var isLong: Bool { flags == Flag.nodeOverflow }
  }

  static let headerBytes = 16
  private static let nodeHeaderBytes = 8
  /// LMDB's own limit of a cursor's stack (`CURSOR_STACK`).
  static let maximumDepth = 32

  let bytes: [UInt8]
  let number: UInt64
  let tree: String
  let isLeaf: Bool
  let nodeCount: Int

  /// The page as messages call it.
  var place: String { "page \(number) of \(tree)" }

  /// - Parameter tree: the name of its database.
  /// - Throws: if it is another page, of another kind, or a node does not lie within it.
  init(
    _ bytes: [UInt8], number: UInt64, of tree: String, isLeaf: Bool, pageSize: Int
  ) throws(PageDamage) {
    guard bytes.count == pageSize, bytes.integer(at: 0) == number else {
      throw PageDamage(text: "page \(number) is missing or is another one")
    }
    let flags: UInt16 = bytes.integer(at: 10)
    let lower = Int(bytes.integer(at: 12) as UInt16)
    let upper = Int(bytes.integer(at: 14) as UInt16)
    self.bytes = bytes
    self.number = number
    self.tree = tree
    self.isLeaf = isLeaf
    nodeCount = max(lower - Self.headerBytes, 0) / 2
    guard flags == (isLeaf ? Flag.leaf : Flag.branch) else {
      throw PageDamage(text: "\(place) is of kind \(flags)")
    }
    guard lower >= Self.headerBytes, lower % 2 == 0, lower <= upper, upper <= bytes.count else {
      throw PageDamage(text: "\(place) has bounds \(lower) and \(upper)")
    }
    guard nodeCount >= (isLeaf ? 1 : 2) else {
      throw PageDamage(text: "\(place) has \(nodeCount) nodes")
    }
    for index in 0..<nodeCount {
      let offset = offset(of: index)
      guard offset >= upper, offset + Self.nodeHeaderBytes <= bytes.count else {
        throw PageDamage(text: "\(place): node \(index) lies at byte \(offset)")
      }
      guard keyRange(at: offset).upperBound <= bytes.count else {
        throw PageDamage(text: "\(place): the key of node \(index) is too long")
      }
    }
  }

  private func offset(of index: Int) -> Int {
    Int(bytes.integer(at: Self.headerBytes + 2 * index) as UInt16)
  }

  private func keyRange(at offset: Int) -> Range<Int> {
    let start = offset + Self.nodeHeaderBytes
    return start..<start + Int(bytes.integer(at: offset + 6) as UInt16)
  }

  /// The key of a node. The key of a branch's first node means nothing.
  func key(of index: Int) -> ArraySlice<UInt8> { bytes[keyRange(at: offset(of: index))] }

  /// The page below a node of a branch.
  func child(of index: Int) -> UInt64 {
    let offset = offset(of: index)
    return UInt64(bytes.integer(at: offset) as UInt32)
      | UInt64(bytes.integer(at: offset + 4) as UInt16) << 32
  }

  /// The keys that may lie below a node of a branch whose own bounds are given.
  func bounds(of index: Int, within bounds: Bounds) -> Bounds {
    Bounds(
      first: index == 0 ? bounds.first : key(of: index),
      end: index + 1 < nodeCount ? key(of: index + 1) : bounds.end)
  }

  /// The index of the node of a branch below which a search looks for a key.
  func child(for key: [UInt8]) -> Int {
    // The last node whose key is not greater.
    var low = 0
    var high = nodeCount
    while high - low > 1 {
      let middle = (low + high) / 2
      if key[...].lexicographicallyPrecedes(self.key(of: middle)) {
        high = middle
      } else {
        low = middle
      }
    }
    return low
  }

  /// The value of a node of a leaf.
  ///
  /// - Throws: if it has no key, too long a one, or reaches beyond the page.
  func value(of index: Int) throws(PageDamage) -> Value {
    let offset = offset(of: index)
    let key = keyRange(at: offset)
    let value = Value(
      flags: bytes.integer(at: offset + 4),
      byteCount: Int(bytes.integer(at: offset) as UInt32), start: key.upperBound)
    guard (1...SampleKey.maximumBytes).contains(key.count),
      value.start + (value.isLong ? 8 : value.byteCount) <= bytes.count
    else {
      throw PageDamage(
        text: "\(place): node \(index) has a key of \(key.count) and a value of "
          + "\(value.byteCount) bytes")
    }
    return value
  }

  /// The first page of a long value.
  func longPage(of value: Value) -> UInt64 { bytes.integer(at: value.start) }

  /// Checks the order of the keys: a search would not find a key that is out of order, or beyond a
  /// separator of a branch above.
  func checkOrder(_ content: Content, within bounds: Bounds) throws(PageDamage) {
    func precedes(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> Bool {
      // Numbers of transactions are little-endian.
      content == .freePages
        ? left.reversed().lexicographicallyPrecedes(right.reversed())
        : left.lexicographicallyPrecedes(right)
    }
    let first = isLeaf ? 0 : 1
    var previous = isLeaf ? nil : bounds.first
    for index in first..<nodeCount {
      let key = key(of: index)
      if content == .freePages, key.count != 8 {
        throw PageDamage(text: "\(place) has a key that is no number")
      }
      if let previous, !precedes(previous, key) {
        throw PageDamage(text: "\(place): the key of node \(index) is out of order")
      }
      if isLeaf, index == 0, let first = bounds.first, precedes(key, first) {
        throw PageDamage(text: "\(place) has a key that a search would not find there")
      }
      previous = key
    }
    if let last = previous, let end = bounds.end, !precedes(last, end) {
      throw PageDamage(text: "\(place) has a key that a search would not find there")
    }
  }
}

/// What each page of a file is used for. A page has one use only, so that there are no cycles and
/// no overlaps.
struct PageClaims {
  /// What a page is used for.
  enum Use: Equatable {
    /// A page of a tree, with the levels below it.
    case tree(levelsBelow: Int)
    /// A part of a long value, or free.
    case other

    fileprivate var code: UInt8 {
      switch self {
      case .tree(let levels): UInt8(1 + levels)
      case .other: .max
      }
    }
  }

  private let lastPage: UInt64
  /// The code of each page's use; 0 if the page was not claimed yet.
  private var codes: [UInt8]

  /// - Parameter lastPage: number of the last page; it must lie within the file.
  init(lastPage: UInt64) {
    self.lastPage = lastPage
    codes = [UInt8](repeating: 0, count: Int(lastPage) + 1)
  }

  /// Whether a page was claimed for exactly this use.
  func has(_ number: UInt64, _ use: Use) -> Bool {
    number <= lastPage && codes[Int(number)] == use.code
  }

  /// Claims a page. The first two are the header's.
  mutating func claim(_ number: UInt64, _ use: Use) throws(PageDamage) {
    guard number >= 2, number <= lastPage, codes[Int(number)] == 0 else {
      throw PageDamage(
        text: "page \(number) is out of bounds or used twice, expected 2...\(lastPage)")
    }
    codes[Int(number)] = use.code
  }

  /// Claims the pages of a long value.
  ///
  /// - Returns: how many there are.
  @discardableResult
  mutating func claimLong(
    _ first: UInt64, byteCount: Int, pageSize: Int
  ) throws(PageDamage) -> UInt64 {
    let pages = UInt64((TreePage.headerBytes + byteCount - 1) / pageSize + 1)
    // One by one, each within the file: the sum does not overflow.
    for index in 0..<pages { try claim(first + index, .other) }
    return pages
  }
}
