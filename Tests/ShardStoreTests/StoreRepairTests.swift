import Foundation
import ShardStoreFixtures
import TestSupport
import Testing
import VideoCatalog

@testable import ShardStore

/// Damaged videos are removed and extracted again. Then the store equals one that never
/// was damaged.
@Suite struct StoreRepairTests {
  private static let videos = 0..<9

  private let store: TemporaryFolder
  private let expected: [[UInt8]: [UInt8]]

  /// Several shards, and a failed video.
  init() throws {
    store = try TemporaryFolder()
    try Self.extract(into: store)
    expected = try dump(store)
    try #require(shardFiles(store).count >= 3)
  }

  /// What `extractor run` does: whatever the store doesn't have.
  private static func extract(into store: TemporaryFolder) throws {
    let writer = try openWriter(store, maximumShardBytes: 60_000)
    defer { writer.close() }
    for index in videos where writer.state(of: SyntheticVideos.catalogVideo(index).name) == nil {
      try writer.append(SyntheticVideos.extraction(index, imageBytes: 9_000))
    }
    let broken = SyntheticVideos.catalogVideo(videos.upperBound)
    if writer.state(of: broken.name) == nil { try writer.append(.failed(broken, reason: "broken")) }
  }

  private func repair() throws -> StoreRepair.Outcome {
    try StoreRepair(directory: store.path, imageSize: SyntheticVideos.imageSize).run()
  }

  /// Repairs, extracts again and compares.
  private func expectWhole(
    _ what: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> StoreRepair.Outcome {
    let sound = try soundVideos()
    let outcome = try repair()
    #expect(!outcome.isEmpty, "\(what)", sourceLocation: sourceLocation)
    // Undamaged videos are still there, except in shards that were set aside as a whole.
    if outcome.setAside.isEmpty {
      let kept = Set(try ShardReader(directory: store.path).videos.map(\.name))
      #expect(kept.isSuperset(of: sound), "\(what)", sourceLocation: sourceLocation)
    }
    #expect(try verify(store).findings == [], "\(what)", sourceLocation: sourceLocation)
    try Self.extract(into: store)
    #expect(try verify(store).findings == [], "\(what)", sourceLocation: sourceLocation)
    #expect(try dump(store) == expected, "\(what)", sourceLocation: sourceLocation)
    #expect(try repair().isEmpty, "\(what)", sourceLocation: sourceLocation)
    return outcome
  }

  private func soundVideos() throws -> Set<String> {
    let result = try verify(store)
    return Set(
      result.shards.flatMap { shard in
        shard.finishedVideos.filter { !shard.damagedVideos.contains($0) }
      })
  }

  private func replace(_ old: [UInt8], with new: [UInt8]) throws {
    try #require(old.count == new.count && old != new)
    for shard in try shardFiles(store) {
      let url = URL(fileURLWithPath: store.path + "/" + shard)
      var bytes = [UInt8](try Data(contentsOf: url))
      while let range = bytes.firstRange(of: old) { bytes.replaceSubrange(range, with: new) }
      try Data(bytes).write(to: url)
    }
  }

  @Test func aSoundStoreIsLeftAlone() throws {
    let before = try shardFiles(store).map {
      try Data(contentsOf: URL(fileURLWithPath: store.path + "/" + $0))
    }
    #expect(try repair() == StoreRepair.Outcome())
    let after = try shardFiles(store).map {
      try Data(contentsOf: URL(fileURLWithPath: store.path + "/" + $0))
    }
    #expect(before == after)
  }

  @Test func damagedPicturesAndRecordsAreRedone() throws {
    let image = SyntheticVideos.extraction(3, imageBytes: 9_000).samples[1].image
    var changed = image
    changed[5_000] ^= 0x40
    try replace(image, with: changed)
    let record = try RecordCoding.encode(
      SyntheticVideos.extraction(6).samples[0].record, subject: "")
    let text = String(decoding: record.prefix(40), as: UTF8.self)
    try replace(
      Array(text.utf8), with: Array(text.replacing("64.5", with: "64.6").utf8))
    let outcome = try expectWhole("a picture and records")
    #expect(outcome.setAside == [])
    #expect(outcome.removedVideos.contains(SyntheticVideos.catalogVideo(3).name))
  }

  @Test func lostEmptyAndForeignShardsAreRedone() throws {
    let shards = try shardFiles(store)
    func path(_ shard: String) -> String { store.path + "/" + shard }
    try FileManager.default.removeItem(atPath: path(shards[1]))
    #expect(try expectWhole("a missing shard").setAside == [])

    try Data().write(to: URL(fileURLWithPath: path(shards[0])))
    #expect(try expectWhole("an empty shard").setAside == [path(shards[0]) + ".damaged"])

    let present = try shardFiles(store)
    try Data([1, 2, 3]).write(to: URL(fileURLWithPath: path(present[0])))
    #expect(try expectWhole("a shard of garbage").setAside == [path(present[0]) + ".damaged"])

    // The same shard once more, put back after it was replaced.
    let last = try #require(shardFiles(store).last)
    let copy = try Data(contentsOf: URL(fileURLWithPath: path(last)))
    try Data().write(to: URL(fileURLWithPath: path(last)))
    _ = try expectWhole("the last shard")
    try copy.write(to: URL(fileURLWithPath: path(last)))
    #expect(try verify(store).findings.contains { $0.problem == .shardUnknown && $0.shard == last })
    #expect(try expectWhole("a shard put back").setAside == [path(last) + ".damaged-2"])

    try copy.write(to: URL(fileURLWithPath: path("shard-007-000000.mdb")))
    #expect(
      try expectWhole("a copy").setAside == [path("shard-007-000000.mdb") + ".damaged"])
    try FileManager.default.removeItem(atPath: path("task-000.json"))
    #expect(try expectWhole("a missing manifest").setAside == [])
  }

  @Test func aRolledBackShardIsRedone() throws {
    let path = store.path + "/" + (try #require(shardFiles(store).last))
    let older = try Data(contentsOf: URL(fileURLWithPath: path))
    let again = try openWriter(store, maximumShardBytes: 1 << 30)
    try again.append(SyntheticVideos.extraction(20))
    again.close()
    try older.write(to: URL(fileURLWithPath: path))
    #expect(try verify(store).findings.map(\.problem) == [.shardRolledBack])
    #expect(try expectWhole("an older shard").setAside == [])
  }

  /// One random byte after the other, anywhere in the files.
  @Test func anyDamageIsRedone() throws {
    var generator = SplitMix64(state: 11)
    var done = 0
    for round in 0..<60 {
      let shard = try #require(shardFiles(store).randomElement(using: &generator))
      let url = URL(fileURLWithPath: store.path + "/" + shard)
      var bytes = [UInt8](try Data(contentsOf: url))
      let page = Int.random(in: 0..<(bytes.count / 4_096), using: &generator)
      let within = round.isMultiple(of: 2) ? 0..<150 : 0..<4_096
      bytes[page * 4_096 + Int.random(in: within, using: &generator)] ^=
        UInt8.random(in: 1...255, using: &generator)
      try Data(bytes).write(to: url)
      guard try !verify(store).isSound else { continue }
      _ = try expectWhole("round \(round)")
      done += 1
    }
    #expect(done > 10, "\(done) of 60")
  }

  /// After a kill at any moment, a second repair completes it.
  @Test func aKilledRepairLosesNothing() throws {
    var generator = SplitMix64(state: 5)
    for round in 0..<12 {
      let shards = try shardFiles(store)
      for (index, shard) in shards.enumerated() {
        let path = store.path + "/" + shard
        if index == round % shards.count {
          #expect(truncate(path, 5_000) == 0)
        } else {
          var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
          // The last byte of some picture, where the shard has one.
          guard let end = bytes.lastIndex(of: 0xD9) else { continue }
          bytes[end] ^= 1
          try Data(bytes).write(to: URL(fileURLWithPath: path))
        }
      }
      let sound = try soundVideos()
      let probe = try Probe(["repair", store.path])
      usleep(UInt32.random(in: 1_000...40_000, using: &generator))
      probe.kill()
      // Once more, to its end.
      _ = try repair()
      let kept = Set(try ShardReader(directory: store.path).videos.map(\.name))
      #expect(kept.isSuperset(of: sound), "round \(round)")
      try Self.extract(into: store)
      #expect(try verify(store).findings == [], "round \(round)")
      #expect(try dump(store) == expected, "round \(round)")
    }
  }

  /// A task that is being written or read is not repaired.
  @Test func aTaskInUseIsRefused() throws {
    let writer = try openWriter(store)
    expectError(.busy, "task 0") { _ = try repair() }
    writer.close()
    let reader = try ShardReader(directory: store.path)
    expectError(.busy, "being read") { _ = try repair() }
    withExtendedLifetime(reader) {}
  }

  @Test func aCancelledRepairChangesNothing() throws {
    let image = SyntheticVideos.extraction(3, imageBytes: 9_000).samples[1].image
    var changed = image
    changed[5_000] ^= 0x40
    try replace(image, with: changed)
    let before = try dump(store)
    expectError(.cancelled) {
      _ = try StoreRepair(directory: store.path, imageSize: nil, isCancelled: { true }).run()
    }
    #expect(try dump(store) == before)
    _ = try expectWhole("after cancelling")
  }
}
