import Contract
import Foundation
import Imaging
import TestSupport
import Testing

@testable import MediaDecoding

/// Rewriting videos with changed pictures.
@Suite struct AnnotatedClipTests {
  /// Pictures, indices and times are those of the input; also at a variable rate.
  @Test(arguments: [(0..<30).map { Double($0) / 30 }, irregularTimes, [0, 0.5]])
  func framesAndTimes(times: [Double]) throws {
    try withTemporaryDirectory { folder in
      let (input, output) = (folder.path(of: "in.mp4"), folder.path(of: "out.mp4"))
      try writeClip(input, times: times)
      let result = try annotate(input, output)
      #expect(result.drawn == (try allDecoded(input)))
      #expect(result.drawn.map(\.index) == Array(times.indices))
      try expectSameTimes(output, as: input)
      for (one, other) in zip(try allDecoded(output), result.drawn) {
        #expect(meanDifference(one.picture, other.picture) < 3)
      }
      let summary = result.summary
      #expect(summary.writtenFrames == times.count && summary.frameCount == times.count)
      #expect(summary.widthPixels == 96 && summary.heightPixels == 64)
      #expect(summary.damagedFromSeconds == nil && summary.notes == [] && summary.soundStreams == 0)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
    }
  }

  /// A sampled picture has the index and time that it has among all.
  @Test func sampledPicturesAreAmongAll() throws {
    try withTemporaryDirectory { folder in
      let input = folder.path(of: "in.mp4")
      try writeClip(input, times: irregularTimes)
      let all = try annotate(input, folder.path(of: "out.mp4")).drawn
      for sampled in try decoded(input, count: 5) { #expect(all[sampled.index] == sampled) }
    }
  }

  /// Containers with other time bases keep their times.
  @Test(
    .enabled(if: CommandLineTool.ffmpeg != nil, "needs ffmpeg"),
    arguments: [
      ("a.mkv", ["-c:v", "libx264", "-bf", "2"]), ("a.avi", ["-c:v", "mpeg4", "-r", "30000/1001"]),
      ("a.ts", ["-c:v", "libx264", "-bf", "3"]), ("a.mpg", ["-c:v", "mpeg2video"]),
      ("a.webm", ["-c:v", "libvpx-vp9", "-deadline", "realtime"]), ("a.gif", []),
      ("a.flv", ["-c:v", "flv1"]), ("a.h264", ["-c:v", "libx264", "-bf", "2"]),
    ] as [(String, [String])])
  func containers(name: String, arguments: [String]) throws {
    let ffmpeg = try #require(CommandLineTool.ffmpeg)
    try withTemporaryDirectory { folder in
      let (input, output) = (folder.path(of: name), folder.path(of: "out.mp4"))
      try ffmpeg.makeClip(input, source: "testsrc2=size=64x48:rate=25:duration=1", arguments)
      let result = try annotate(input, output)
      #expect(result.summary.writtenFrames >= 25 && result.summary.damagedFromSeconds == nil)
      try expectSameTimes(output, as: input)
    }
  }

  /// What is drawn is seen where it was drawn.
  @Test func drawnBox() throws {
    try withTemporaryDirectory { folder in
      let (input, output) = (folder.path(of: "in.mp4"), folder.path(of: "out.mp4"))
      try writeClip(input, times: (0..<20).map { Double($0) / 25 }, width: 192, height: 128)
      let orange = DivergingColours.pixel(0.8)
      try annotate(input, output, constantRateFactor: 16) { picture, index in
        picture.drawOutline(
          of: PixelRectangle(x: 20 + 2 * index, y: 16, width: 64, height: 48), thickness: 4,
          colour: orange)
      }
      let (written, plain) = (try allDecoded(output), try allDecoded(input))
      #expect(written.count == 20)
      for (number, delivered) in written.enumerated() {
        let left = 20 + 2 * number
        for (x, y) in [(left + 1, 40), (left + 62, 40), (left + 30, 18), (left + 30, 62)] {
          let pixel = delivered.picture[x, y]
          for channel in 0..<3 {
            #expect(
              abs(Int(pixel[channel]) - Int(orange[channel])) < 24, "\(number): \(x), \(y)")
          }
        }
        let part = (x: 110, y: 80, width: 80, height: 40)
        let parts = [delivered, plain[number]].map {
          $0.picture.cropped(x: part.x, y: part.y, width: part.width, height: part.height)
        }
        #expect(meanDifference(parts[0], parts[1]) < 4)
      }
    }
  }

  /// Pictures are written upright, however they are rotated and mirrored.
  @Test(arguments: MirrorTests.orientations)
  func orientation(exif: Int, order expected: [Int]) throws {
    try withTemporaryDirectory { folder in
      let (input, output) = (folder.path(of: "in.mp4"), folder.path(of: "out.mp4"))
      var options = ClipWriter.Options()
      options.container.displayMatrix = MirrorTests.matrix(exif)
      let picture = quarters(width: 96, height: 64)
      try writePictures([picture, picture], input, options: options)
      let result = try annotate(input, output)
      #expect(result.summary.widthPixels == (exif < 5 ? 96 : 64))
      let reader = try VideoReader(path: output)
      let written = try #require(try allDecoded(output).first).picture
      #expect(MirrorTests.order(written) == expected)
      #expect(reader.information.quarterTurns == 0)
      #expect(reader.information.stream.isMirrored != true)
      if let ffprobe = CommandLineTool.ffprobe {
        let fields = try ffprobe.lines([
          "-v", "error", "-show_entries", "stream=codec_name,pix_fmt:stream_side_data", "-of",
          "compact=p=0", output,
        ])
        #expect(fields == ["codec_name=h264|pix_fmt=yuv420p"])
      }
    }
  }

  /// An odd width or height has its last column or row twice.
  @Test(
    .enabled(if: CommandLineTool.ffmpeg != nil, "needs ffmpeg"),
    arguments: [(65, 48), (64, 49), (65, 49)])
  func oddSizes(width: Int, height: Int) throws {
    let ffmpeg = try #require(CommandLineTool.ffmpeg)
    try withTemporaryDirectory { folder in
      let (input, output) = (folder.path(of: "in.mkv"), folder.path(of: "out.mp4"))
      try ffmpeg.makeClip(
        input, source: "testsrc2=size=80x60:rate=25:duration=0.2",
        ["-vf", "scale=\(width):\(height),setsar=1", "-c:v", "ffv1", "-pix_fmt", "yuv444p"])
      let result = try annotate(input, output, constantRateFactor: 2)
      #expect(result.summary.widthPixels == width + width % 2)
      #expect(result.summary.heightPixels == height + height % 2)
      #expect(result.summary.notes == [])
      for (one, other) in zip(try allDecoded(output), result.drawn) {
        #expect(other.picture.width == width && other.picture.height == height)
        #expect(one.picture.width % 2 == 0 && one.picture.height % 2 == 0)
        let inside = one.picture.cropped(x: 0, y: 0, width: width, height: height)
        #expect(meanDifference(inside, other.picture) < 12)
      }
      try expectSameTimes(output, as: input)
    }
  }

  /// HLG is tone-mapped as `VideoReader` does it, and the output says nothing of HDR.
  @Test func highDynamicRange() throws {
    try withTemporaryDirectory { folder in
      let (input, output) = (folder.path(of: "in.mp4"), folder.path(of: "out.mp4"))
      var options = ClipWriter.Options()
      options.signal = ClipSignal(
        transfer: "arib-std-b67", primaries: "bt2020", matrix: "bt2020nc", hasTenBits: true)
      try writeClip(input, times: [0, 0.04, 0.08], options: options)
      let result = try annotate(input, output)
      #expect(result.drawn == (try allDecoded(input)))
      let reader = try VideoReader(path: output)
      _ = try reader.decodeFrames(count: 1) { _ in }
      let facts = reader.information.stream
      #expect(facts.transfer == "bt709" && facts.primaries == "bt709" && facts.matrix == "bt709")
      #expect(facts.range == "tv" && facts.pixelFormat == "yuv420p" && facts.treatment == [])
      for (one, other) in zip(try allDecoded(output), result.drawn) {
        #expect(meanDifference(one.picture, other.picture) < 3)
      }
    }
  }

  /// A telephone's HLG clip is written as it is read.
  @Test(.enabled(if: SharedData.fieldClip != nil, "needs ../shared/field"))
  func telephone() throws {
    let input = try #require(SharedData.fieldClip)
    try withTemporaryDirectory { folder in
      let output = folder.path(of: "out.mp4")
      let result = try annotate(input, output, constantRateFactor: 20)
      #expect(result.drawn == (try allDecoded(input)) && result.summary.notes == [])
      try expectSameTimes(output, as: input)
      guard let ffprobe = CommandLineTool.ffprobe else { return }
      let fields = try ffprobe.lines([
        "-v", "error", "-show_entries", "stream=color_transfer,color_primaries:stream_side_data",
        "-of", "compact=p=0", output,
      ])
      #expect(fields == ["color_transfer=bt709|color_primaries=bt709"])
    }
  }

  /// Pictures that aren't square and interlaced ones are written as they are shown.
  @Test func shapeAndFields() throws {
    try withTemporaryDirectory { folder in
      let (input, output) = (folder.path(of: "in.mp4"), folder.path(of: "out.mp4"))
      var options = ClipWriter.Options()
      options.isTopFieldFirst = true
      options.container.pixelShape = (4, 3)
      try writeClip(input, times: [0, 0.04, 0.08], options: options)
      let result = try annotate(input, output)
      #expect(result.summary.widthPixels == 128 && result.summary.heightPixels == 64)
      #expect(result.drawn == (try allDecoded(input)))
      let reader = try VideoReader(path: output)
      _ = try reader.decodeFrames(count: 1) { _ in }
      #expect(reader.information.widthPixels == 128)
      #expect(reader.information.stream.fieldOrder == "progressive")
    }
  }

  /// A folder of pictures becomes a video, at its rate or at 25 pictures per second.
  @Test(arguments: [nil, 10.0])
  func folderOfPictures(framesPerSecond: Double?) throws {
    try withTemporaryDirectory { folder in
      try FileManager.default.createDirectory(
        atPath: folder.path(of: "frames"), withIntermediateDirectories: false)
      for number in [3, 4, 8] {
        // The last one is smaller, and of another shape.
        let size = number == 8 ? (48, 48) : (96, 64)
        let picture = try JPEGEncoder(quality: 95).encode(
          samplePicture(number, width: size.0, height: size.1))
        try folder.write(Data(picture), to: "frames/\(number).jpg")
      }
      let output = folder.path(of: "out.mp4")
      let result = try annotate(
        folder.path(of: "frames"), output, framesPerSecond: framesPerSecond)
      #expect(result.summary.writtenFrames == 3 && result.summary.widthPixels == 96)
      #expect(result.drawn.map(\.index) == [0, 1, 2])
      let hasRate = framesPerSecond != nil
      #expect(result.drawn.map(\.timestampSeconds) == (hasRate ? [0, 0.1, 0.5] : [-1, -1, -1]))
      #expect(result.summary.notes.count == (hasRate ? 1 : 2))
      let written = try allDecoded(output)
      for (one, seconds) in zip(written, hasRate ? [0, 0.1, 0.5] : [0, 0.04, 0.08]) {
        #expect(abs(one.timestampSeconds - seconds) < 1e-9)
      }
      // The square lies in the middle, black beside it.
      #expect(written[2].picture[2, 32].wrappedSum() < 255 + 30)
      #expect(written[2].picture[94, 32].wrappedSum() < 255 + 30)
    }
  }
}
