internal import Files
import Foundation

/// Walks the pages of an LMDB 0.9 file without LMDB and checks that they form sound trees.
///
/// LMDB trusts what it maps: a damaged page can end the process (an assertion, or an access beyond
/// the map). After this check LMDB finds what it expects wherever it goes, each key by way of the
/// separators in the branches above it. Layout as in mdb.c: `MDB_page`, `MDB_node`, `MDB_db`.
struct PageCheck: ~Copyable {
  /// How much is read. Each is enough for LMDB to read what the scope names.
  enum Scope {
    /// The trees of the databases `videos` and `shard`.
    case videos
    /// Those and the tree of `samples`: what a store is opened by. Cost: the pages with records.
    case records
    /// The tree of `images`, without the images.
    case images
    /// All trees; of long values only where they lie. Cost: the file without its images.
    case trees
    /// All trees and the header of each long value. Cost: one small read more per image.
    case everything
  }

  private enum Flag {
    static let branch: UInt16 = 0x01
    static let leaf: UInt16 = 0x02
    static let overflow: UInt16 = 0x04
    static let nodeOverflow: UInt16 = 0x01
    static let nodeTree: UInt16 = 0x02
  }

  private static let pageHeaderBytes = 16
  private static let nodeHeaderBytes = 8
  /// LMDB's own limit of a cursor's stack (`CURSOR_STACK`).
  private static let maximumDepth = 32

  /// A page that does not fit; caught at the border of this file.
  private struct Damage: Error { let text: String }

  /// What a tree holds.
  private enum Content {
    /// Lists of pages by transaction.
    case freePages
    /// Trees by name.
    case databases
    case records
  }

  private struct Counts {
    var branch: UInt64 = 0
    var leaf: UInt64 = 0
    var overflow: UInt64 = 0
    var entries: UInt64 = 0
  }

  private let header: ShardFileHeader
  private let file: OpenFile
  private let scope: Scope
  private var seen: [Bool]
  private let isCancelled: () -> Bool
  /// Gets the entries of the databases in the scope, in order; nil where nobody wants them.
  private let visit: Visit?

  /// Takes an entry: the database, the key, the value.
  typealias Visit = (_ database: String, _ key: [UInt8], _ value: [UInt8]) throws(ShardStoreError)
    -> Void

  private init(
    _ header: ShardFileHeader, path: String, scope: Scope, isCancelled: @escaping () -> Bool,
    visit: Visit?
  ) throws(ShardStoreError) {
    self.header = header
    self.scope = scope
    self.visit = visit
    file = try stored(OpenFile(path, .read))
    if scope.isPartial { file.expectRandomReads() }
    // Bounded by the file: its length was compared with the last page.
    seen = [Bool](repeating: false, count: Int(header.lastPage) + 1)
    self.isCancelled = isCancelled
  }

  /// Throws where the file's pages do not form sound trees.
  ///
  /// - Parameter visit: gets the entries of `videos`, `shard` and, in the scope `.records`, `samples`,
  ///   which are so read without a map.
  /// - Returns: the number of the file's last transaction.
  @discardableResult
  static func run(
    _ path: String, _ scope: Scope, isCancelled: @escaping () -> Bool = { false },
    visit: Visit? = nil
  ) throws(ShardStoreError) -> Int {
    let header = try ShardFileHeader.read(path)
    try header.checkLength(path)
    var check = try PageCheck(
      header, path: path, scope: scope, isCancelled: isCancelled, visit: visit)
    do {
      try check.walk(header.main, name: "databases", .databases)
      if !scope.isPartial { try check.walk(header.freePages, name: "free pages", .freePages) }
    } catch let damage as Damage {
      throw ShardStoreError(.damagedShard, subject: path, damage.text + "; " + repairAdvice)
    } catch let error as ShardStoreError {
      throw error
    } catch {
      throw ShardStoreError(
        .inputOutput, subject: path, "cannot check the pages", cause: "\(error)")
    }
    return Int(clamping: header.transaction)
  }

  private mutating func walk(
    _ tree: ShardFileHeader.Tree, name: String, _ content: Content
  ) throws {
    var counts = Counts()
    if let root = tree.rootPage {
      guard (1...Self.maximumDepth).contains(tree.depth) else {
        throw Damage(text: "the tree of \(name) has a depth of \(tree.depth)")
      }
      try walkPage(
        root, levelsBelow: tree.depth - 1, name: name, content, Bounds(), counts: &counts)
    }
    guard counts.branch == tree.branchPages, counts.leaf == tree.leafPages,
      counts.overflow == tree.overflowPages, counts.entries == tree.entries
    else {
      throw Damage(
        text: "the tree of \(name) counts \(tree.entries) entries in \(tree.leafPages) leaf, "
          + "\(tree.branchPages) branch and \(tree.overflowPages) overflow pages, got "
          + "\(counts.entries) in \(counts.leaf), \(counts.branch) and \(counts.overflow)")
    }
  }

  private mutating func walkPage(
    _ number: UInt64, levelsBelow: Int, name: String, _ content: Content, _ bounds: Bounds,
    counts: inout Counts
  ) throws {
    guard !isCancelled() else {
      throw ShardStoreError(.cancelled, subject: name, "the check was cancelled")
    }
    let page = try read(number, bytes: header.pageSize)
    let isLeaf = levelsBelow == 0
    let flags: UInt16 = page.integer(at: 10)
    guard flags == (isLeaf ? Flag.leaf : Flag.branch) else {
      throw Damage(text: "page \(number) of \(name) is of kind \(flags)")
    }
    let lower = Int(page.integer(at: 12) as UInt16)
    let upper = Int(page.integer(at: 14) as UInt16)
    guard lower >= Self.pageHeaderBytes, lower % 2 == 0, lower <= upper, upper <= page.count else {
      throw Damage(text: "page \(number) of \(name) has bounds \(lower) and \(upper)")
    }
    let nodeCount = (lower - Self.pageHeaderBytes) / 2
    guard nodeCount >= (isLeaf ? 1 : 2) else {
      throw Damage(text: "page \(number) of \(name) has \(nodeCount) nodes")
    }
    if isLeaf { counts.leaf += 1 } else { counts.branch += 1 }
    var keys: [ArraySlice<UInt8>] = []
    var children: [UInt64] = []
    for index in 0..<nodeCount {
      let offset = Int(page.integer(at: Self.pageHeaderBytes + 2 * index) as UInt16)
      guard offset >= upper, offset + Self.nodeHeaderBytes <= page.count else {
        throw Damage(text: "page \(number) of \(name): node \(index) lies at byte \(offset)")
      }
      let keyStart = offset + Self.nodeHeaderBytes
      let keyEnd = keyStart + Int(page.integer(at: offset + 6) as UInt16)
      guard keyEnd <= page.count else {
        throw Damage(text: "page \(number) of \(name): the key of node \(index) is too long")
      }
      keys.append(page[keyStart..<keyEnd])
      if isLeaf {
        counts.entries += 1
        let place = "page \(number) of \(name): node \(index)"
        try checkLeafNode(page, offset, name: name, place: place, content, counts: &counts)
      } else {
        children.append(
          UInt64(page.integer(at: offset) as UInt32)
            | UInt64(page.integer(at: offset + 4) as UInt16) << 32)
      }
    }
    // The first child of a branch has the bounds of the branch itself; its key means nothing.
    if !isLeaf { keys[0] = bounds.first ?? [] }
    try checkOrder(of: keys, isLeaf, content, bounds, place: "page \(number) of \(name)")
    if scope.isPartial {
      // What lies between the pages of a tree isn't wanted; they themselves are, all of them.
      for child in children where child <= header.lastPage {
        file.prefetch(count: header.pageSize, at: Int(child) * header.pageSize)
      }
    }
    for (index, child) in children.enumerated() {
      let bounds = Bounds(
        first: index == 0 ? bounds.first : keys[index],
        end: index + 1 < keys.count ? keys[index + 1] : bounds.end)
      try walkPage(
        child, levelsBelow: levelsBelow - 1, name: name, content, bounds, counts: &counts)
    }
  }

  /// The keys that may lie below a page: from `first` up to but not including `end`.
  private struct Bounds {
    var first: ArraySlice<UInt8>?
    var end: ArraySlice<UInt8>?
  }

  /// A search goes by order: a key out of it, or beyond a separator above, is not found.
  private func checkOrder(
    of keys: [ArraySlice<UInt8>], _ isLeaf: Bool, _ content: Content, _ bounds: Bounds,
    place: String
  ) throws {
    func precedes(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> Bool {
      // Numbers of transactions are little-endian.
      content == .freePages
        ? left.reversed().lexicographicallyPrecedes(right.reversed())
        : left.lexicographicallyPrecedes(right)
    }
    if content == .freePages, keys.dropFirst(isLeaf ? 0 : 1).contains(where: { $0.count != 8 }) {
      throw Damage(text: "\(place) has a key that is no number")
    }
    for index in keys.indices.dropFirst() {
      guard precedes(keys[index - 1], keys[index]) else {
        throw Damage(text: "\(place): the key of node \(index) is out of order")
      }
    }
    let first = isLeaf ? keys.first : nil
    let last = keys.last
    guard !(zip(first, bounds.first).map { precedes($0, $1) } ?? false),
      !(zip(last, bounds.end).map { !precedes($0, $1) } ?? false)
    else { throw Damage(text: "\(place) has a key that a search would not find there") }
  }

  private func zip<Value>(_ left: Value?, _ right: Value?) -> (Value, Value)? {
    guard let left, let right else { return nil }
    return (left, right)
  }

  private mutating func checkLeafNode(
    _ page: [UInt8], _ offset: Int, name: String, place: String, _ content: Content,
    counts: inout Counts
  ) throws {
    let dataBytes = Int(page.integer(at: offset) as UInt32)
    let flags: UInt16 = page.integer(at: offset + 4)
    let keyBytes = Int(page.integer(at: offset + 6) as UInt16)
    let data = offset + Self.nodeHeaderBytes + keyBytes
    let inlineBytes = flags == Flag.nodeOverflow ? 8 : dataBytes
    guard (1...SampleKey.maximumBytes).contains(keyBytes), data + inlineBytes <= page.count else {
      throw Damage(
        text: "\(place) has a key of \(keyBytes) and a value of \(dataBytes) bytes")
    }
    switch flags {
    case 0 where content == .records:
      break
    case 0 where content == .freePages:
      try checkFreePages(Array(page[data..<(data + dataBytes)]), place: place)
    case Flag.nodeOverflow where content != .databases:
      let first: UInt64 = page.integer(at: data)
      try checkOverflow(first, dataBytes: dataBytes, place: place, counts: &counts)
      if content == .freePages {
        let start = Int(first) * header.pageSize + Self.pageHeaderBytes
        try checkFreePages(
          try stored(file.read(count: min(dataBytes, header.fileBytes), at: start)), place: place)
      }
    case Flag.nodeTree where content == .databases && dataBytes == ShardFileHeader.Tree.byteCount:
      let name = String(decoding: page[(offset + Self.nodeHeaderBytes)..<data], as: UTF8.self)
      let tree = ShardFileHeader.Tree(page, at: data)
      guard tree.flags == 0 else { throw Damage(text: "\(name) is of kind \(tree.flags)") }
      if scope.includes(name) { try walk(tree, name: name, .records) }
    default:
      throw Damage(text: "\(place) is of kind \(flags)")
    }
    guard let visit, content == .records,
      ["videos", "shard"].contains(name) || (scope == .records && name == "samples")
    else { return }
    let key = Array(page[(offset + Self.nodeHeaderBytes)..<data])
    guard flags == Flag.nodeOverflow else {
      return try visit(name, key, Array(page[data..<(data + dataBytes)]))
    }
    // Its pages were claimed, so it lies within the file.
    let start = Int(page.integer(at: data) as UInt64) * header.pageSize + Self.pageHeaderBytes
    try visit(name, key, try stored(file.read(count: dataBytes, at: start)))
  }

  /// Pages that a writer may take again (`MDB_IDL`: a count, then as many numbers): none is in use.
  private mutating func checkFreePages(_ list: [UInt8], place: String) throws {
    let count = list.count < 8 ? nil : Int(exactly: list.integer(at: 0) as UInt64)
    guard let count, count <= list.count / 8 - 1 else {
      throw Damage(text: "\(place) is no list of pages")
    }
    for index in 0..<count { try claim(list.integer(at: 8 + 8 * index)) }
  }

  /// A long value: whole pages in a row, with one header.
  private mutating func checkOverflow(
    _ number: UInt64, dataBytes: Int, place: String, counts: inout Counts
  ) throws {
    let needed = (Self.pageHeaderBytes + dataBytes - 1) / header.pageSize + 1
    if scope == .everything {
      let first = try read(number, bytes: Self.pageHeaderBytes)
      let pages = Int(first.integer(at: 12) as UInt32)
      guard first.integer(at: 10) == Flag.overflow, pages == needed else {
        throw Damage(
          text: "\(place): expected \(needed) pages for \(dataBytes) bytes at page \(number), got "
            + "\(pages)")
      }
    } else {
      try claim(number)
    }
    // Claimed one by one, each within the file: the sum does not overflow.
    for index in 1..<max(1, UInt64(needed)) { try claim(number + index) }
    counts.overflow += UInt64(needed)
  }

  /// The start of a page, whose own number must be right.
  private mutating func read(_ number: UInt64, bytes: Int) throws -> [UInt8] {
    try claim(number)
    let page = try stored(file.read(count: bytes, at: Int(number) * header.pageSize))
    guard page.count == bytes, page.integer(at: 0) == number else {
      throw Damage(text: "page \(number) is missing or is another one")
    }
    return page
  }

  /// Each page belongs to one place: no cycle, no overlap. The two first are the header's.
  private mutating func claim(_ number: UInt64) throws {
    guard number >= 2, number <= header.lastPage, !seen[Int(number)] else {
      throw Damage(
        text: "page \(number) is out of bounds or used twice, expected 2...\(header.lastPage)")
    }
    seen[Int(number)] = true
  }
}

extension PageCheck.Scope {
  /// Whether some trees are left out.
  fileprivate var isPartial: Bool {
    switch self {
    case .videos, .records, .images: true
    case .trees, .everything: false
    }
  }

  /// Whether the tree of a database is read.
  fileprivate func includes(_ database: String) -> Bool {
    switch self {
    case .videos: ["videos", "shard"].contains(database)
    case .records: ["videos", "shard", "samples"].contains(database)
    case .images: database == "images"
    case .trees, .everything: true
    }
  }
}
