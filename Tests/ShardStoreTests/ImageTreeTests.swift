import Foundation
import ShardStoreFixtures
import TestSupport
import Testing

@testable import ShardStore

/// Images in the leaves of their tree: one is returned after a check of the pages that lead to it.
@Suite struct ImageTreeTests {
  private static let pageSize = 4_096
  private let store: TemporaryFolder
  private let file: String
  private let bytes: [UInt8]

  /// A shard of 600 images with a page for every four, below two levels of branches at the least.
  init() throws {
    store = try TemporaryFolder()
    let writer = try openWriter(store)
    for index in 0..<60 {
      try writer.append(SyntheticVideos.extraction(index, faces: 10, imageBytes: 900))
    }
    writer.close()
    file = store.path + "/" + (try #require(try shardFiles(store).first))
    bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
  }

  private func write(_ bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: file))
  }

  /// Pages of the tree of the images, by their kind.
  private func pages(branch: Bool) throws -> [Int] {
    let (header, tree) = try PageCheck.imageTree(file)
    func below(_ number: UInt64, _ levels: Int) throws -> [Int] {
      let start = Int(number) * header.pageSize
      let page = try TreePage(
        Array(bytes[start..<start + header.pageSize]), number: number, of: "images",
        isLeaf: levels == 0, pageSize: header.pageSize)
      let children =
        levels == 0
        ? [] : try (0..<page.nodeCount).flatMap { try below(page.child(of: $0), levels - 1) }
      return (page.isLeaf != branch ? [Int(number)] : []) + children
    }
    return try below(try #require(tree.rootPage), tree.depth - 1)
  }

  @Test func onlyThePagesThatLeadToAnImageAreLookedAt() throws {
    let leaves = try pages(branch: false)
    let branches = try pages(branch: true)
    #expect(leaves.count > 100 && branches.count > 2)
    let reader = try ShardReader(directory: store.path)
    let samples = try reader.samples()
    #expect(samples.count == 600)
    for (page, isBranch) in leaves.map({ ($0, false) }) + branches.map({ ($0, true) }) {
      var changed = bytes
      // The number of the page: nothing that LMDB itself would notice.
      changed[page * Self.pageSize + 3] ^= 0x40
      try write(changed)
      let reader = try ShardReader(directory: store.path)
      var lost = 0
      // Each with a reader of its own, because a reader remembers damage.
      for sample in isBranch ? samples : [samples[0], samples[599]] {
        let fresh = try isBranch ? ShardReader(directory: store.path) : reader
        do throws(ShardStoreError) {
          _ = try fresh.image(of: sample)
        } catch {
          #expect(error.code == .damagedShard)
          #expect("\(error)".contains("page \(page) is missing or is another one"))
          #expect(throws: error) { try fresh.image(of: sample) }
          lost += 1
        }
        if isBranch, lost > 3 { break }
      }
      if isBranch {
        #expect(lost > 3)
      } else {
        #expect((lost > 0) == (page == leaves[0] || page == leaves[leaves.count - 1]), "\(page)")
      }
    }
    try write(bytes)
  }

  /// Several threads come to the same pages at once.
  @Test func threadsShareWhatIsChecked() throws {
    let reader = try ShardReader(directory: store.path)
    let samples = try reader.samples()
    let expected = try samples.map { try reader.image(of: $0) }
    for _ in 0..<20 {
      let fresh = try ShardReader(directory: store.path)
      DispatchQueue.concurrentPerform(iterations: 8) { thread in
        for index in samples.indices where index % 4 == thread % 4 {
          #expect((try? fresh.image(of: samples[index])) == expected[index])
        }
      }
    }
  }

  /// A branch that leads to a page of another level, to itself, or beyond the file.
  @Test func aBranchLeadsToItsOwnLevel() throws {
    let (header, tree) = try PageCheck.imageTree(file)
    let root = Int(try #require(tree.rootPage))
    #expect(tree.depth >= 3)
    let start = root * Self.pageSize
    let node = start + Int(Array(bytes[start..<start + Self.pageSize]).integer(at: 16) as UInt16)
    let leaf = try #require(try pages(branch: false).last)
    for target in [root, leaf, 0, 1, Int(header.lastPage) + 1, 1 << 40, 1 << 48 - 1] {
      var changed = bytes
      for byte in 0..<4 { changed[node + byte] = UInt8(truncatingIfNeeded: target >> (8 * byte)) }
      changed[node + 4] = UInt8(truncatingIfNeeded: target >> 32)
      changed[node + 5] = UInt8(truncatingIfNeeded: target >> 40)
      try write(changed)
      let reader = try ShardReader(directory: store.path)
      let sample = try #require(try reader.samples().first)
      do throws(ShardStoreError) {
        _ = try reader.image(of: sample)
        Issue.record("a branch to page \(target) was followed")
      } catch {
        #expect(error.code == .damagedShard, "\(error)")
      }
    }
    try write(bytes)
  }

  /// A tree whose root is no page of the file.
  @Test(arguments: [UInt64.max - 1, 1 << 52, 1 << 20, 0])
  func aRootBeyondTheFile(root: UInt64) throws {
    let (_, tree) = try PageCheck.imageTree(file)
    var changed = bytes
    // The end of the tree's record in the list of databases; the file may hold older copies of it.
    let record = [tree.entries, tree.root].flatMap { number in
      (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
    let file = Data(bytes)
    var from = file.startIndex
    var found = 0
    while let range = file.range(of: Data(record), in: from..<file.endIndex) {
      for byte in 0..<8 {
        changed[range.lowerBound + 8 + byte] = UInt8(truncatingIfNeeded: root >> (8 * byte))
      }
      found += 1
      from = range.upperBound
    }
    #expect(found > 0)
    try write(changed)
    let reader = try ShardReader(directory: store.path)
    let sample = try #require(try reader.samples().first)
    do throws(ShardStoreError) {
      _ = try reader.image(of: sample)
      Issue.record("a root at page \(root) was read")
    } catch {
      #expect(error.code == .damagedShard, "\(error)")
    }
    try write(bytes)
  }
}
