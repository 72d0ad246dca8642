import Contract
import Foundation
import ShardStoreFixtures
import Testing
import VideoCatalog

@testable import ShardStore

/// Videos whose crops are the same to the byte.
@Suite struct EqualVideosTests {
  /// A video with the crops of these numbers, one a frame.
  private func video(
    _ name: String, _ crops: [UInt64], label: VideoLabel = .real, landmark: Double = 1
  ) -> VideoExtraction {
    let video = CatalogVideo(name: name, path: "/videos/" + name, label: label, group: name)
    let samples = crops.enumerated().map { frame, seed in
      FaceSample(
        video: video, frame: frame, face: 0, timestampSeconds: Double(frame) / 25,
        box: .init(x: 1, y: 2, width: 30, height: 40),
        landmarks: (0..<5).map { .init(x: Double($0), y: landmark) }, track: 0, score: 0.9,
        image: SyntheticVideos.jpeg(seed: seed, byteCount: 900))
    }
    return .done(video, samples: samples, facts: .init(durationSeconds: Double(name.utf8.count)))
  }

  private func equal(_ videos: [VideoExtraction], shardBytes: Int = 1 << 30) throws -> [[String]] {
    let store = try TemporaryFolder()
    let writer = try openWriter(store, maximumShardBytes: shardBytes)
    for video in videos { try writer.append(video) }
    writer.close()
    return try ShardReader(directory: store.path).equalVideos(workerCount: 3)
      .map { $0.map(\.name) }
  }

  /// Two files of one content are found under any name, label and group, and over shards.
  @Test(arguments: [100_000, 1 << 30])
  func twinsAreFound(shardBytes: Int) throws {
    let videos = [
      video("real/a.jpg", [1]), video("fake/a.jpg", [1], label: .fake), video("b.mp4", [2, 3]),
      video("z/b (copy).mp4", [2, 3]), video("c.mp4", [4, 5]), video("third/a.jpg", [1]),
    ]
    let filler = (10..<60).map { video("filler \($0)", [UInt64($0)]) }
    #expect(
      try equal(videos + filler, shardBytes: shardBytes) == [
        ["b.mp4", "z/b (copy).mp4"], ["fake/a.jpg", "real/a.jpg", "third/a.jpg"],
      ])
  }

  /// One other crop, one crop more, another order, another place of the face: other videos.
  @Test func whatDiffersIsNotEqual() throws {
    #expect(
      try equal([
        video("a", [1, 2, 3]), video("b", [1, 2, 4]), video("c", [1, 2]), video("d", [1, 3, 2]),
        video("e", [1, 2, 3], landmark: 2),
      ]).isEmpty)
  }

  /// Videos without a face are not copies of each other, nor are those that failed.
  @Test func videosWithoutCropsAreNotEqual() throws {
    let failed = ["f", "g"].map { name in
      VideoExtraction.failed(
        CatalogVideo(name: name, path: name, label: .real, group: name), reason: "no video stream")
    }
    #expect(try equal([video("a", []), video("b", [])] + failed).isEmpty)
  }

  /// A video may be called like the folder of another: the keys of "a/000000" lie among those of "a".
  @Test func namesWithinNamesAreKeptApart() throws {
    #expect(
      try equal([
        video("a", [1, 2]), video("a/000000", [1, 3]), video("a/000001", [1, 2]),
        video("a/000000/00", [1, 3]), video("ab", [7]),
      ]) == [["a", "a/000001"], ["a/000000", "a/000000/00"]])
  }

  /// A damaged record is an error, as everywhere.
  @Test func damageIsToldOf() throws {
    let store = try TemporaryFolder()
    let writer = try openWriter(store)
    try writer.append(video("a", [1]))
    writer.close()
    let shard = URL(fileURLWithPath: store.path + "/" + (try #require(shardFiles(store).first)))
    var bytes = try Data(contentsOf: shard)
    while let range = bytes.range(of: Data(#""score":0.9"#.utf8)) {
      bytes.replaceSubrange(range, with: Data(#""score":"9""#.utf8))
    }
    try bytes.write(to: shard)
    let reader = try ShardReader(directory: store.path)
    expectError(.damagedRecord, "sample a/000000/00", "score") { _ = try reader.equalVideos() }
  }
}
