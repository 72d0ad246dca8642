import Foundation
import Imaging
import TestSupport
import Testing

@testable import MediaDecoding

/// Clips compressed in memory.
@Suite struct ClipRecompressorTests {
  private func options(_ rateFactor: Double) -> ClipWriter.Options {
    var options = ClipWriter.Options()
    options.constantRateFactor = rateFactor
    options.keyInterval = 250
    options.colourMatrix = .bt601
    return options
  }

  private func clip(_ count: Int, width: Int = 96, height: Int = 64) -> [PixelBuffer] {
    (0..<count).map { samplePicture($0, width: width, height: height) }
  }

  /// The pictures are those of a file with the same settings.
  @Test(arguments: [5.0, 30, 40])
  func sameAsFile(rateFactor: Double) throws {
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "a.mp4")
      let pictures = clip(30)
      let writer = try ClipWriter(path: path, width: 96, height: 64, options: options(rateFactor))
      for picture in pictures { try writer.append(picture) }
      try writer.finish()
      let recompressed = try ClipRecompressor.recompress(pictures, options: options(rateFactor))
      let again = try ClipRecompressor.recompress(pictures, options: options(rateFactor))
      #expect(recompressed == again)
      #expect(recompressed == (try decoded(path, count: 100).map(\.picture)))
      #expect(recompressed != pictures)
    }
  }

  /// They are those of the ffmpeg program.
  @Test(
    .enabled(if: CommandLineTool.ffmpeg != nil, "needs ffmpeg"),
    arguments: [30.0, 32, 35, 38, 40])
  func sameAsProgram(rateFactor: Double) throws {
    let ffmpeg = try #require(CommandLineTool.ffmpeg)
    try withTemporaryDirectory { folder in
      let pictures = clip(30)
      try folder.write(Data(pictures.flatMap(\.bytes)), to: "in.raw")
      let path = folder.path(of: "out.mp4")
      try ffmpeg.run([
        "-v", "error", "-f", "rawvideo", "-pix_fmt", "rgb0", "-s", "96x64", "-r", "25", "-i",
        folder.path(of: "in.raw"), "-vf",
        "scale=out_color_matrix=bt601:flags=bicubic+accurate_rnd+full_chroma_inp",
        "-c:v", "libx264", "-crf", "\(Int(rateFactor))", "-pix_fmt", "yuv420p", "-threads", "1",
        "-x264-params", "cpu-independent=1", "-colorspace", "smpte170m", path,
      ])
      #expect(
        try ClipRecompressor.recompress(pictures, options: options(rateFactor))
          == decoded(path, count: 100).map(\.picture))
    }
  }

  /// Odd sizes come back as they were.
  @Test(arguments: [(33, 31), (34, 31), (33, 32), (1, 1)])
  func oddSizes(width: Int, height: Int) throws {
    let pictures = (0..<3).map { number in
      PixelBuffer(
        width: width, height: height, red: UInt8(60 * number), green: 100, blue: 200)
    }
    let result = try ClipRecompressor.recompress(pictures, options: options(5))
    #expect(result.count == 3)
    for (before, after) in zip(pictures, result) {
      #expect(after.width == width && after.height == height)
      #expect(largestDifference(before, after) <= 4)
    }
  }

  /// One picture and none.
  @Test func fewPictures() throws {
    #expect(ClipRecompressor.isAvailable)
    #expect(try ClipRecompressor.recompress([], options: options(30)).isEmpty)
    #expect(try ClipRecompressor.recompress(clip(1), options: options(30)).count == 1)
  }

  /// What can't be compressed is refused with a reason.
  @Test func refusals() throws {
    let mixed = #expect(throws: MediaError.self) {
      try ClipRecompressor.recompress(
        clip(2) + clip(1, width: 64, height: 64), options: options(30))
    }
    #expect(mixed?.message.contains("picture 2 of a clip: expected 96x64 pixels") == true)
    var still = options(30)
    still.framesPerSecond = 0
    #expect(throws: MediaError.self) { try ClipRecompressor.recompress(clip(1), options: still) }
    let stopped = #expect(throws: MediaError.self) {
      try ClipRecompressor.recompress(clip(9), options: options(30), isCancelled: { true })
    }
    #expect(stopped?.code == .cancelled)
  }
}
