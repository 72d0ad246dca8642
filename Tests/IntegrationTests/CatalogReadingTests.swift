import Contract
import Foundation
import ShardStore
import TestSupport
import Testing

/// What the extractor takes for what, as a user sees it.
@Suite(
  .serialized,
  .enabled(
    if: BuiltExecutable.hasWeights, "weights/ is missing; scripts/test or scripts/demo fetches it"))
struct CatalogReadingTests {
  /// A clip; those of the two labels differ, as equal pictures under both would be a contradiction.
  private func clip(_ label: VideoLabel = .real) throws -> Data {
    let folder = SampleClips.folder + "/" + label.rawValue
    let names = try FileManager.default.subpathsOfDirectory(atPath: folder)
      .filter { $0.hasSuffix(".mp4") }.sorted()
    return try Data(contentsOf: URL(fileURLWithPath: folder + "/" + (try #require(names.first))))
  }

  private func report(_ store: String) throws -> [String: Any] {
    let data = try Data(contentsOf: URL(fileURLWithPath: store + "/extraction-report.json"))
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  /// FaceForensics++ names in label folders: the table says what they are taken for, the report keeps
  /// it, and the store has the groups.
  @Test func namesOfADataSetInLabelFolders() throws {
    try withTemporaryDirectory { folder in
      for name in ["real/000.mp4", "real/003.mp4"] { try folder.write(clip(), to: "in/" + name) }
      try folder.write(clip(.fake), to: "in/fake/000_003.mp4")
      let store = folder.path(of: "store")
      let outcome = try BuiltExecutable.extract(
        "folders", input: folder.path(of: "in"), store: store, set: ["sampling.framesPerVideo=2"])
      #expect(outcome.status == 0, "\(outcome.output) \(outcome.errors)")
      for line in [
        #"found +taken as +videos +e\.g\."#, #"folder fake +label fake +1 +fake/000_003\.mp4"#,
        #"names NNN_NNN +group: FaceForensics\+\+ \(target and source\) +1 "#,
      ] {
        #expect(
          outcome.output.range(of: line, options: .regularExpression) != nil,
          "\(line) in \(outcome.output)")
      }
      let table = try #require(outcome.output.range(of: "taken as"))
      let work = try #require(outcome.output.range(of: "3 videos to do"))
      #expect(table.lowerBound < work.lowerBound)
      let reading = try report(store)["reading"] as? [String: Any]
      let rows = try #require(reading?["rows"] as? [[String: Any]])
      #expect(
        rows.contains { $0["found"] as? String == "folder fake" && $0["videos"] as? Int == 1 })
      #expect(
        Set(try StoreContent(store).videos.values.map(\.group)) == ["faceforensics:youtube/000"])
    }
  }

  /// Columns by setting; one for another kind of data set is refused.
  @Test func columnsOfATable() throws {
    try withTemporaryDirectory { folder in
      try folder.write(clip(), to: "a.mp4")
      try folder.write(clip(.fake), to: "b.mp4")
      try folder.write("clip,video,label\nx,a.mp4,1\ny,b.mp4,0\n", to: "list.csv")
      func extract(_ set: [String]) throws -> BuiltExecutable.Outcome {
        try BuiltExecutable.extract(
          "folders", input: folder.path(of: "list.csv"), store: folder.path(of: "store"),
          set: ["sampling.framesPerVideo=2", "dataset=csv"] + set)
      }
      let ambiguous = try extract([])
      #expect(ambiguous.status == 1)
      #expect(ambiguous.errors.contains("--set csv.path=video"), "\(ambiguous.errors)")
      let read = try extract(["csv.path=video", "csv.fake=0"])
      #expect(read.status == 0, "\(read.output) \(read.errors)")
      let videos = try StoreContent(folder.path(of: "store")).videos
      #expect(videos.mapValues(\.label) == ["a.mp4": .real, "b.mp4": .fake])
      #expect(
        read.output.range(of: "column label: 0 +label fake", options: .regularExpression) != nil)
      let refused = try BuiltExecutable.extract(
        "dfdc", input: folder.path, store: folder.path(of: "other"), set: ["csv.path=video"])
      #expect(refused.status == 1)
      #expect(refused.errors.contains("unless dataset is csv"), "\(refused.errors)")
    }
  }

  /// Test videos that were published without labels are counted, and no problem of the run.
  @Test func testVideosWithoutLabels() throws {
    try withTemporaryDirectory { folder in
      let clip = try clip()
      try folder.write(
        #"{"a.mp4": {"label": "REAL"}}"#, to: "in/train_sample_videos/metadata.json")
      try folder.write(clip, to: "in/train_sample_videos/a.mp4")
      try folder.write(clip, to: "in/test_videos/x.mp4")
      try folder.write("filename,label\nx.mp4,0.5\n", to: "in/sample_submission.csv")
      let store = folder.path(of: "store")
      let outcome = try BuiltExecutable.extract(
        "dfdc", input: folder.path(of: "in"), store: store, set: ["sampling.framesPerVideo=2"])
      #expect(outcome.status == 0, "\(outcome.output) \(outcome.errors)")
      #expect(outcome.output.contains("Passed over, without a label (1):\n  test_videos/x.mp4"))
      #expect((try report(store)["unlabelled"] as? [Any])?.count == 1)
      #expect(try StoreContent(store).videos.count == 1)
    }
  }

  /// A store keeps the groups that it was begun with: where the data set says otherwise, the run says so.
  @Test func aStoreWithOtherGroupsIsReported() throws {
    try withTemporaryDirectory { folder in
      try folder.write(clip(), to: "a.mp4")
      try folder.write(clip(.fake), to: "b.mp4")
      let store = folder.path(of: "store")
      func extract(_ table: String) throws -> BuiltExecutable.Outcome {
        try folder.write(table, to: "list.csv")
        return try BuiltExecutable.extract(
          "folders", input: folder.path(of: "list.csv"), store: store,
          set: ["sampling.framesPerVideo=2", "dataset=csv"])
      }
      #expect(try extract("path,label\na.mp4,real\nb.mp4,fake\n").status == 0)
      let other = try extract("path,label,group\na.mp4,real,anna\nb.mp4,fake,anna\n")
      #expect(other.status == 2)
      #expect(
        other.output.contains("b.mp4: group csv:b.mp4 in the store, csv:anna in the data set"),
        "\(other.output)")
      #expect(try StoreContent(store).videos["b.mp4"]?.group == "csv:b.mp4")
    }
  }
}
