import Foundation
import ShardStore
import TestSupport
import Testing

/// All real clips, one command per data set. Takes minutes; skipped where the clips are missing.
@Suite(
  .serialized,
  .enabled(if: SharedData.isPresent, "needs ../shared/data"),
  .enabled(
    if: BuiltExecutable.hasWeights, "weights/ is missing; scripts/test or scripts/demo fetches it"))
struct RealClipsTests {
  /// Data set, and the least share of sampled frames with a face.
  @Test(arguments: [("dfdc", 0.97), ("faceforensics", 0.99), ("celebdf", 0.99), ("folders", 0.99)])
  func facesAreFoundInNearlyAllFrames(dataset: String, share: Double) throws {
    let clips = try #require(SharedData.url).appendingPathComponent("clips/\(dataset)").path
    try withTemporaryDirectory { folder in
      let store = folder.path(of: "store")
      let outcome = try BuiltExecutable.extract(dataset, input: clips, store: store)
      #expect(outcome.status == 0, "\(outcome.output) \(outcome.errors)")
      let content = try StoreContent(store)
      let sampled = content.videos.values.reduce(0) { $0 + $1.framesSampled }
      let withFace = content.videos.values.reduce(0) { $0 + $1.framesWithFace }
      #expect(content.videos.values.allSatisfy { $0.framesSampled == 32 })
      #expect(
        Double(withFace) >= share * Double(sampled),
        "\(dataset): faces in \(withFace) of \(sampled) frames")
      #expect(try BuiltExecutable.run(["verify", store]).status == 0)
    }
  }

  /// Genuine clips only, of many sizes and two codecs, by a CSV file.
  @Test func aCSVFileNamesItsVideos() throws {
    let clips = try #require(SharedData.url).appendingPathComponent("clips/real_only")
    let names = try FileManager.default.contentsOfDirectory(atPath: clips.path).sorted()
    try withTemporaryDirectory { folder in
      let rows = names.map { "\(clips.path)/\($0),real" }
      try folder.write((["path,label"] + rows).joined(separator: "\n"), to: "clips.csv")
      let store = folder.path(of: "store")
      let outcome = try BuiltExecutable.extract(
        "folders", input: folder.path(of: "clips.csv"), store: store,
        set: ["dataset=csv", "sampling.framesPerVideo=8"])
      #expect(outcome.status == 0, "\(outcome.output) \(outcome.errors)")
      let videos = try StoreContent(store).videos.values
      #expect(videos.count == names.count)
      let sampled = videos.reduce(0) { $0 + $1.framesSampled }
      let withFace = videos.reduce(0) { $0 + $1.framesWithFace }
      #expect(Double(withFace) >= 0.99 * Double(sampled), "\(withFace) of \(sampled)")
    }
  }
}
