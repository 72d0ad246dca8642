import ShardStoreFixtures
import Testing
import VideoCatalog

@testable import ShardStore

@Suite struct KeyTests {
  @Test func keysAreThoseOfTheSamples() throws {
    let store = try TemporaryFolder()
    let writer = try openWriter(store, maximumShardBytes: 100_000)
    // A second entry of video 3, by a task that did not know the first; readers leave it out.
    let again = try openWriter(store, task: 1)
    for index in 0..<24 { try writer.append(SyntheticVideos.extraction(index)) }
    try again.append(SyntheticVideos.extraction(3, faces: 5))
    writer.close()
    again.close()

    let reader = try ShardReader(directory: store.path)
    #expect(reader.shards.count > 3)
    let samples = try reader.samples()
    var found: [ShardReader.Sample] = []
    for shard in reader.shards {
      try reader.forEachKey(in: shard) { key throws(ShardStoreError) in
        found.append(try reader.sample(of: key, in: shard))
        return true
      }
    }
    #expect(found == samples)
    #expect(found.count == 24 * 3)
    var count = 0
    try reader.forEachKey(in: reader.shards[0]) { _ throws(ShardStoreError) in
      count += 1
      return count < 2
    }
    #expect(count == 2)
  }

  @Test func aMissingRecordIsAnError() throws {
    let store = try TemporaryFolder()
    let writer = try openWriter(store)
    try writer.append(SyntheticVideos.extraction(1))
    writer.close()
    let reader = try ShardReader(directory: store.path)
    let key = try SampleKey(video: SyntheticVideos.catalogVideo(1).name, frame: 999, face: 0)
    expectError(.damagedRecord, "000999/00", "no record") {
      _ = try reader.sample(of: key, in: reader.shards[0])
    }
  }
}
