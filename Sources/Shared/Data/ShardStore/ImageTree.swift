internal import Files
internal import Workers

/// The tree of a shard's images. Only the pages that lead to an image are checked, before it is
/// read.
///
/// LMDB trusts what it maps, see `PageCheck`. A search goes from the root to one leaf, so these
/// pages are checked before it, each of them once. Images that are smaller than half a page lie in
/// the leaves: a check of the whole tree would read all of them before the first one is returned.
final class ImageTree: Sendable {
  private struct Checked {
    var claims: PageClaims
    /// The first damage that was found. It stays, because a claimed page is not checked again.
    var damage: PageDamage?
  }

  private let path: String
  private let pageSize: Int
  private let tree: ShardFileHeader.Tree
  private let lastPage: UInt64
  private let file: OpenFile
  private let checked: Locked<Checked>

  /// Reads the header and the list of databases.
  init(ofShard path: String) throws(ShardStoreError) {
    let (header, tree) = try PageCheck.imageTree(path)
    self.path = path
    self.tree = tree
    pageSize = header.pageSize
    lastPage = header.lastPage
    file = try stored(OpenFile(path, .read))
    file.expectRandomReads()
    checked = Locked(Checked(claims: PageClaims(lastPage: header.lastPage)))
  }

  /// Throws if a page from the root to the leaf of a key, including these two, is damaged.
  ///
  /// No lock is held while a page is read.
  func checkPages(to key: [UInt8]) throws(ShardStoreError) {
    do throws(PageDamage) {
      if let damage = checked.withLock({ $0.damage }) { throw damage }
    } catch {
      throw damaged(error)
    }
    guard let root = tree.rootPage else { return }
    guard (1...TreePage.maximumDepth).contains(tree.depth) else {
      throw damaged(PageDamage(text: "the tree of images has a depth of \(tree.depth)"))
    }
    var number = root
    var bounds = TreePage.Bounds()
    for levelsBelow in (0..<tree.depth).reversed() {
      let use = PageClaims.Use.tree(levelsBelow: levelsBelow)
      let isChecked = checked.withLock { $0.claims.has(number, use) }
      if levelsBelow == 0, isChecked { return }
      let bytes: [UInt8]
      // This is within the file, because its length was compared with the last page.
      if number <= lastPage {
        bytes = try stored(file.read(count: pageSize, at: Int(number) * pageSize))
      } else {
        bytes = []
      }
      do throws(PageDamage) {
        let page = try TreePage(
          bytes, number: number, of: "images", isLeaf: levelsBelow == 0, pageSize: pageSize)
        if !isChecked { try check(page, use, bounds) }
        if levelsBelow > 0 {
          let child = page.child(for: key)
          bounds = page.bounds(of: child, within: bounds)
          number = page.child(of: child)
        }
      } catch {
        checked.withLock { $0.damage = $0.damage ?? error }
        throw damaged(error)
      }
    }
  }

  private func check(
    _ page: TreePage, _ use: PageClaims.Use, _ bounds: TreePage.Bounds
  ) throws(PageDamage) {
    try checked.withLock { checked throws(PageDamage) in
      // Another thread may have checked the page meanwhile.
      guard !checked.claims.has(page.number, use) else { return }
      try checked.claims.claim(page.number, use)
      try page.checkOrder(.records, within: bounds)
      guard page.isLeaf else { return }
      for index in 0..<page.nodeCount {
        let value = try page.value(of: index)
        guard value.isLong || value.flags == 0 else {
          throw PageDamage(text: "\(page.place): node \(index) is of kind \(value.flags)")
        }
        if value.isLong {
          try checked.claims.claimLong(
            page.longPage(of: value), byteCount: value.byteCount, pageSize: pageSize)
        }
      }
    }
  }

  private func damaged(_ damage: PageDamage) -> ShardStoreError {
    ShardStoreError(.damagedShard, subject: path, damage.text + "; " + repairAdvice)
  }
}
