import Contract
import Foundation
import Imaging
import ShardStoreFixtures
import Testing
import VideoCatalog

@testable import ShardStore

/// The very bytes of format 3, so that a change can't go unnoticed; and what older formats lack.
@Suite struct FormatTests {
  private func text(_ bytes: some Sequence<UInt8>) -> String {
    String(decoding: Array(bytes), as: UTF8.self)
  }

  private func makeStore(_ description: StoreDescription) throws -> TemporaryFolder {
    let store = try TemporaryFolder()
    let writer = try ShardWriter(directory: store.path, task: 2, description: description)
    try writer.append(SyntheticVideos.extraction(1))
    try writer.append(.failed(SyntheticVideos.catalogVideo(2), reason: "broken"))
    writer.close()
    return store
  }

  /// The value of a key in a database of the only shard.
  private func value(
    _ key: String, in database: KeyPath<Environment.Handles, UInt32>, _ store: TemporaryFolder
  ) throws -> String {
    let use = try EnvironmentUse.reading(
      store.path + "/shard-002-000000.mdb", checking: .everything)
    let found = try use.read { transaction, databases throws(ShardStoreError) in
      try transaction.value(of: Array(key.utf8), in: databases[keyPath: database]).map(Array.init)
    }
    return text(try #require(found))
  }

  /// The hashes of crops; a record of older software has none.
  @Test func looksOfCrops() throws {
    let digits = String(repeating: "0123456789abcdef", count: 4)
    let record = VideoRecord.done(
      SyntheticVideos.catalogVideo(1), images: 2,
      facts: .init(looks: [PerceptualHash(text: digits), nil]))
    let bytes = try RecordCoding.encode(record, subject: "a video")
    #expect(text(bytes).contains(#","looks":["\#(digits)",null],"method":"#))
    let read = try RecordCoding.decode(VideoRecord.self, from: bytes, subject: "a video")
    #expect(read == record && read.looks?.count == 2)
    let older = try RecordCoding.encode(
      SyntheticVideos.extraction(1).record, subject: "a video")
    #expect(!text(older).contains("looks"))
    #expect(
      try RecordCoding.decode(VideoRecord.self, from: older, subject: "a video").looks == nil)
    let wrong = text(bytes).replacing(digits, with: "0x12")
    #expect(throws: ShardStoreError.self) {
      try RecordCoding.decode(VideoRecord.self, from: Array(wrong.utf8), subject: "a video")
    }
  }

  @Test func bytesOfRecordsStatesAndManifests() throws {
    let store = try makeStore(
      StoreDescription(recipe: SyntheticVideos.description.recipe, identity: "abc"))
    let failed = try value(SyntheticVideos.catalogVideo(2).name, in: \.videos, store)
    #expect(
      failed
        == #"{"faces":0,"framesSampled":0,"framesWithFace":0,"group":"group 1","images":0,"#
        + #""label":"real","notes":[],"reason":"broken","samplesCRC32":0,"split":"train","#
        + #""state":"failed","tracks":0,"ownCRC32":3064915310}"#)
    let use = try EnvironmentUse.reading(
      store.path + "/shard-002-000000.mdb", checking: .everything)
    let state = try use.read { transaction, databases throws(ShardStoreError) in
      try transaction.value(of: ShardState.key, in: databases.shard ?? 0).map(Array.init)
    }
    #expect(
      text(try #require(state))
        == #"{"failedVideos":1,"finishedVideos":1,"number":0,"samples":3,"store":"abc","task":2,"#
        + #""transaction":4,"videosChecksum":3992398945,"ownCRC32":2757320100}"#)
    let manifest = try String(contentsOfFile: store.path + "/task-002.json", encoding: .utf8)
    #expect(
      manifest == """
        {
          "nextShard" : 1,
          "shards" : [
            {
              "failedVideos" : 1,
              "finishedVideos" : 1,
              "number" : 0,
              "samples" : 3,
              "store" : "abc",
              "task" : 2,
              "transaction" : 4,
              "videosChecksum" : 3992398945
            }
          ],
          "store" : "abc",
          "task" : 2,
          "ownCRC32" : 648096242
        }

        """)
  }

  /// A store of version 2 stays one: later videos are written as its software did.
  @Test func aStoreOfVersion2GoesOnWithoutProofs() throws {
    let store = try TemporaryFolder()
    let json = text(try ContractDocument.encode(SyntheticVideos.description))
      .replacing("\"formatVersion\" : 3", with: "\"formatVersion\" : 2")
    try Data(json.utf8).write(to: URL(fileURLWithPath: store.path + "/store.json"))
    for index in 0..<6 {
      let writer = try openWriter(store, maximumShardBytes: 60_000)
      try writer.append(SyntheticVideos.extraction(index, imageBytes: 9_000))
      writer.close()
    }
    #expect(try TaskManifest.tasks(inStore: store.path) == [])
    #expect(try shardFiles(store).count >= 2)
    for (key, value) in try dump(store) {
      #expect(!text(value).contains("ownCRC32"), "\(text(key))")
    }
    let result = try verify(store)
    #expect(result.isSound && result.shards.allSatisfy { $0.state == nil })
    #expect(result.unknowns.first?.contains("stores of format 2 don't record it") == true)
    let expected = try dump(store)

    // What can be checked in it is repaired as well.
    let first = store.path + "/shard-000-000000.mdb"
    let image = SyntheticVideos.extraction(0, imageBytes: 9_000).samples[1].image
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: first)))
    while let range = bytes.firstRange(of: image) { bytes[range.lowerBound + 4_000] ^= 1 }
    try Data(bytes).write(to: URL(fileURLWithPath: first))
    try Data().write(to: URL(fileURLWithPath: store.path + "/shard-000-000001.mdb"))
    #expect(try !verify(store).isSound)
    _ = try StoreRepair(directory: store.path, imageSize: SyntheticVideos.imageSize).run()
    let writer = try openWriter(store, maximumShardBytes: 60_000)
    for index in 0..<6 where writer.state(of: SyntheticVideos.catalogVideo(index).name) == nil {
      try writer.append(SyntheticVideos.extraction(index, imageBytes: 9_000))
    }
    writer.close()
    #expect(try verify(store).isSound)
    #expect(try dump(store) == expected)
    #expect(try TaskManifest.tasks(inStore: store.path) == [])
  }
}
