import Foundation
import Imaging
import TestSupport
import Testing

@testable import Contract
@testable import MediaDecoding

/// Interlaced pictures.
@Suite struct InterlacingTests {
  /// A textured disc that moves over a textured ground, at a time in fields; grey, because the
  /// encoder averages chroma over lines of both fields.
  static func scene(_ field: Int, width: Int, height: Int, speed: Double = 3) -> PixelBuffer {
    var picture = PixelBuffer(width: width, height: height)
    let centre = (
      Double(width) * 0.25 + Double(field) * speed, Double(height) / 2 + Double(field) * 0.7
    )
    let radius = Double(height) * 0.3
    for y in 0..<height {
      for x in 0..<width {
        let ground =
          120 + 30 * sin(Double(x) * 0.35) + 25 * cos(Double(y) * 0.22 + Double(x) * 0.05)
        let (dx, dy) = (Double(x) - centre.0, Double(y) - centre.1)
        // A soft edge of two pixels.
        let inside = min(max((radius - (dx * dx + dy * dy).squareRoot()) / 2 + 0.5, 0), 1)
        let face = 170 + 40 * sin(dx * 0.3) * cos(dy * 0.25)
        let value = UInt8((ground + inside * (face - ground)).rounded())
        picture[x, y] = SIMD4(value, value, value, 255)
      }
    }
    return picture
  }

  /// Two pictures' lines in turn, the first line from `top`.
  static func woven(_ top: PixelBuffer, _ bottom: PixelBuffer) -> PixelBuffer {
    var picture = top
    for y in stride(from: 1, to: top.height, by: 2) {
      let row = (y * top.bytesPerRow)..<((y + 1) * top.bytesPerRow)
      picture.bytes.replaceSubrange(row, with: bottom.bytes[row])
    }
    return picture
  }

  /// Writes H.264 that is interlaced, and gives the progressive pictures of its first fields.
  static func writeInterlaced(
    _ path: String, isTopFirst: Bool, width: Int = 192, height: Int = 128, speed: Double = 3,
    hasTenBits: Bool = false
  ) throws -> [PixelBuffer] {
    var options = ClipWriter.Options()
    options.isTopFieldFirst = isTopFirst
    if hasTenBits {
      options.signal = ClipSignal(
        transfer: "bt709", primaries: "bt709", matrix: "bt709", hasTenBits: true)
    }
    let fields = (0..<8).map { scene($0, width: width, height: height, speed: speed) }
    let pictures = stride(from: 0, to: 8, by: 2).map { first in
      isTopFirst ? woven(fields[first], fields[first + 1]) : woven(fields[first + 1], fields[first])
    }
    try writePictures(pictures, path, options: options)
    return stride(from: 0, to: 8, by: 2).map { fields[$0] }
  }

  /// The picture of the first field comes out, without combs.
  @Test(arguments: [(true, false), (false, false), (true, true)])
  func firstField(isTopFirst: Bool, hasTenBits: Bool) throws {
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "a.mp4")
      let expected = try InterlacingTests.writeInterlaced(
        path, isTopFirst: isTopFirst, hasTenBits: hasTenBits)
      let woven = try pictures(path, .version1).pictures
      let (mine, information) = try pictures(path)
      #expect(mine.count == 4 && woven.count == 4)
      for (number, picture) in mine.enumerated() {
        let (before, after) = (
          meanDifference(woven[number], expected[number]), meanDifference(picture, expected[number])
        )
        #expect(after < 0.4 * before, "\(before) became \(after)")
        #expect(combs(woven[number]) > 300)
        #expect(combs(picture) * 10 < combs(woven[number]))
      }
      #expect(information.stream.fieldOrder == (isTopFirst ? "tff" : "bff"))
      #expect(information.stream.treatment == ["deinterlaced (first-field-combed-1)"])
      try withFirstPicture(path) { try expectRegionsOfTheWhole($0) }
    }
  }

  /// All pictures of a clip, and what is known of it afterwards.
  private func pictures(
    _ path: String, _ pixels: PixelInterpretation = PixelInterpretation()
  ) throws -> (pictures: [PixelBuffer], information: VideoInformation) {
    let reader = try VideoReader(path: path, pixels: pixels)
    var pictures: [PixelBuffer] = []
    _ = try reader.decodeFrames(count: 100) { pictures.append(try $0.picture()) }
    return (pictures, reader.information)
  }

  /// Pixels that differ from both vertical neighbours by more than 15 levels in the same direction.
  private func combs(_ picture: PixelBuffer) -> Int {
    var count = 0
    for y in 1..<(picture.height - 1) {
      for x in 0..<picture.width {
        let middle = Int(picture[x, y].y)
        let (up, down) = (middle - Int(picture[x, y - 1].y), middle - Int(picture[x, y + 1].y))
        if (up > 15 && down > 15) || (up < -15 && down < -15) { count += 1 }
      }
    }
    return count
  }

  /// Pictures are not worse than those of FFmpeg's bwdif, which sees their neighbours too.
  @Test(.enabled(if: CommandLineTool.ffmpeg?.has(filter: "bwdif") == true, "needs ffmpeg's bwdif"))
  func referee() throws {
    let ffmpeg = try #require(CommandLineTool.ffmpeg)
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "a.mp4")
      let expected = try InterlacingTests.writeInterlaced(path, isTopFirst: true)
      let mine = try pictures(path).pictures
      let data = try ffmpeg.run([
        "-v", "error", "-i", path, "-vf",
        "bwdif=mode=send_frame,scale=flags=bilinear+accurate_rnd+full_chroma_int", "-pix_fmt",
        "rgb0", "-f", "rawvideo", "-",
      ])
      let size = 192 * 128 * 4
      try #require(data.count == 4 * size)
      for number in 1..<3 {
        let reference = PixelBuffer(
          width: 192, height: 128, bytes: [UInt8](data[(number * size)..<((number + 1) * size)]))
        let (theirs, ours) = (
          meanDifference(reference, expected[number]),
          meanDifference(mine[number], expected[number])
        )
        #expect(ours < 1.5 * theirs + 0.2, "ours \(ours), bwdif \(theirs)")
      }
    }
  }

  /// Progressive pictures that are merely flagged as interlaced stay as they are.
  @Test(arguments: [true, false])
  func flaggedProgressive(isTopFirst: Bool) throws {
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "a.mp4")
      var options = ClipWriter.Options()
      options.isTopFieldFirst = isTopFirst
      let scenes = (0..<4).map { InterlacingTests.scene($0, width: 192, height: 128) }
      try writePictures(scenes, path, options: options)
      let (mine, information) = try pictures(path)
      #expect(mine == (try pictures(path, .version1).pictures))
      #expect(information.stream.fieldOrder == (isTopFirst ? "tff" : "bff"))
      #expect(information.stream.treatment.isEmpty)
    }
  }

  /// Interlaced clips of the ffmpeg tool.
  static let encodings: [[String]] = [
    ["-c:v", "mpeg2video", "-q:v", "2", "-flags", "+ilme+ildct", "a.mpg"],
    ["-c:v", "mpeg2video", "-q:v", "2", "-pix_fmt", "yuv422p", "-flags", "+ilme+ildct", "a.ts"],
    ["-c:v", "libx264", "-qp", "8", "-flags", "+ilme+ildct", "-x264-params", "tff=1", "a.ts"],
    ["-c:v", "prores_ks", "-flags", "+ilme+ildct", "a.mov"],
    ["-c:v", "ffv1", "-pix_fmt", "yuv420p", "-flags", "+ilme+ildct", "a.mkv"],
    ["-c:v", "mpeg4", "-q:v", "2", "-flags", "+ilme+ildct", "a.mp4"],
    ["-c:v", "rawvideo", "-pix_fmt", "uyvy422", "-flags", "+ilme+ildct", "a.mov"],
  ]

  /// Every codec's interlaced pictures are recognised and become those of their first fields.
  @Test(.enabled(if: CommandLineTool.ffmpeg != nil, "needs ffmpeg"), arguments: encodings)
  func codecs(arguments: [String]) throws {
    let ffmpeg = try #require(CommandLineTool.ffmpeg)
    try withTemporaryDirectory { folder in
      let path = folder.path(of: try #require(arguments.last))
      try folder.write(
        Data((0..<8).flatMap { InterlacingTests.scene($0, width: 192, height: 128).bytes }),
        to: "in.raw")
      try ffmpeg.run(
        [
          "-v", "error", "-f", "rawvideo", "-pix_fmt", "rgb0", "-s", "192x128", "-r", "50", "-i",
          folder.path(of: "in.raw"), "-vf", "tinterlace=interleave_top,setfield=tff",
          "-field_order", "tt",
        ] + arguments.dropLast() + [path])
      let (mine, information) = try pictures(path)
      let woven = try pictures(path, .version1).pictures
      #expect(information.stream.fieldOrder == "tff", "\(information.stream)")
      #expect(information.stream.treatment.contains("deinterlaced (first-field-combed-1)"))
      try #require(mine.count >= 4 && woven.count == mine.count)
      let expected = InterlacingTests.scene(2, width: 192, height: 128)
      let (before, after) = (meanDifference(woven[1], expected), meanDifference(mine[1], expected))
      #expect(after < 0.6 * before, "\(before) became \(after)")
    }
  }

  /// The field pictures of H.265 are enlarged to frames.
  @Test(.enabled(if: CommandLineTool.ffmpeg != nil, "needs ffmpeg"))
  func singleFields() throws {
    let ffmpeg = try #require(CommandLineTool.ffmpeg)
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "a.mp4")
      // x265 takes each picture for a field if its settings say that they are fields.
      try ffmpeg.makeClip(
        path, source: "testsrc2=size=192x72:rate=50:duration=0.4",
        ["-c:v", "libx265", "-x265-params", "interlace=tff:log-level=none:pools=none"])
      let (picture, information) = try firstPicture(path)
      #expect(picture.width == 192 && picture.height == 144, "\(picture.width)x\(picture.height)")
      #expect(information.stream.treatment.first == "single fields, enlarged to frames")
      #expect(try firstPicture(path, .version1).picture.height == 72)
    }
  }

  /// Telecine is noted, and its pictures are taken as they are.
  @Test(.enabled(if: CommandLineTool.ffmpeg != nil, "needs ffmpeg"))
  func telecine() throws {
    try withTemporaryDirectory { folder in
      let ffmpeg = try #require(CommandLineTool.ffmpeg)
      let path = folder.path(of: "a.m2v")
      try ffmpeg.makeClip(
        path, source: "testsrc2=size=192x144:rate=24:duration=1", ["-c:v", "mpeg2video"])
      var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
      // ISO/IEC 13818-2, 6.2.3.1: repeat_first_field in the picture coding extension, and a
      // sequence that isn't progressive (6.2.2.3), without which it would repeat whole frames.
      for offset in 0..<(bytes.count - 9)
      where Array(bytes[offset..<(offset + 4)]) == [0, 0, 1, 0xb5] {
        switch bytes[offset + 4] >> 4 {
        case 1: bytes[offset + 5] &= 0xf7
        case 8: bytes[offset + 7] |= 0x02
        default: break
        }
      }
      try folder.write(Data(bytes), to: "b.m2v")
      let (mine, information) = try pictures(folder.path(of: "b.m2v"))
      #expect(
        information.stream.remarks == [
          "telecine: fields are shown repeatedly; the pictures are taken as they are"
        ], "\(information.stream)")
      #expect(mine == (try pictures(folder.path(of: "b.m2v"), .version1).pictures))
    }
  }
}
