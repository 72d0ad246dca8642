import Foundation
import ShardStoreFixtures
import Testing
import VideoCatalog

@testable import ShardStore

/// Shards that are written on a scratch disk and published whole.
@Suite struct StagedWriterTests {
  private func open(
    _ store: TemporaryFolder, scratch: TemporaryFolder, task: Int = 0,
    maximumShardBytes: Int = 1 << 30, interval: Double = 900, patience: Duration = .seconds(30)
  ) throws -> StagedShardWriter {
    try Self.open(
      store.path, scratch: scratch.path, task: task, maximumShardBytes: maximumShardBytes,
      interval: interval, patience: patience)
  }

  private static func open(
    _ store: String, scratch: String, task: Int = 0, maximumShardBytes: Int = 1 << 30,
    interval: Double = 900, patience: Duration = .seconds(30)
  ) throws -> StagedShardWriter {
    try StagedShardWriter(
      directory: store, scratch: scratch, task: task,
      description: SyntheticVideos.description, maximumShardBytes: maximumShardBytes,
      publishingInterval: interval, patience: patience)
  }

  /// Everything that is published, by key; a key that is there twice is an issue.
  private func expectVideos(
    _ indices: some Sequence<Int>, in store: TemporaryFolder,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let direct = try TemporaryFolder()
    let writer = try openWriter(direct)
    for index in indices { try writer.append(SyntheticVideos.extraction(index)) }
    writer.close()
    #expect(try dump(store) == dump(direct), sourceLocation: sourceLocation)
    #expect(try verify(store).findings == [], sourceLocation: sourceLocation)
  }

  /// Names of the entries of a folder, except the locks of staging folders, which stay.
  private func leftovers(_ folder: TemporaryFolder) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      .filter { !$0.hasPrefix("deepfake-") || !$0.hasSuffix(".lock") }
  }

  @Test func fullShardsArePublishedAndTheRestAtTheEnd() throws {
    let (store, scratch) = (try TemporaryFolder(), try TemporaryFolder())
    let writer = try open(store, scratch: scratch, maximumShardBytes: 15_000)
    for index in 0..<5 { try writer.append(SyntheticVideos.extraction(index)) }
    #expect(try shardFiles(store) == ["shard-000-000000.mdb"])
    #expect(writer.state(of: SyntheticVideos.catalogVideo(4).name) == .done)
    try writer.finish()
    #expect(try shardFiles(store) == ["shard-000-000000.mdb", "shard-000-000001.mdb"])
    try expectVideos(0..<5, in: store)
    #expect(try leftovers(scratch) == [])
    #expect(
      try leftovers(store) == [
        "shard-000-000000.mdb", "shard-000-000001.mdb", "store.json", "task-000.json",
      ])
    let next = try open(store, scratch: scratch)
    #expect(next.state(of: SyntheticVideos.catalogVideo(2).name) == .done)
    #expect(next.state(of: SyntheticVideos.catalogVideo(7).name) == nil)
    try next.append(SyntheticVideos.extraction(7))
    try next.finish()
    try expectVideos([0, 1, 2, 3, 4, 7], in: store)
  }

  @Test func timeAlonePublishes() throws {
    let (store, scratch) = (try TemporaryFolder(), try TemporaryFolder())
    let writer = try open(store, scratch: scratch, interval: 0)
    for index in 0..<3 { try writer.append(SyntheticVideos.extraction(index)) }
    #expect(try shardFiles(store).count == 3)
    try expectVideos(0..<3, in: store)
    try writer.finish()
  }

  /// A task that was queued again while its first copy still runs: each video is there once.
  @Test func copiesOfATaskLeaveEachOthersVideosOut() throws {
    let store = try TemporaryFolder()
    let scratches = try [TemporaryFolder(), TemporaryFolder()]
    let first = try open(store, scratch: scratches[0])
    let second = try open(store, scratch: scratches[1])
    for index in 0..<6 { try first.append(SyntheticVideos.extraction(index)) }
    for index in 4..<10 { try second.append(SyntheticVideos.extraction(index)) }
    try first.finish()
    // The further videos of the second are published; those that the first published are not.
    try second.finish()
    try expectVideos(0..<10, in: store)
    #expect(try shardFiles(store).count == 2)
    let third = try open(store, scratch: scratches[0])
    #expect((0..<10).allSatisfy { third.state(of: SyntheticVideos.catalogVideo($0).name) == .done })
    try third.finish()
    #expect(try shardFiles(store).count == 2)
  }

  /// A video that was being extracted while another copy published it is no error.
  @Test func aVideoThatCameMeanwhileIsLeftOut() throws {
    let store = try TemporaryFolder()
    let scratches = try [TemporaryFolder(), TemporaryFolder()]
    let first = try open(store, scratch: scratches[0], interval: 0)
    let second = try open(store, scratch: scratches[1], interval: 0)
    try first.append(SyntheticVideos.extraction(0))
    #expect(second.state(of: SyntheticVideos.catalogVideo(0).name) == nil)
    try second.append(SyntheticVideos.extraction(1))
    #expect(second.state(of: SyntheticVideos.catalogVideo(0).name) == .done)
    try second.append(SyntheticVideos.extraction(0))
    try second.finish()
    try first.finish()
    try expectVideos(0..<2, in: store)
  }

  /// Many copies at once, on one scratch disk as well, all of the same videos.
  @Test func copiesThatPublishAtTheSameTimeLoseNothing() async throws {
    let (store, scratch) = (try TemporaryFolder(), try TemporaryFolder())
    let (storePath, scratchPath) = (store.path, scratch.path)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for copy in 0..<6 {
        group.addTask {
          let writer = try Self.open(storePath, scratch: scratchPath, maximumShardBytes: 1)
          for step in 0..<8 {
            let index = (step + copy * 3) % 8
            try writer.append(SyntheticVideos.extraction(index))
          }
          try writer.finish()
        }
      }
      try await group.waitForAll()
    }
    try expectVideos(0..<8, in: store)
    #expect(try leftovers(scratch) == [])
  }

  /// What a killed process had not published is published by the next one on that disk.
  @Test func whatAKilledProcessLeftIsPublished() throws {
    let (store, scratch) = (try TemporaryFolder(), try TemporaryFolder())
    do {
      let killed = try open(store, scratch: scratch)
      for index in 0..<3 { try killed.append(SyntheticVideos.extraction(index)) }
    }
    #expect(try shardFiles(store) == [])
    let next = try open(store, scratch: scratch)
    #expect(try shardFiles(store) == ["shard-000-000000.mdb"])
    #expect(next.state(of: SyntheticVideos.catalogVideo(2).name) == .done)
    try next.finish()
    try expectVideos(0..<3, in: store)
  }

  /// Killed between a publication and the removal of what was published.
  @Test func nothingIsPublishedTwice() throws {
    let (store, scratch) = (try TemporaryFolder(), try TemporaryFolder())
    let first = try open(store, scratch: scratch)
    for index in 0..<3 { try first.append(SyntheticVideos.extraction(index)) }
    let folder = try #require(try leftovers(scratch).first)
    let saved = scratch.path + "/saved"
    try FileManager.default.copyItem(atPath: scratch.path + "/" + folder, toPath: saved)
    try first.finish()
    try FileManager.default.moveItem(atPath: saved, toPath: scratch.path + "/" + folder)
    try open(store, scratch: scratch).finish()
    #expect(try shardFiles(store) == ["shard-000-000000.mdb"])
    try expectVideos(0..<3, in: store)
  }

  @Test func aFailedVideoMayBeTriedAgain() throws {
    let (store, scratch) = (try TemporaryFolder(), try TemporaryFolder())
    let video = SyntheticVideos.catalogVideo(1)
    let first = try open(store, scratch: scratch)
    try first.append(.failed(video, reason: "the file is empty"))
    try first.finish()
    let again = try open(store, scratch: scratch)
    #expect(again.state(of: video.name) == .failed)
    try again.append(.failed(video, reason: "the file is empty"))
    try again.finish()
    #expect(try shardFiles(store).count == 1)
    let last = try open(store, scratch: scratch)
    try last.append(SyntheticVideos.extraction(1))
    #expect(last.state(of: video.name) == .done)
    try last.finish()
    #expect(try verify(store).findings == [])
    #expect(try ShardReader(directory: store.path).videos.map(\.record.state) == [.done])
    // A run without a scratch disk goes on in the same store.
    let direct = try openWriter(store)
    #expect(direct.state(of: video.name) == .done)
    try direct.append(SyntheticVideos.extraction(2))
    direct.close()
    #expect(try verify(store).findings == [])
  }

  /// If the process with a claim died, the number can't be used any more.
  @Test func aClaimedNumberIsLeftOut() throws {
    let (store, scratch) = (try TemporaryFolder(), try TemporaryFolder())
    try open(store, scratch: scratch).finish()
    try Data().write(to: URL(fileURLWithPath: store.path + "/shard-000-000000.mdb.claim"))
    let writer = try open(store, scratch: scratch, patience: .seconds(1))
    try writer.append(SyntheticVideos.extraction(0))
    try writer.finish()
    #expect(try shardFiles(store) == ["shard-000-000001.mdb"])
    try expectVideos([0], in: store)
  }

  /// Waits for a shard of another process, and leaves out its videos: one that is just getting
  /// its name, and one that the manifest lists and the folder doesn't show yet.
  @Test(arguments: [true, false]) func aShardThatIsNotSeenYetIsWaitedFor(isClaimed: Bool) throws {
    let (store, scratch) = (try TemporaryFolder(), try TemporaryFolder())
    let writer = try open(store, scratch: scratch)
    let other = try open(store, scratch: try TemporaryFolder())
    try other.append(SyntheticVideos.extraction(0))
    try other.finish()
    let (shard, hidden) = (store.path + "/shard-000-000000.mdb", store.path + "/.hidden")
    try FileManager.default.moveItem(atPath: shard, toPath: hidden)
    if isClaimed {
      try FileManager.default.removeItem(atPath: store.path + "/task-000.json")
      try Data().write(to: URL(fileURLWithPath: shard + ".claim"))
    }
    for index in 0..<2 { try writer.append(SyntheticVideos.extraction(index)) }
    Thread.detachNewThread {
      usleep(400_000)
      #expect(throws: Never.self) {
        try FileManager.default.moveItem(atPath: hidden, toPath: shard)
      }
    }
    try writer.finish()
    #expect(try shardFiles(store) == ["shard-000-000000.mdb", "shard-000-000001.mdb"])
    try expectVideos(0..<2, in: store)
  }

  /// The same without a scratch disk: a claim whose process died doesn't stop the next run.
  @Test func aDirectRunLeavesAClaimedNumberOut() throws {
    let store = try TemporaryFolder()
    let writer = try openWriter(store, maximumShardBytes: 1)
    try writer.append(SyntheticVideos.extraction(0))
    try Data().write(to: URL(fileURLWithPath: store.path + "/shard-000-000001.mdb.claim"))
    try writer.append(SyntheticVideos.extraction(1))
    writer.close()
    #expect(try shardFiles(store) == ["shard-000-000000.mdb", "shard-000-000002.mdb"])
    try expectVideos(0..<2, in: store)
  }

  /// A run without a scratch disk that goes on beside one never puts a shard in the place of
  /// another.
  @Test func aShardOfAnotherRunIsNotReplaced() throws {
    let (store, scratch) = (try TemporaryFolder(), try TemporaryFolder())
    let direct = try openWriter(store, maximumShardBytes: 1)
    try direct.append(SyntheticVideos.extraction(0))
    let staged = try open(store, scratch: scratch)
    try staged.append(SyntheticVideos.extraction(1))
    try staged.finish()
    let path = store.path + "/shard-000-000001.mdb"
    let published = try Data(contentsOf: URL(fileURLWithPath: path))
    expectError(.busy, "shard-000-000001.mdb", "--scratch") {
      try direct.append(SyntheticVideos.extraction(2))
    }
    direct.close()
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == published)
    try expectVideos(0..<2, in: store)
  }

  /// On a file system without links, the claim of a store that is being created is waited for; one
  /// whose process has died is named.
  @Test func aStoreThatIsBeingMadeIsWaitedFor() throws {
    let (store, scratch) = (try TemporaryFolder(), try TemporaryFolder())
    let (file, hidden) = (store.path + "/store.json", store.path + "/.hidden")
    try open(store, scratch: scratch).finish()
    try FileManager.default.moveItem(atPath: file, toPath: hidden)
    try FileManager.default.removeItem(atPath: store.path + "/task-000.json")
    try Data().write(to: URL(fileURLWithPath: file + ".claim"))
    expectError(.notAStore, "store.json.claim", "if none is running") {
      _ = try open(store, scratch: scratch)
    }
    Thread.detachNewThread {
      usleep(400_000)
      #expect(throws: Never.self) { try FileManager.default.moveItem(atPath: hidden, toPath: file) }
    }
    try open(store, scratch: scratch).finish()
  }

  /// What a task has of some videos is what was appended, to the last digit.
  @Test func videosAreReadWithoutTheirPictures() throws {
    let (store, scratch) = (try TemporaryFolder(), try TemporaryFolder())
    let writer = try open(store, scratch: scratch, maximumShardBytes: 15_000)
    let names = (0..<6).map { SyntheticVideos.catalogVideo($0).name }
    for index in 0..<5 { try writer.append(SyntheticVideos.extraction(index)) }
    try writer.append(.failed(SyntheticVideos.catalogVideo(5), reason: "broken"))
    try writer.finish()
    var videos: [String: StoredVideo] = [:]
    try TaskContent.forEachVideo(
      of: [names[1], names[4], names[5], "another"], task: 0, inStore: store.path
    ) { videos[$0] = $1 }
    #expect(videos.keys.sorted() == [names[1], names[4]].sorted())
    for index in [1, 4] {
      let expected = StoredVideo(SyntheticVideos.extraction(index))
      let got = try #require(videos[names[index]])
      #expect(got.samples == expected.samples)
      #expect(got.record.images == expected.record.images && got.record.state == .done)
    }
    try TaskContent.forEachVideo(of: [names[1]], task: 3, inStore: store.path) { name, _ in
      Issue.record("task 3 has \(name)")
    }
  }

  /// A store whose folder can't be written keeps what was extracted on the scratch disk.
  @Test func whatCannotBePublishedIsKept() throws {
    let (store, scratch) = (try TemporaryFolder(), try TemporaryFolder())
    let moved = store.path + "-away"
    do {
      let writer = try open(store, scratch: scratch)
      try writer.append(SyntheticVideos.extraction(0))
      try FileManager.default.moveItem(atPath: store.path, toPath: moved)
      try writer.finish()
      Issue.record("published into a folder that is gone")
    } catch let error as ShardStoreError {
      #expect(error.description.contains("publishes it"), "\(error)")
    }
    try FileManager.default.moveItem(atPath: moved, toPath: store.path)
    try open(store, scratch: scratch).finish()
    try expectVideos([0], in: store)
  }

  @Test func aLostShardIsNoticed() throws {
    let (store, scratch) = (try TemporaryFolder(), try TemporaryFolder())
    let writer = try open(store, scratch: scratch, maximumShardBytes: 1)
    for index in 0..<3 { try writer.append(SyntheticVideos.extraction(index)) }
    try writer.finish()
    try FileManager.default.removeItem(atPath: store.path + "/shard-000-000001.mdb")
    do {
      _ = try open(store, scratch: scratch, patience: .seconds(1))
      Issue.record("a store that lost a shard was opened")
    } catch let error as ShardStoreError {
      #expect(error.code == .damagedStore)
      #expect(error.message.contains("shard-000-000001.mdb"))
    }
  }
}
