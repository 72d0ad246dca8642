import Contract
import Foundation
import Imaging
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
      // The records say how chosen crops look, as their pictures do.
      let decoder = try JPEGDecoder()
      for (video, record) in content.videos {
        let crops = content.images.filter { $0.key.hasPrefix(video + "/") }.sorted {
          $0.key < $1.key
        }
        #expect(crops.count == record.images)
        #expect(
          try record.looks
            == [1, 3, 5].map { sixth in
              let image = crops[sixth * crops.count / 6].value
              return PerceptualHash(try decoder.decode(image.span.bytes))
            })
      }
      let verified = try BuiltExecutable.run(["verify", one])
      #expect(verified.status == 0, "\(verified.output)")
      let sheet = folder.path(of: "sheet.jpg")
      let inspected = try BuiltExecutable.run(["inspect", one, "--contact-sheet", sheet])
      #expect(inspected.status == 0, "\(inspected.errors)")
      #expect(FileManager.default.fileExists(atPath: sheet))
    }
  }

  /// What became of unusual pictures stands in the records and in `inspect`, and is no problem of the
  /// run; a store of version 1 shows them as they are coded.
  @Test(.enabled(if: CommandLineTool.ffmpeg != nil, "needs ffmpeg"))
  func whatPixelsMeanIsRecorded() throws {
    let ffmpeg = try #require(CommandLineTool.ffmpeg)
    try withTemporaryDirectory { folder in
      let sound = SampleClips.folder + "/real/astronaut/take1.mp4"
      for name in ["in/real", "in/fake"] {
        try FileManager.default.createDirectory(
          atPath: folder.path(of: name), withIntermediateDirectories: true)
      }
      try ffmpeg.run([
        "-v", "error", "-i", sound, "-c", "copy", folder.path(of: "in/real/plain.mp4"),
      ])
      try ffmpeg.run([
        "-v", "error", "-i", sound, "-vf", "scale=iw*3/4:ih,setsar=4/3", "-c:v", "libx264",
        folder.path(of: "in/fake/wide.mp4"),
      ])
      try ffmpeg.run([
        "-v", "error", "-i", sound, "-vf",
        "setparams=color_trc=arib-std-b67:color_primaries=bt2020",
        "-c:v", "libx264", folder.path(of: "in/fake/hlg.mp4"),
      ])
      let store = folder.path(of: "store")
      let set = ["sampling.framesPerVideo=4"]
      let outcome = try BuiltExecutable.extract(
        "folders", input: folder.path(of: "in"), store: store, set: set)
      #expect(outcome.status == 0, "\(outcome.output) \(outcome.errors)")
      let videos = try StoreContent(store).videos
      #expect(videos["real/plain.mp4"]?.stream?.treatment == [])
      #expect(videos["real/plain.mp4"]?.stream?.fieldOrder == "progressive")
      #expect(videos["real/plain.mp4"]?.stream?.framesPerSecond == 25)
      let wide = try #require(videos["fake/wide.mp4"])
      #expect(wide.stream?.sampleAspectRatio == "4:3")
      #expect(wide.widthPixels == videos["real/plain.mp4"]?.widthPixels)
      #expect(
        videos["fake/hlg.mp4"]?.stream?.treatment == [
          "tone-mapped from arib-std-b67 (bt709-hable-1)"
        ])
      let inspected = try BuiltExecutable.run(["inspect", store])
      #expect(inspected.status == 0, "\(inspected.errors)")
      for line in [
        #"pixel shape .*\n* *4:3 +0 +1"#, #"arib-std-b67 +0 +1"#, #"treatment +stretched from"#,
        #"field order +progressive +1 +2"#, #"frame rate +25 +1 +2"#, "Median bit rate: real ",
      ] {
        #expect(
          inspected.output.range(of: line, options: .regularExpression) != nil,
          "\(line) in \(inspected.output)")
      }

      // The same settings in a store that version 1 began.
      let older = folder.path(of: "older")
      var recipe = try StoreDescription(store: store).recipe
      recipe.version = 1
      recipe.pixels = .version1
      let json = String(
        decoding: try ContractDocument.encode(
          StoreDescription(recipe: recipe, dataset: "folders")), as: UTF8.self)
      try folder.write(
        json.replacing("\"formatVersion\" : 3", with: "\"formatVersion\" : 2"),
        to: "older/store.json")
      let followed = try BuiltExecutable.extract(
        "folders", input: folder.path(of: "in"), store: older, set: set)
      #expect(followed.status == 0, "\(followed.errors)")
      let shown = try StoreContent(older).videos
      #expect(shown["fake/wide.mp4"]?.widthPixels != wide.widthPixels)
      #expect(shown["fake/hlg.mp4"]?.stream?.treatment == [])
      #expect(
        shown["real/plain.mp4"]?.samplesCRC32 == videos["real/plain.mp4"]?.samplesCRC32)
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
