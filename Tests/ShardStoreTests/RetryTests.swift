import Foundation
import ShardStoreFixtures
import Testing
import VideoCatalog

@testable import ShardStore

@Suite struct RetryTests {
  private func fail(_ index: Int, _ reason: String = "broken") -> VideoExtraction {
    .failed(SyntheticVideos.catalogVideo(index), reason: reason)
  }

  private func filesWithVideo(_ index: Int, _ store: TemporaryFolder) throws -> [String] {
    let key = Array(SyntheticVideos.catalogVideo(index).name.utf8)
    return try ShardName.all(inStore: store.path).filter { shard in
      let use = try EnvironmentUse.reading(
        shard.path(inStore: store.path), checking: .everything)
      return try use.read { transaction, databases throws(ShardStoreError) in
        try transaction.value(of: key, in: databases.videos) != nil
      }
    }.map(\.fileName)
  }

  @Test func failuresMoveWithTheLastShard() throws {
    let store = try TemporaryFolder()
    let writer = try openWriter(store, maximumShardBytes: 100_000)
    try writer.append(fail(100))
    try writer.append(fail(101))
    for index in 0..<20 { try writer.append(SyntheticVideos.extraction(index)) }
    let last = try #require(shardFiles(store).last)
    #expect(last != "shard-000-000000.mdb")
    #expect(try filesWithVideo(100, store) == [last])
    try writer.append(SyntheticVideos.extraction(100))
    try writer.append(fail(101, "broken again"))
    #expect(writer.failedVideos == [SyntheticVideos.catalogVideo(101).name])
    expectError(.alreadyStored) { try writer.append(fail(100)) }
    writer.close()
    #expect(try filesWithVideo(100, store) == [last])
    #expect(try filesWithVideo(101, store) == [try #require(shardFiles(store).last)])
    #expect(try verify(store).findings == [])
    let videos = try ShardReader(directory: store.path).videos
    #expect(videos.count == 22)
    let again = videos.first { $0.name == SyntheticVideos.catalogVideo(101).name }
    #expect(again?.record.reason == "broken again")
  }

  @Test func aRetryAfterReopening() throws {
    let store = try TemporaryFolder()
    var writer = try openWriter(store, maximumShardBytes: 50_000)
    try writer.append(fail(50))
    for index in 0..<10 { try writer.append(SyntheticVideos.extraction(index)) }
    writer.close()
    writer = try openWriter(store, maximumShardBytes: 50_000)
    #expect(writer.state(of: SyntheticVideos.catalogVideo(50).name) == .failed)
    try writer.append(SyntheticVideos.extraction(50))
    writer.close()
    #expect(try filesWithVideo(50, store).count == 1)
    #expect(try verify(store).findings == [])
  }

  /// A crash between the two transactions of a rollover leaves a failed entry in both shards.
  @Test func aRolloverIsCompletedAtTheNextOpening() throws {
    let store = try TemporaryFolder()
    var writer = try openWriter(store, maximumShardBytes: 50_000)
    try writer.append(fail(50))
    try writer.append(SyntheticVideos.extraction(0))
    writer.close()
    let first = store.path + "/shard-000-000000.mdb"
    let manifest = store.path + "/task-000.json"
    let saved = try Data(contentsOf: URL(fileURLWithPath: first))
    let savedManifest = try Data(contentsOf: URL(fileURLWithPath: manifest))
    writer = try openWriter(store, maximumShardBytes: 1_000)
    try writer.append(SyntheticVideos.extraction(1))
    writer.close()
    try saved.write(to: URL(fileURLWithPath: first))
    try savedManifest.write(to: URL(fileURLWithPath: manifest))
    #expect(try filesWithVideo(50, store).count == 2)
    #expect(try verify(store).findings.map(\.problem) == [.videoTwice])
    // Readers return one entry all the same.
    #expect(try ShardReader(directory: store.path).videos.count == 3)
    try openWriter(store).close()
    #expect(try filesWithVideo(50, store) == ["shard-000-000001.mdb"])
    #expect(try verify(store).findings == [])
  }

  @Test func anotherTaskMayRetry() throws {
    let store = try TemporaryFolder()
    let first = try openWriter(store)
    try first.append(fail(1))
    try first.append(SyntheticVideos.extraction(0))
    first.close()
    let untouched = try Data(contentsOf: URL(fileURLWithPath: store.path + "/shard-000-000000.mdb"))
    let second = try openWriter(store, task: 3)
    #expect(second.failedVideos == [SyntheticVideos.catalogVideo(1).name])
    try second.append(SyntheticVideos.extraction(1))
    #expect(second.failedVideos == [])
    second.close()
    #expect(
      try Data(contentsOf: URL(fileURLWithPath: store.path + "/shard-000-000000.mdb")) == untouched)
    // Finished counts before failed, and the check accepts that.
    let videos = try ShardReader(directory: store.path).videos
    #expect(videos.map(\.record.state) == [.done, .done])
    #expect(try verify(store).findings == [])
    // The first task drops its entry when it comes again.
    try openWriter(store).close()
    #expect(try filesWithVideo(1, store) == ["shard-003-000000.mdb"])
  }

  @Test func aCopiedShardIsFoundAndSeenOnce() throws {
    let store = try TemporaryFolder()
    let writer = try openWriter(store)
    try writer.append(SyntheticVideos.extraction(0))
    writer.close()
    try FileManager.default.copyItem(
      atPath: store.path + "/shard-000-000000.mdb", toPath: store.path + "/shard-001-000000.mdb")
    let reader = try ShardReader(directory: store.path, allowLosses: true)
    #expect(reader.videos.count == 1)
    #expect(try reader.samples().count == 3)
    let findings = try verify(store).findings
    #expect(findings.map(\.problem) == [.shardDuplicated, .manifest, .videoTwice])
    #expect(findings.last?.description.contains("shard-000-000000.mdb") == true)
  }
}
