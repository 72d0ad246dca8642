import Contract
import Foundation
import Imaging
import ShardStoreFixtures
import Testing
import VideoCatalog

@testable import ShardStore

/// Videos whose crops have the same bytes.
@Suite struct EqualVideosTests {
  /// A video with the crops of these numbers, one per frame.
  private func video(
    _ name: String, _ crops: [UInt64], label: VideoLabel = .real, landmark: Double = 1
  ) -> Video { Video(name: name, crops: crops, label: label, landmark: landmark) }

  /// A video that is to be stored.
  private struct Video {
    let name: String
    let crops: [UInt64]
    let label: VideoLabel
    let landmark: Double

    /// The hashes of its crops, made from their numbers.
    private var looks: [PerceptualHash?] {
      PerceptualHash.chosenCrops(of: crops.count).map { crop in
        let digits = String(crops[crop], radix: 16)
        return PerceptualHash(text: String(repeating: "0", count: 64 - digits.utf8.count) + digits)
      }
    }

    func extraction(_ knowledge: Knowledge, _ number: Int) -> VideoExtraction {
      let knows =
        switch knowledge {
        case .none: false
        case .ofSome: number.isMultiple(of: 2)
        case .all: true
        }
      return EqualVideosTests.extraction(self, looks: knows ? looks : nil)
    }
  }

  /// Which videos have hashes of their crops in the store.
  private enum Knowledge: CaseIterable { case none, ofSome, all }

  private static func extraction(_ item: Video, looks: [PerceptualHash?]?) -> VideoExtraction {
    let (name, crops, label, landmark) = (item.name, item.crops, item.label, item.landmark)
    let video = CatalogVideo(name: name, path: "/videos/" + name, label: label, group: name)
    let samples = crops.enumerated().map { frame, seed in
      FaceSample(
        video: video, frame: frame, face: 0, timestampSeconds: Double(frame) / 25,
        box: .init(x: 1, y: 2, width: 30, height: 40),
        landmarks: (0..<5).map { .init(x: Double($0), y: landmark) }, track: 0, score: 0.9,
        image: SyntheticVideos.jpeg(seed: seed, byteCount: 900))
    }
    return .done(
      video, samples: samples, facts: .init(durationSeconds: Double(name.utf8.count), looks: looks))
  }

  /// The sets that are found, which are the same whichever hashes the store has.
  private func equal(
    _ videos: [Video], failed: [VideoExtraction] = [], shardBytes: Int = 1 << 30
  ) throws -> [[String]] {
    let results = try Knowledge.allCases.map { knowledge in
      let store = try TemporaryFolder()
      let writer = try openWriter(store, maximumShardBytes: shardBytes)
      for (number, video) in videos.enumerated() {
        try writer.append(video.extraction(knowledge, number))
      }
      for video in failed { try writer.append(video) }
      writer.close()
      return try ShardReader(directory: store.path).equalVideos(workerCount: 3)
        .map { $0.map(\.name) }
    }
    #expect(results.allSatisfy { $0 == results[0] }, "\(results)")
    return results[0]
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

  /// Another crop, one more crop, another order, another position of the face: different videos.
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
    #expect(try equal([video("a", []), video("b", [])], failed: failed).isEmpty)
  }

  /// A video may be called like the folder of another: the keys of "a/000000" lie among those of
  /// "a".
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
    try writer.append(video("a", [1]).extraction(.none, 0))
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
