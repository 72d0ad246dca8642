internal import Files
internal import Workers

/// The tree of a shard's images, of which only what leads to an image is looked at.
///
/// LMDB trusts what it maps, see `PageCheck`; a search goes from the root to one leaf. So these pages are
/// checked before it goes there, each of them once: an image that is smaller than half a page lies in its
/// leaf, and checking the whole tree would read all of them before the first one is given.
final class ImageTree: Sendable {
  private struct Checked {
    var claims: PageClaims
    /// What was found once is found for good: a page that is claimed is not looked at again.
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

  /// Throws where a page between the root and the leaf of a key, or the leaf itself, is damaged.
  ///
  /// Pages are read while no other thread waits.
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
      // Within the file, whose length was compared with the last page.
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
      // Another thread may have come to it meanwhile.
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
