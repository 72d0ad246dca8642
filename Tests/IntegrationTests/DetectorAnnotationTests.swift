import Foundation
import Imaging
import MediaDecoding
import TestSupport
import Testing

extension TrainerTests {
  /// Videos with what was found drawn into them, by the built program.
  @Suite(
    .serialized,
    .enabled(
      if: BuiltExecutable.hasWeights, "weights/ is missing; scripts/test or scripts/demo fetches it"
    ),
    .enabled(if: CommandLineTool.ffmpeg != nil && CommandLineTool.ffprobe != nil, "needs ffmpeg"))
  struct DetectorAnnotation {
    private func facts(_ path: String) throws -> [String] {
      let output = try CommandLineTool.ffprobe?.run([
        "-v", "error", "-count_frames", "-show_entries",
        "stream=codec_name,width,height,nb_read_frames",
        "-of", "csv=p=0", path,
      ])
      return String(decoding: try #require(output), as: UTF8.self)
        .split(separator: "\n").map(String.init)
    }

    /// Pixels of the first picture.
    private func picture(_ path: String) throws -> PixelBuffer {
      var found: PixelBuffer?
      _ = try VideoReader(path: path).decodeFrames(count: 1) { found = try $0.picture() }
      return try #require(found)
    }

    /// All pictures and the sound are there, and something is drawn into the pictures, also where no face
    /// is.
    @Test func videosAndPictures() throws {
      try withTemporaryDirectory { folder in
        let ffmpeg = try #require(CommandLineTool.ffmpeg)
        let (clip, nobody) = (folder.path(of: "clip.mp4"), folder.path(of: "nobody.mp4"))
        try ffmpeg.run([
          "-i", DetectorModels.clips[0], "-f", "lavfi", "-i", "sine=frequency=440:duration=1",
          "-c:v", "copy", "-c:a", "aac", "-shortest", clip,
        ])
        try ffmpeg.run([
          "-f", "lavfi", "-i", "testsrc=size=320x240:rate=10:duration=2", "-c:v", "libx264", nobody,
        ])
        let still = folder.path(of: "still.png")
        try ffmpeg.run(["-i", clip, "-frames:v", "1", still])
        let out = folder.path(of: "out")
        let outcome = try DetectorModels.run([
          "predict", DetectorModels.model, clip, nobody, still, "--annotate", out,
        ])
        #expect(outcome.status == 0, "\(outcome.output) \(outcome.errors)")
        #expect(
          try FileManager.default.contentsOfDirectory(atPath: out).sorted() == [
            "clip.mp4.annotated.mp4", "nobody.mp4.annotated.mp4", "still.png.annotated.jpg",
          ])
        #expect(try facts(out + "/clip.mp4.annotated.mp4") == facts(clip))
        #expect(try facts(out + "/nobody.mp4.annotated.mp4") == facts(nobody))
        for (path, original) in [
          (out + "/clip.mp4.annotated.mp4", clip), (out + "/nobody.mp4.annotated.mp4", nobody),
          (out + "/still.png.annotated.jpg", still),
        ] {
          let (drawn, plain) = (try picture(path), try picture(original))
          #expect(drawn.width == plain.width && drawn.height == plain.height)
          let changed = (0..<drawn.height).reduce(0) { sum, y in
            sum
              + (0..<drawn.width).count { x in
                abs(Int(drawn[x, y][0]) - Int(plain[x, y][0])) > 40
              }
          }
          // The label in the corner alone has a few hundred.
          #expect(changed > 200, "\(path): \(changed)")
        }
      }
    }

    /// Ctrl-C and an input as the output leave everything as it was.
    @Test func nothingIsLost() throws {
      try withTemporaryDirectory { folder in
        let clip = folder.path(of: "clip.mp4")
        try CommandLineTool.ffmpeg?.run([
          "-stream_loop", "60", "-i", DetectorModels.clips[0], "-c:v", "copy", clip,
        ])
        let before = try Data(contentsOf: URL(fileURLWithPath: clip))
        let same = try DetectorModels.run([
          "predict", DetectorModels.model, clip, "--annotate", clip,
        ])
        #expect(same.status == 1 && same.errors.contains("is an input"))
        try folder.write("precious", to: "out.mp4")
        let stopped = try DetectorModels.run([
          "predict", DetectorModels.model, clip, "--annotate", folder.path(of: "out.mp4"),
        ]) { process in
          // Once the video is being written beside its place.
          let deadline = ContinuousClock.now + .seconds(60)
          while ContinuousClock.now < deadline,
            try FileManager.default.contentsOfDirectory(atPath: folder.path).count < 3
          { usleep(1000) }
          kill(process, SIGINT)
        }
        #expect(stopped.status == 130, "\(stopped.status) \(stopped.errors)")
        #expect(
          try String(contentsOfFile: folder.path(of: "out.mp4"), encoding: .utf8) == "precious")
        #expect(
          try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == [
            "clip.mp4", "out.mp4",
          ])
        #expect(try Data(contentsOf: URL(fileURLWithPath: clip)) == before)
      }
    }
  }
}
