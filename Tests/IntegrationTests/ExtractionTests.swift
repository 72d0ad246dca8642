import Contract
import Foundation
import ShardStore
import TestSupport
import Testing
import VideoCatalog

@Suite(
  .serialized,
  .enabled(
    if: BuiltExecutable.hasWeights, "weights/ is missing; scripts/test or scripts/demo fetches it"))
struct ExtractionTests {
  @Test func clipsBecomeAVerifiedStoreWhateverTheWorkers() throws {
    try withTemporaryDirectory { folder in
      let one = folder.path(of: "one")
      let two = folder.path(of: "two")
      let first = try BuiltExecutable.extract(
        "folders", input: SampleClips.folder, store: one, workers: 1,
        set: ["sampling.framesPerVideo=12"])
      #expect(first.status == 0, "\(first.errors)")
      let second = try BuiltExecutable.extract(
        "folders", input: SampleClips.folder, store: two, workers: 2,
        set: ["sampling.framesPerVideo=12"])
      #expect(second.status == 0, "\(second.errors)")
      let content = try StoreContent(one)
      #expect(content == (try StoreContent(two)))
      #expect(content.videos.count == 12)
      for (name, video) in content.videos {
        #expect(video.state == .done)
        #expect(video.framesSampled == 12)
        #expect(video.framesWithFace == video.framesSampled, "\(name)")
        #expect(video.label == (name.hasPrefix("real/") ? .real : .fake))
      }
      let verified = try BuiltExecutable.run(["verify", one])
      #expect(verified.status == 0, "\(verified.output)")
      let sheet = folder.path(of: "sheet.jpg")
      let inspected = try BuiltExecutable.run(["inspect", one, "--contact-sheet", sheet])
      #expect(inspected.status == 0, "\(inspected.errors)")
      #expect(FileManager.default.fileExists(atPath: sheet))
    }
  }

  @Test func aRepeatedRunChangesNothing() throws {
    try withTemporaryDirectory { folder in
      let store = folder.path(of: "store")
      let set = ["sampling.framesPerVideo=2"]
      _ = try BuiltExecutable.extract("folders", input: SampleClips.folder, store: store, set: set)
      let before = try StoreContent(store)
      let again = try BuiltExecutable.extract(
        "folders", input: SampleClips.folder, store: store, set: set)
      #expect(again.status == 0)
      #expect(again.output.contains("0 videos to do"))
      #expect(try StoreContent(store) == before)
    }
  }

  @Test func anotherSettingForTheSameStoreIsRefused() throws {
    try withTemporaryDirectory { folder in
      let store = folder.path(of: "store")
      _ = try BuiltExecutable.extract(
        "folders", input: SampleClips.folder, store: store, set: ["sampling.framesPerVideo=2"])
      let other = try BuiltExecutable.extract(
        "folders", input: SampleClips.folder, store: store, set: ["sampling.framesPerVideo=3"])
      #expect(other.status == 1)
      #expect(other.errors.contains("sampling.framesPerVideo"))
    }
  }

  @Test func partsFillOneStore() throws {
    try withTemporaryDirectory { folder in
      let set = ["sampling.framesPerVideo=2"]
      let whole = folder.path(of: "whole")
      _ = try BuiltExecutable.extract("folders", input: SampleClips.folder, store: whole, set: set)
      let parts = folder.path(of: "parts")
      for part in 1...3 {
        let done = try BuiltExecutable.extract(
          "folders", input: SampleClips.folder, store: parts, set: set,
          flags: ["--part", "\(part)/3"])
        #expect(done.status == 0, "\(done.errors)")
      }
      #expect(try StoreContent(parts) == (try StoreContent(whole)))
    }
  }

  @Test func aMisspeltKeyIsNamedWithItsPlaceAndTheNearestKey() throws {
    try withTemporaryDirectory { folder in
      let pipeline = folder.path(of: "wrong.yaml")
      try Data("extract:\n  dataset: folders\n  sampling:\n    framesPerVidoe: 8\n".utf8)
        .write(to: URL(fileURLWithPath: pipeline))
      let outcome = try BuiltExecutable.run(["run", pipeline, "--input", "a", "--store", "b"])
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("wrong.yaml:4:5"))
      #expect(outcome.errors.contains("did you mean 'framesPerVideo'"))
    }
  }
}
