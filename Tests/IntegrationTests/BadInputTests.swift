import Foundation
import ShardStore
import TestSupport
import Testing

/// One folder with every kind of broken video beside sound ones.
@Suite(
  .serialized,
  .enabled(
    if: BuiltExecutable.hasWeights, "weights/ is missing; scripts/test or scripts/demo fetches it"))
struct BadInputTests {
  private static let hasFFmpeg =
    (try? BuiltExecutable.run(["ffmpeg", "-version"], program: environment))?.status == 0

  private static let environment = URL(fileURLWithPath: "/usr/bin/env")

  private func ffmpeg(_ arguments: [String]) throws {
    let outcome = try BuiltExecutable.run(
      ["ffmpeg", "-v", "error", "-y", "-threads", "1"] + arguments, program: Self.environment)
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  @Test(.enabled(if: hasFFmpeg, "ffmpeg is missing; scripts/test installs it"))
  func brokenVideosAreRecordedAndTheOthersExtracted() throws {
    try withTemporaryDirectory { folder in
      let sound = URL(fileURLWithPath: SampleClips.folder + "/real/astronaut/take1.mp4")
      let whole = try Data(contentsOf: sound)
      try folder.write(whole, to: "in/real/sound.mp4")
      try folder.write(whole, to: "in/fake/Ein Zimmer für zwei – 部屋 (1).mp4")
      try folder.write(Data(), to: "in/real/empty.mp4")
      try folder.write("This is no video, only its name says so.\n", to: "in/real/text.mp4")
      let back = folder.path(of: "back.mp4")
      try ffmpeg(["-i", sound.path, "-c", "copy", back])
      let indexAtEnd = try Data(contentsOf: URL(fileURLWithPath: back))
      try folder.write(Data(indexAtEnd.prefix(indexAtEnd.count / 2)), to: "in/real/no-index.mp4")
      let front = folder.path(of: "front.mp4")
      try ffmpeg(["-i", sound.path, "-c", "copy", "-movflags", "+faststart", front])
      let streamable = try Data(contentsOf: URL(fileURLWithPath: front))
      try folder.write(
        Data(streamable.prefix(streamable.count * 6 / 10)), to: "in/real/truncated.mp4")
      var corrupt = streamable
      for position in stride(from: corrupt.count / 2, to: corrupt.count * 3 / 4, by: 97) {
        corrupt[position] ^= 0x5a
      }
      try folder.write(corrupt, to: "in/real/corrupt.mp4")
      try ffmpeg([
        "-f", "lavfi", "-i", "sine=duration=1", "-c:a", "aac", folder.path(of: "in/real/audio.mp4"),
      ])
      try ffmpeg(["-i", sound.path, "-frames:v", "1", folder.path(of: "in/real/one-frame.mp4")])
      try ffmpeg([
        "-f", "lavfi", "-i", "testsrc2=size=320x240:duration=1",
        folder.path(of: "in/fake/no-face.mp4"),
      ])
      try folder.makeLink("in/fake/gone.mp4", to: folder.path(of: "vanished/gone.mp4"))
      try folder.write(whole, to: "in/fake/forbidden.mp4")
      let forbidden = folder.path(of: "in/fake/forbidden.mp4")
      #expect(chmod(forbidden, 0) == 0)
      // Root reads every file; there the permission makes no difference.
      let isForbidden = !FileManager.default.isReadableFile(atPath: forbidden) && getuid() != 0

      let store = folder.path(of: "store")
      let outcome = try BuiltExecutable.extract(
        "folders", input: folder.path(of: "in"), store: store,
        set: ["sampling.framesPerVideo=8"])
      #expect(outcome.status == 2, "\(outcome.errors)")
      let content = try StoreContent(store)

      let failed = [
        "real/empty.mp4": "empty", "real/text.mp4": "not a video file",
        "real/no-index.mp4": "cut off before its index", "real/audio.mp4": "no video stream",
      ]
      for (name, reason) in failed {
        #expect(content.videos[name]?.state == .failed)
        #expect(content.videos[name]?.reason?.contains(reason) == true, "\(name)")
      }
      let noted = [
        "real/truncated.mp4": "truncated", "real/corrupt.mp4": "damaged",
        "real/one-frame.mp4": "short", "fake/no-face.mp4": "no face",
      ]
      for (name, note) in noted {
        #expect(content.videos[name]?.state == .done, "\(name)")
        #expect(content.videos[name]?.notes.contains { $0.contains(note) } == true, "\(name)")
      }
      #expect(content.videos["real/one-frame.mp4"]?.images == 1)
      #expect(content.videos["fake/no-face.mp4"]?.images == 0)
      #expect(content.videos["real/sound.mp4"]?.images == 8)
      #expect(content.videos["fake/Ein Zimmer für zwei – 部屋 (1).mp4"]?.images == 8)
      #expect(content.videos["fake/forbidden.mp4"]?.state == (isForbidden ? .failed : .done))

      let report = try String(
        contentsOfFile: store + "/extraction-report.json", encoding: .utf8)
      for name in failed.keys.sorted() + noted.keys.sorted() {
        #expect(report.contains(name), "\(name) in the report")
        #expect(outcome.output.contains(name), "\(name) in the output")
      }

      // Failed videos stay as they are, unless they shall be tried again.
      try folder.write(whole, to: "in/real/empty.mp4")
      _ = try BuiltExecutable.extract(
        "folders", input: folder.path(of: "in"), store: store, set: ["sampling.framesPerVideo=8"])
      #expect(try StoreContent(store).videos["real/empty.mp4"]?.state == .failed)
      _ = try BuiltExecutable.extract(
        "folders", input: folder.path(of: "in"), store: store, set: ["sampling.framesPerVideo=8"],
        flags: ["--retry-failed"])
      let retried = try StoreContent(store)
      #expect(retried.videos["real/empty.mp4"]?.images == 8)
      #expect(retried.videos["real/text.mp4"]?.state == .failed)
      #expect(try BuiltExecutable.run(["verify", store]).status == 0)
    }
  }

  @Test func aFolderThatVanishesIsRecorded() throws {
    try withTemporaryDirectory { folder in
      let clip = try Data(
        contentsOf: URL(fileURLWithPath: SampleClips.folder + "/real/astronaut/take1.mp4"))
      for number in 0..<30 { try folder.write(clip, to: "in/real/group/\(number).mp4") }
      try folder.write(clip, to: "in/fake/zz.mp4")
      let store = folder.path(of: "store")
      let outcome = try BuiltExecutable.extract(
        "folders", input: folder.path(of: "in"), store: store, workers: 1
      ) { _ in
        // Once the first video is stored, the job is past reading its catalog.
        while (try? FileManager.default.contentsOfDirectory(atPath: store))?
          .contains(where: { $0.hasSuffix(".mdb") }) != true
        {
          Thread.sleep(forTimeInterval: 0.02)
        }
        try FileManager.default.removeItem(atPath: folder.path(of: "in/real"))
      }
      #expect(outcome.status == 2, "\(outcome.errors)")
      let videos = try StoreContent(store).videos
      #expect(videos["fake/zz.mp4"]?.state == .done)
      let missing = videos.values.filter { $0.state == .failed }
      #expect(!missing.isEmpty)
      #expect(missing.allSatisfy { $0.reason?.contains("No such file") == true })
    }
  }

  @Test func aStoreOrInputThatIsMissingIsExplained() throws {
    try withTemporaryDirectory { folder in
      let noInput = try BuiltExecutable.extract(
        "folders", input: folder.path(of: "nowhere"), store: folder.path(of: "store"))
      #expect(noInput.status == 1)
      #expect(noInput.errors.contains("nowhere"))
      let noStore = try BuiltExecutable.run(["inspect", folder.path(of: "nothing")])
      #expect(noStore.status == 1)
      #expect(noStore.errors.contains("store.json"))
      let noOption = try BuiltExecutable.run(["run", "pipelines/folders.yaml"])
      #expect(noOption.status == 64)
      #expect(noOption.errors.contains("--input"))
    }
  }
}
