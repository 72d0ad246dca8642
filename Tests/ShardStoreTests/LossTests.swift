import Foundation
import ShardStoreFixtures
import Testing

@testable import ShardStore

/// Stores that have lost something, or have files of other stores: opening one reports that.
@Suite struct LossTests {
  private let store: TemporaryFolder
  private let shards: [String]

  /// Four shards of one or two videos each.
  init() throws {
    store = try TemporaryFolder()
    let writer = try openWriter(store, maximumShardBytes: 60_000)
    for index in 0..<7 {
      try writer.append(SyntheticVideos.extraction(index, imageBytes: 9_000))
    }
    try writer.append(.failed(SyntheticVideos.catalogVideo(7), reason: "broken"))
    writer.close()
    shards = try shardFiles(store)
    try #require(shards.count >= 3)
  }

  private func path(_ file: String) -> String { store.path + "/" + file }

  private func content(_ file: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: path(file)))
  }

  private func replace(_ file: String, _ content: Data) throws {
    try content.write(to: URL(fileURLWithPath: path(file)))
  }

  /// What `verify` finds; and that a reader and a writer refuse the store, naming the file and what
  /// to do, with what is there still readable on request.
  private func expectFinding(
    _ problem: StoreFinding.Problem, _ file: String, readable: Bool = true,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let findings = try verify(store).findings
    #expect(
      findings.contains { $0.problem == problem && ($0.shard == file || $0.key == file) },
      "\(findings)", sourceLocation: sourceLocation)
    let code = readable ? ShardStoreError.Code.damagedStore : .damagedShard
    expectError(code, file, "--redo-damaged", sourceLocation: sourceLocation) {
      _ = try ShardReader(directory: store.path)
    }
    expectError(code, file, "--redo-damaged", sourceLocation: sourceLocation) {
      try openWriter(store).close()
    }
    // Another task's writer would take what it sees for the whole store.
    expectError(code, file, sourceLocation: sourceLocation) {
      try openWriter(store, task: 5).close()
    }
    guard readable else { return }
    let reader = try ShardReader(directory: store.path, allowLosses: true)
    #expect(reader.findings.map(\.problem).contains(problem), sourceLocation: sourceLocation)
  }

  /// Removing and putting back: the advice that the message gives first.
  @Test func aMissingShardIsFoundUntilItIsPutBack() throws {
    for shard in shards {
      let whole = try content(shard)
      try FileManager.default.removeItem(atPath: path(shard))
      try expectFinding(.shardMissing, shard)
      try replace(shard, whole)
      #expect(try verify(store).findings == [])
      #expect(try ShardReader(directory: store.path).videos.count == 8)
    }
  }

  @Test func anEmptyShardIsFound() throws {
    for shard in shards {
      let whole = try content(shard)
      try replace(shard, Data())
      try expectFinding(.shard, shard, readable: false)
      try replace(shard, whole)
    }
  }

  /// An older copy of a shard is as sound as the shard was then.
  @Test func aRolledBackShardIsFound() throws {
    let last = try #require(shards.last)
    let older = try content(last)
    let writer = try openWriter(store)
    try writer.append(SyntheticVideos.extraction(8))
    writer.close()
    try replace(last, older)
    try expectFinding(.shardRolledBack, last)
  }

  /// A header that leads to the snapshot before the last one, in any of several ways.
  @Test func aHeaderOfAnOlderSnapshotIsFound() throws {
    let shard = shards[0]
    let whole = [UInt8](try content(shard))
    let transactions: [UInt64] = [16, 4_096 + 16].map { whole.integer(at: $0 + 128) }
    let newer = transactions[0] > transactions[1] ? 0 : 4_096
    let older = 4_096 - newer
    let last = max(transactions[0], transactions[1])
    // Two more than it was: the older one is taken for the newest, and fits into the row.
    for (page, value, problem) in [
      (older, last + 1, StoreFinding.Problem.shard), (older, last + 3, .shard), (newer, 0, .shard),
      // A whole snapshot without the last transaction.
      (newer, last - 2, .shardRolledBack),
    ] {
      var changed = whole
      changed[page + 16 + 128] = UInt8(truncatingIfNeeded: value)
      try replace(shard, Data(changed))
      #expect(try verify(store).findings.map(\.problem) == [problem], "\(page) \(value)")
      expectError(problem == .shard ? .damagedShard : .damagedStore, shard) {
        _ = try ShardReader(directory: store.path)
      }
    }
  }

  @Test func aShardUnderAnotherNameIsFound() throws {
    let next = "shard-000-00000\(shards.count).mdb"
    for copy in [shards[1], next, "shard-003-000000.mdb"] {
      let before = try? content(copy)
      try replace(copy, try content(shards[0]))
      try expectFinding(.shardDuplicated, copy)
      if let before {
        try replace(copy, before)
      } else {
        try FileManager.default.removeItem(atPath: path(copy))
      }
    }
    #expect(try verify(store).findings == [])
  }

  @Test func aShardOfAnotherStoreIsFound() throws {
    let other = try TemporaryFolder()
    let writer = try openWriter(other)
    for index in 20..<23 { try writer.append(SyntheticVideos.extraction(index)) }
    writer.close()
    let foreign = try Data(
      contentsOf: URL(fileURLWithPath: other.path + "/shard-000-000000.mdb"))
    for name in [
      "shard-000-000000.mdb", "shard-000-00000\(shards.count).mdb", "shard-004-000000.mdb",
    ] {
      let before = try? content(name)
      try replace(name, foreign)
      try expectFinding(.shardForeign, name)
      if let before {
        try replace(name, before)
      } else {
        try FileManager.default.removeItem(atPath: path(name))
      }
    }
  }

  @Test func aMissingOrDamagedManifestIsFound() throws {
    let manifest = "task-000.json"
    let whole = try content(manifest)
    try FileManager.default.removeItem(atPath: path(manifest))
    try expectFinding(.manifest, manifest)
    var bytes = whole
    bytes[40] ^= 1
    for damaged in [Data(), Data("{}".utf8), bytes, whole.prefix(100)] {
      try replace(manifest, damaged)
      try expectFinding(.manifest, manifest)
    }
    // Another store's, and another task's.
    let other = try TemporaryFolder()
    try openWriter(other).close()
    try replace(
      manifest, try Data(contentsOf: URL(fileURLWithPath: other.path + "/" + manifest)))
    try expectFinding(.manifest, manifest)
    try openWriter(other, task: 1).close()
    try replace(
      manifest, try Data(contentsOf: URL(fileURLWithPath: other.path + "/task-001.json")))
    try expectFinding(.manifest, manifest)
    try replace(manifest, whole)
    #expect(try verify(store).findings == [])
  }

  /// A kill between a commit and the update of the manifest is no damage: the next writer catches
  /// up.
  @Test func aShardThatIsNewerThanItsManifestIsSound() throws {
    let manifest = "task-000.json"
    let before = try content(manifest)
    for count in 1...2 {
      let writer = try openWriter(store, maximumShardBytes: count == 1 ? 1 << 30 : 1)
      try writer.append(SyntheticVideos.extraction(7 + count))
      writer.close()
    }
    let after = try content(manifest)
    // Before both commits, of which the second began a shard.
    try replace(manifest, before)
    #expect(try verify(store).findings == [])
    #expect(try ShardReader(directory: store.path).videos.count == 10)
    try openWriter(store).close()
    #expect(try content(manifest) == after)
  }

  @Test func aChangedDescriptionIsFound() throws {
    let whole = try content("store.json")
    for (old, new) in [("\"margin\" : 1.3", "\"margin\" : 1.4"), ("ownCRC32", "ownCRC33")] {
      let text = String(decoding: whole, as: UTF8.self)
      let changed = text.replacing(old, with: new)
      try #require(changed != text)
      try replace("store.json", Data(changed.utf8))
      #expect(try verify(store).findings.map(\.problem) == [.description])
      expectError(.notAStore, "store.json", "put the file back") {
        _ = try ShardReader(directory: store.path)
      }
    }
    try replace("store.json", whole)
    #expect(try verify(store).findings == [])
  }

  /// A shard that shrinks while it is read is reported as such, not as damaged records.
  @Test func aShardThatIsTruncatedWhileItIsReadIsNamed() throws {
    // A picture at the very end: the rest of its last page reads as zeros when that is cut off,
    // where reading a page that is gone would be a bus error.
    let store = try TemporaryFolder()
    for index in 0..<40 {
      let writer = try openWriter(store)
      try writer.append(SyntheticVideos.extraction(index, imageBytes: 9_000))
      writer.close()
      let reader = try ShardReader(directory: store.path)
      let path = store.path + "/shard-000-000000.mdb"
      let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
      for sample in try reader.samples() {
        let range = try #require(whole.firstRange(of: try reader.image(of: sample)))
        guard range.upperBound > whole.count - 4_096 else { continue }
        #expect(truncate(path, off_t(range.upperBound - 50)) == 0)
        expectError(.damagedShard, "truncated: expected \(whole.count) bytes, got") {
          _ = try reader.image(of: sample)
        }
        return
      }
    }
    Issue.record("no shard ends with a picture")
  }

  /// A folder whose name is taken, or that can't be created or listed, gives an error in words.
  @Test func foldersThatCantBeUsedAreSentences() throws {
    let file = store.path + "/store.json"
    expectError(.inputOutput, file, "a file of this name is there; choose another folder") {
      _ = try ShardWriter(
        directory: file, task: 0, description: SyntheticVideos.description)
    }
    expectError(.inputOutput, file + "/faces", "can't create the folder (Not a directory)") {
      _ = try ShardWriter(
        directory: file + "/faces", task: 0, description: SyntheticVideos.description)
    }
    expectError(.inputOutput, file, "can't list the folder (Not a directory)") {
      _ = try ShardName.all(inStore: file)
    }
    expectError(.notAStore, "no such folder; expected the output folder of an extraction") {
      _ = try ShardName.all(inStore: store.path + "/none")
    }
    let deep = store.path + "/new/and/deep/"
    try ShardWriter(directory: deep, task: 0, description: SyntheticVideos.description).close()
    #expect(try ShardReader(directory: deep).videos.isEmpty)
  }
}
