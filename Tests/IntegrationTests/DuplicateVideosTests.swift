import Contract
import Foundation
import ModelFiles
import ShardStore
import ShardStoreFixtures
import TestSupport
import Testing
import VideoCatalog

/// Files that are in a data set twice, from the extractor's report to the model's.
@Suite(.serialized) struct DuplicateVideosTests {
  /// A file under both labels is a problem, one in two groups a note; with the label corrected, a new
  /// store has neither.
  @Test(
    .enabled(
      if: BuiltExecutable.hasWeights, "weights/ is missing; scripts/test or scripts/demo fetches it"
    ))
  func theExtractionReportsCopies() throws {
    try withTemporaryDirectory { folder in
      let clip = SampleClips.folder + "/real/astronaut/take1.mp4"
      let other = SampleClips.folder + "/real/astronaut/take2.mp4"
      let bytes = try Data(contentsOf: URL(fileURLWithPath: clip))
      for name in ["real/a/1.mp4", "real/b/copy.mp4", "fake/c/wrong.mp4"] {
        try folder.write(bytes, to: "in/" + name)
      }
      try folder.write(
        try Data(contentsOf: URL(fileURLWithPath: other)), to: "in/fake/d/other.mp4")
      let set = ["sampling.framesPerVideo=3"]
      let outcome = try BuiltExecutable.extract(
        "folders", input: folder.path(of: "in"), store: folder.path(of: "store"), set: set)
      #expect(outcome.status == 2, "\(outcome.output) \(outcome.errors)")
      #expect(
        outcome.output.contains(
          """
          Contradictory (1):
            fake/c/wrong.mp4: exactly the pictures of real/a/1.mp4, which is labelled real: one of the \
          labels is wrong. Training leaves both out; correct or remove one, and extract into a new store
          """), "\(outcome.output)")
      #expect(
        outcome.output.contains(
          "Note: 3 videos have exactly the pictures of a video of another group"),
        "\(outcome.output)")
      let report = try String(
        contentsOfFile: folder.path(of: "store/extraction-report.json"), encoding: .utf8)
      #expect(report.contains("\"contradictory\"") && report.contains("fake/c/wrong.mp4"))

      try FileManager.default.removeItem(atPath: folder.path(of: "in/fake/c"))
      try FileManager.default.removeItem(atPath: folder.path(of: "in/real/b"))
      let corrected = try BuiltExecutable.extract(
        "folders", input: folder.path(of: "in"), store: folder.path(of: "corrected"), set: set)
      #expect(corrected.status == 0, "\(corrected.output) \(corrected.errors)")
      #expect(!corrected.output.contains("exactly the pictures"))
    }
  }

  /// Adds copies of a store's video under other names to it.
  private func append(_ copies: [CatalogVideo], of name: String, to store: String) throws {
    let (description, samples): (StoreDescription, [(ShardReader.Sample, [UInt8])]) = try {
      let reader = try ShardReader(directory: store)
      let samples = try reader.samples().filter { $0.record.video == name }
      return (reader.description, try samples.map { ($0, try reader.image(of: $0)) })
    }()
    try #require(!samples.isEmpty)
    let writer = try ShardWriter(
      directory: store, task: 1, description: description, maximumShardBytes: 1 << 30)
    defer { writer.close() }
    for copy in copies {
      let copied = samples.map { sample, image in
        FaceSample(
          video: copy, frame: sample.record.frame, face: sample.key.face,
          timestampSeconds: sample.record.timestampSeconds, box: sample.record.box,
          landmarks: sample.record.landmarks, track: sample.record.track,
          score: sample.record.score, image: image)
      }
      try writer.append(.done(copy, samples: copied, facts: .init()))
    }
  }

  private func copy(_ name: String, _ label: VideoLabel, group: String) -> CatalogVideo {
    CatalogVideo(
      name: name, path: "/videos/" + name, label: label, group: group,
      method: label == .fake ? "checkerboard" : nil)
  }

  /// Training says aloud what it joined and left out, in the terminal, in `training_info.json` and in
  /// `report.html`; so does `evaluate`. A resumed run and a model know how their data was split.
  @Test func trainingSaysWhatItMadeOfCopies() throws {
    try withTemporaryDirectory { folder in
      let store = folder.path(of: "store")
      try TrainingStore.make(store)
      try append(
        [copy("real/twin.mp4", .real, group: "somebody else")], of: "real/person-3.mp4", to: store)
      try append(
        [copy("real/wrong.mp4", .real, group: "person 5")], of: "fake/person-5.mp4", to: store)
      let run = TrainingRun(folder: folder.path(of: "run"), store: store, settings: ["epochs=1"])
      let outcome = try run.train(["--force"])
      #expect([0, 3, 4].contains(outcome.status), "\(outcome.output) \(outcome.errors)")
      let joined =
        "2 videos have exactly the pictures of a video of another group, such as "
        + "\"real/person-3.mp4\" and \"real/twin.mp4\": their 2 groups count as 1"
      let leftOut =
        "2 videos are left out: they have exactly the pictures of a video with the other"
      for text in [joined, leftOut] {
        #expect(outcome.output.contains("Warning    " + text), "\(outcome.output)")
      }
      let information = try String(
        contentsOfFile: run.folder + "/training_info.json", encoding: .utf8)
      #expect(information.contains("\"Warning: 2 videos are left out"))
      let page = try String(contentsOfFile: run.folder + "/report.html", encoding: .utf8)
      #expect(page.contains("Warning: 2 videos are left out"))
      #expect(
        try ModelFile(contentsOf: run.model).metadata.provenance.settings["store.equalVideos"]
          == "joined")
      for split in ["validation", "all"] {
        let evaluated = try TrainingRun.command([
          "evaluate", "--model", run.model, "--store", store, "--split", split, "--bootstrap", "0",
        ])
        #expect([0, 1, 4].contains(evaluated.status), "\(evaluated.errors)")
        #expect(evaluated.errors.contains("Warning: " + leftOut), "\(evaluated.errors)")
      }
    }
  }

  /// A run that was begun by older software ends with the split that it began with, and its model is
  /// measured on that one; what lies on two sides is said.
  @Test func anOlderRunKeepsItsSplit() throws {
    try withTemporaryDirectory { folder in
      let store = folder.path(of: "store")
      try TrainingStore.make(store)
      let run = TrainingRun(folder: folder.path(of: "run"), store: store, settings: ["epochs=2"])
      let first = try run.train(["--time", "0.05s", "--force"])
      #expect([0, 3, 4].contains(first.status), "\(first.output) \(first.errors)")
      #expect(run.savedStep > 0 && run.savedStep < 40)
      for name in try FileManager.default.contentsOfDirectory(atPath: run.checkpoints.path) {
        var checkpoint = try Checkpoint(contentsOf: run.checkpoints.path + "/" + name)
        #expect(checkpoint.settings.removeValue(forKey: "store.equalVideos") == "joined")
        try checkpoint.write(to: run.checkpoints.path + "/" + name)
      }
      let second = try run.train(["--force"])
      #expect([0, 3, 4].contains(second.status), "\(second.output) \(second.errors)")
      #expect(second.output.contains("Resume "))
      let settings = try ModelFile(contentsOf: run.model).metadata.provenance.settings
      #expect(settings["store.fingerprint"] != nil && settings["store.equalVideos"] == nil)
      // Copies of everybody: whatever the split, some lie on two sides.
      for person in 0..<12 {
        try append(
          [copy("real/twin-\(person).mp4", .real, group: "twin \(person)")],
          of: "real/person-\(person).mp4", to: store)
      }
      let evaluated = try TrainingRun.command([
        "evaluate", "--model", run.model, "--store", store, "--split", "test", "--bootstrap", "0",
      ])
      #expect([0, 1, 4].contains(evaluated.status), "\(evaluated.errors)")
      #expect(
        evaluated.errors.contains("videos have exactly the pictures of a video on another side"),
        "\(evaluated.errors)")
    }
  }
}
