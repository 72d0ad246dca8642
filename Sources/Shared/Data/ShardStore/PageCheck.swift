internal import Files
import Foundation

/// Walks the pages of an LMDB 0.9 file without LMDB and checks that they form sound trees.
///
/// LMDB trusts what it maps: a damaged page can end the process (an assertion, or an access beyond
/// the map). After this check every page is as LMDB expects it, and the separators in the branches
/// lead to each key. Layout as in mdb.c: `MDB_page`, `MDB_node`, `MDB_db`.
struct PageCheck: ~Copyable {
  /// How much is checked: what LMDB may read afterwards.
  enum Scope {
    /// The list of the databases.
    case databases
    /// The trees of the databases `videos` and `shard`.
    case videos
    /// Those and the tree of `samples`: enough to open a store. Cost: the pages with records.
    case records
    /// All trees, and the positions of long values. Cost: the file without its images.
    case trees
    /// All trees and the header of each long value. Cost: one more small read per image.
    case everything
  }

  private struct Counts {
    var branch: UInt64 = 0
    var leaf: UInt64 = 0
    var overflow: UInt64 = 0
    var entries: UInt64 = 0
  }

  private let path: String
  private let header: ShardFileHeader
  private let file: OpenFile
  private let scope: Scope
  private var claims: PageClaims
  /// Root and counts of the tree of images, once they are read.
  private var images: ShardFileHeader.Tree?
  private let isCancelled: () -> Bool
  /// Receives the entries of the databases in the scope, in order; nil if they are not wanted.
  private let visit: Visit?

  /// Receives an entry: the database, the key, the value.
  typealias Visit = (_ database: String, _ key: [UInt8], _ value: [UInt8]) throws(ShardStoreError)
    -> Void

  private init(
    _ header: ShardFileHeader, _ path: String, scope: Scope,
    isCancelled: @escaping () -> Bool = { false }, visit: Visit? = nil
  ) throws(ShardStoreError) {
    self.header = header
    self.path = path
    self.scope = scope
    self.visit = visit
    file = try stored(OpenFile(path, .read))
    if scope.isPartial { file.expectRandomReads() }
    claims = PageClaims(lastPage: header.lastPage)
    self.isCancelled = isCancelled
  }

  /// Throws if the file's pages do not form sound trees.
  ///
  /// - Parameter visit: receives the entries of `videos`, `shard` and, in the scope `.records`,
  ///   `samples`, which are read without a map.
  /// - Returns: the number of the file's last transaction.
  @discardableResult
  static func run(
    _ path: String, _ scope: Scope, isCancelled: @escaping () -> Bool = { false },
    visit: Visit? = nil
  ) throws(ShardStoreError) -> Int {
    let header = try ShardFileHeader.read(path)
    try header.checkLength(path)
    var check = try PageCheck(
      header, path, scope: scope, isCancelled: isCancelled, visit: visit)
    try check.walk()
    return Int(clamping: header.transaction)
  }

  /// The header of a shard, and root and counts of its tree of images.
  static func imageTree(
    _ path: String
  ) throws(ShardStoreError) -> (header: ShardFileHeader, tree: ShardFileHeader.Tree) {
    let header = try ShardFileHeader.read(path)
    try header.checkLength(path)
    var check = try PageCheck(header, path, scope: .databases)
    try check.walk()
    guard let images = check.images else {
      throw ShardStoreError(
        .damagedShard, subject: path, "the shard has no database images; " + repairAdvice)
    }
    return (header, images)
  }

  private mutating func walk() throws(ShardStoreError) {
    do {
      try walk(header.main, name: "databases", .databases)
      if !scope.isPartial { try walk(header.freePages, name: "free pages", .freePages) }
    } catch let damage as PageDamage {
      throw ShardStoreError(.damagedShard, subject: path, damage.text + "; " + repairAdvice)
    } catch let error as ShardStoreError {
      throw error
    } catch {
      throw ShardStoreError(
        .inputOutput, subject: path, "cannot check the pages", cause: "\(error)")
    }
  }

  private mutating func walk(
    _ tree: ShardFileHeader.Tree, name: String, _ content: TreePage.Content
  ) throws {
    var counts = Counts()
    if let root = tree.rootPage {
      guard (1...TreePage.maximumDepth).contains(tree.depth) else {
        throw PageDamage(text: "the tree of \(name) has a depth of \(tree.depth)")
      }
      try walkPage(
        root, levelsBelow: tree.depth - 1, name: name, content, TreePage.Bounds(), counts: &counts)
    }
    guard counts.branch == tree.branchPages, counts.leaf == tree.leafPages,
      counts.overflow == tree.overflowPages, counts.entries == tree.entries
    else {
      throw PageDamage(
        text: "the tree of \(name) counts \(tree.entries) entries in \(tree.leafPages) leaf, "
          + "\(tree.branchPages) branch and \(tree.overflowPages) overflow pages, got "
          + "\(counts.entries) in \(counts.leaf), \(counts.branch) and \(counts.overflow)")
    }
  }

  private mutating func walkPage(
    _ number: UInt64, levelsBelow: Int, name: String, _ content: TreePage.Content,
    _ bounds: TreePage.Bounds,
    counts: inout Counts
  ) throws {
    guard !isCancelled() else {
      throw ShardStoreError(.cancelled, subject: name, "the check was cancelled")
    }
    try claims.claim(number, .tree(levelsBelow: levelsBelow))
    let isLeaf = levelsBelow == 0
    let page = try TreePage(
      try stored(file.read(count: header.pageSize, at: Int(number) * header.pageSize)),
      number: number, of: name, isLeaf: isLeaf, pageSize: header.pageSize)
    try page.checkOrder(content, within: bounds)
    guard !isLeaf else {
      counts.leaf += 1
      counts.entries += UInt64(page.nodeCount)
      for index in 0..<page.nodeCount {
        try checkLeafNode(page, index, content, counts: &counts)
      }
      return
    }
    counts.branch += 1
    if scope.isPartial {
      // All pages of the tree are needed, but not what lies between them.
      for index in 0..<page.nodeCount where page.child(of: index) <= header.lastPage {
        file.prefetch(count: header.pageSize, at: Int(page.child(of: index)) * header.pageSize)
      }
    }
    for index in 0..<page.nodeCount {
      try walkPage(
        page.child(of: index), levelsBelow: levelsBelow - 1, name: name, content,
        page.bounds(of: index, within: bounds), counts: &counts)
    }
  }

  private mutating func checkLeafNode(
    _ page: TreePage, _ index: Int, _ content: TreePage.Content, counts: inout Counts
  ) throws {
    let value = try page.value(of: index)
    let place = "\(page.place): node \(index)"
    let inPage = value.start..<value.start + (value.isLong ? 8 : value.byteCount)
    switch value.flags {
    case 0 where content == .records:
      break
    case 0 where content == .freePages:
      try checkFreePages(Array(page.bytes[inPage]), place: place)
    case TreePage.Flag.nodeOverflow where content != .databases:
      let first = page.longPage(of: value)
      try checkOverflow(first, dataBytes: value.byteCount, place: place, counts: &counts)
      if content == .freePages {
        let start = Int(first) * header.pageSize + TreePage.headerBytes
        try checkFreePages(
          try stored(file.read(count: min(value.byteCount, header.fileBytes), at: start)),
          place: place)
      }
    case TreePage.Flag.nodeTree
    where content == .databases && value.byteCount == ShardFileHeader.Tree.byteCount:
      let name = String(decoding: page.key(of: index), as: UTF8.self)
      let tree = ShardFileHeader.Tree(page.bytes, at: value.start)
      guard tree.flags == 0 else { throw PageDamage(text: "\(name) is of kind \(tree.flags)") }
      if name == "images" { images = tree }
      if scope.includes(name) { try walk(tree, name: name, .records) }
    default:
      throw PageDamage(text: "\(place) is of kind \(value.flags)")
    }
    guard let visit, content == .records,
      ["videos", "shard"].contains(page.tree) || (scope == .records && page.tree == "samples")
    else { return }
    let key = Array(page.key(of: index))
    guard value.isLong else { return try visit(page.tree, key, Array(page.bytes[inPage])) }
    // The value lies within the file, because its pages were claimed.
    let start = Int(page.longPage(of: value)) * header.pageSize + TreePage.headerBytes
    try visit(page.tree, key, try stored(file.read(count: value.byteCount, at: start)))
  }

  /// Claims the pages that a writer may take again (`MDB_IDL`: a count, then as many numbers), so
  /// that none of them can be in use.
  private mutating func checkFreePages(_ list: [UInt8], place: String) throws {
    let count = list.count < 8 ? nil : Int(exactly: list.integer(at: 0) as UInt64)
    guard let count, count <= list.count / 8 - 1 else {
      throw PageDamage(text: "\(place) is no list of pages")
    }
    for index in 0..<count { try claims.claim(list.integer(at: 8 + 8 * index), .other) }
  }

  /// Checks a long value: consecutive whole pages with one header.
  private mutating func checkOverflow(
    _ number: UInt64, dataBytes: Int, place: String, counts: inout Counts
  ) throws {
    let needed = try claims.claimLong(number, byteCount: dataBytes, pageSize: header.pageSize)
    if scope == .everything {
      let first = try stored(
        file.read(count: TreePage.headerBytes, at: Int(number) * header.pageSize))
      guard first.count == TreePage.headerBytes, first.integer(at: 0) == number else {
        throw PageDamage(text: "page \(number) is missing or is another one")
      }
      let pages = Int(first.integer(at: 12) as UInt32)
      guard first.integer(at: 10) == TreePage.Flag.overflow, pages == needed else {
        throw PageDamage(
          text: "\(place): expected \(needed) pages for \(dataBytes) bytes at page \(number), got "
            + "\(pages)")
      }
    }
    counts.overflow += needed
  }
}

extension PageCheck.Scope {
  /// Whether some trees are left out.
  fileprivate var isPartial: Bool {
    switch self {
    case .databases, .videos, .records: true
    case .trees, .everything: false
    }
  }

  /// Whether the tree of a database is read.
  fileprivate func includes(_ database: String) -> Bool {
    switch self {
    case .databases: false
    case .videos: ["videos", "shard"].contains(database)
    case .records: ["videos", "shard", "samples"].contains(database)
    case .trees, .everything: true
    }
  }
}
