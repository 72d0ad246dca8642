import Contract
import Foundation
import Imaging
import MediaDecoding
import ShardStore
import TestSupport
import Testing

/// `detection.reuseOriginals`, as a user turns it on: fakes have the faces of their originals, whichever
/// process finds them, and in whatever order the work is done.
@Suite(
  .serialized,
  .enabled(
    if: BuiltExecutable.hasWeights, "weights/ is missing; scripts/test or scripts/demo fetches it"))
struct ReuseOriginalsTests {
  /// Three videos and two fakes of each, darker ones, in the folders of FaceForensics++.
  private struct Example {
    let folder: TemporaryDirectory
    var input: String { folder.path(of: "in") }

    init(_ folder: TemporaryDirectory) throws {
      self.folder = folder
      let real = SampleClips.folder + "/real"
      let clips = try FileManager.default.subpathsOfDirectory(atPath: real)
        .filter { $0.hasSuffix("take1.mp4") }.sorted()
      try #require(clips.count == 3, "\(clips)")
      for (number, clip) in clips.enumerated() {
        let original = try path("original_sequences/youtube", name(number))
        try FileManager.default.copyItem(atPath: real + "/" + clip, toPath: original)
        for (method, darkening) in [("Deepfakes", 9), ("Face2Face", 15)] {
          let fake = try path(
            "manipulated_sequences/" + method, name(number) + "_" + name((number + 1) % 3))
          try writeDarker(original, fake, by: darkening)
        }
      }
    }

    private func name(_ number: Int) -> String { String(format: "%03d", number) }

    private func path(_ sequence: String, _ name: String) throws -> String {
      let videos = "\(input)/\(sequence)/c23/videos"
      try FileManager.default.createDirectory(
        atPath: videos, withIntermediateDirectories: true)
      return "\(videos)/\(name).mp4"
    }

    private func writeDarker(_ original: String, _ path: String, by darkening: Int) throws {
      let source = try openFrames(path: original, pixels: PixelInterpretation())
      let information = source.information
      var options = ClipWriter.Options()
      options.framesPerSecond = information.stream.framesPerSecond ?? 25
      let writer = try ClipWriter(
        path: path, width: information.widthPixels, height: information.heightPixels,
        options: options)
      _ = try source.decodeFrames(count: information.frameCount, isCancelled: { false }) { frame in
        let picture = try frame.region(x: 0, y: 0, width: frame.width, height: frame.height)
        try writer.append(
          PixelBuffer(
            width: picture.width, height: picture.height,
            bytes: picture.bytes.map { UInt8(max(0, Int($0) - darkening)) }))
      }
      try writer.finish()
    }

    func run(
      _ store: String, reuse: Bool = true, flags: [String] = [], set: [String] = [],
      workers: Int = 1
    ) throws -> BuiltExecutable.Outcome {
      try BuiltExecutable.extract(
        "faceforensics", input: input, store: folder.path(of: store), workers: workers,
        set: ["sampling.framesPerVideo=16", "detection.reuseOriginals=\(reuse)"] + set,
        flags: flags)
    }
  }

  @Test func fakesHaveTheFacesOfTheirOriginals() throws {
    try withTemporaryDirectory { folder in
      let example = try Example(folder)
      let outcome = try example.run("store")
      try #require([0, 2].contains(outcome.status), "\(outcome.output) \(outcome.errors)")
      #expect(
        outcome.output.contains("where their originals have faces: 6 of 9 videos of this run"),
        "\(outcome.output)")
      let whole = try StoreContent(folder.path(of: "store"))
      #expect(whole.videos.count == 9)
      for (key, sample) in whole.samples {
        guard let original = whole.videos[sample.video]?.original else {
          #expect(sample.facesFrom == nil)
          continue
        }
        #expect(sample.facesFrom == original)
        let other = try #require(
          whole.samples[key.replacingOccurrences(of: sample.video, with: original)])
        #expect(sample.track == other.track)
        for (point, wanted) in zip(sample.landmarks ?? [], other.landmarks ?? []) {
          let distance = hypot(point.x - wanted.x, point.y - wanted.y)
          #expect(distance < 0.15 * other.box.height, "\(key): \(point) and \(wanted)")
        }
      }

      // Originals alone first, their fakes by another run; by tasks; with more workers.
      let parts = try example.run("parts", set: ["methods=[Face2Face]"])
      try #require([0, 2].contains(parts.status), "\(parts.output) \(parts.errors)")
      let rest = try example.run("parts", workers: 3)
      #expect(rest.output.contains("where their originals have faces: 3 of 3"), "\(rest.output)")
      #expect(try StoreContent(folder.path(of: "parts")) == whole)
      for task in [1, 0] {
        let outcome = try example.run(
          "tasks", flags: ["--task", "\(task)/2", "--scratch", folder.path(of: "scratch")])
        try #require([0, 2].contains(outcome.status), "\(outcome.output) \(outcome.errors)")
      }
      #expect(try StoreContent(folder.path(of: "tasks")) == whole)

      // Another setting is another store.
      let other = try example.run("store", reuse: false)
      #expect(other.status != 0)
      #expect(other.errors.contains("detection.reuseOriginals"), "\(other.errors)")
      let searched = try example.run("searched", reuse: false)
      #expect(!searched.output.contains("taken from originals"))
      #expect(try StoreContent(folder.path(of: "searched")).samples.count == whole.samples.count)
    }
  }

  /// Killed at any time and started again, the store is the same.
  @Test(arguments: [0.3, 0.7, 1.2]) func killedItGoesOn(seconds: Double) throws {
    try withTemporaryDirectory { folder in
      let example = try Example(folder)
      try #require([0, 2].contains(try example.run("whole").status))
      _ = try BuiltExecutable.extract(
        "faceforensics", input: example.input, store: folder.path(of: "killed"), workers: 2,
        set: ["sampling.framesPerVideo=16", "detection.reuseOriginals=true"]
      ) { process in
        usleep(UInt32(seconds * 1e6))
        kill(process, SIGKILL)
      }
      let again = try example.run("killed")
      #expect([0, 2].contains(again.status), "\(again.output) \(again.errors)")
      #expect(
        try StoreContent(folder.path(of: "killed")) == StoreContent(folder.path(of: "whole")))
    }
  }
}
