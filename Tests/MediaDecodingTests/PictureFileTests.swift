import Contract
import Foundation
import Imaging
import TestSupport
import Testing

@testable import MediaDecoding

/// Still and animated pictures.
@Suite struct PictureFileTests {
  /// A still picture has neither duration nor rates, and one frame.
  @Test func aPictureIsAVideoOfOneFrame() throws {
    try withTemporaryDirectory { folder in
      try folder.writePicture("a.JPG", number: 3, width: 60, height: 40)
      let reader = try VideoReader(path: folder.path(of: "a.JPG"))
      let information = reader.information
      #expect(information.isStill && information.frameCount == 1)
      #expect(information.durationSeconds == nil && reader.claimedDurationSeconds == nil)
      #expect(information.stream.bitsPerSecond == nil)
      #expect(information.stream.framesPerSecond == nil)
      #expect((information.widthPixels, information.heightPixels) == (60, 40))
      #expect(try decoded(folder.path(of: "a.JPG")).map(\.index) == [0])
    }
  }

  /// Names like those of FFmpeg's numbered series, and other extensions than the content's, make no
  /// difference.
  @Test(arguments: ["a.jpg", "a001.jpeg", "a%03d.jpg", "a*.jpg", "a.png", "a", "a.mp4"])
  func theContentTellsTheFormat(name: String) throws {
    try withTemporaryDirectory { folder in
      try folder.writePicture(name, number: 3)
      #expect(try decoded(folder.path(of: name)).count == 1)
    }
  }

  /// A JPEG that ends in the middle of its picture is no picture, whatever of it could be decoded;
  /// a preview in its metadata, and bytes after its end, make no difference.
  @Test func aJPEGThatIsCutOffIsRefused() throws {
    try withTemporaryDirectory { folder in
      try folder.writePicture("whole.jpg", number: 3, width: 320, height: 240)
      let whole = try Data(contentsOf: URL(fileURLWithPath: folder.path(of: "whole.jpg")))
      // An APP1 segment with a whole JPEG in it.
      let preview =
        Data([0xFF, 0xE1, 0x00, 0x0A]) + Data("Exif".utf8) + Data([0xFF, 0xD8, 0xFF, 0xD9])
      let withPreview = whole.prefix(2) + preview + whole.dropFirst(2)
      try folder.write(Data(withPreview), to: "preview.jpg")
      try folder.write(whole + Data(repeating: 0, count: 100), to: "padded.jpg")
      for name in ["whole.jpg", "preview.jpg", "padded.jpg"] {
        #expect(try decoded(folder.path(of: name)).count == 1, "\(name)")
      }
      for (name, bytes) in [
        ("half.jpg", whole.prefix(whole.count / 2)), ("last.jpg", whole.dropLast(2)),
        ("half-preview.jpg", withPreview.prefix(withPreview.count / 2)),
      ] {
        try folder.write(Data(bytes), to: name)
        #expect(throws: MediaError.self, "\(name)") { _ = try decoded(folder.path(of: name)) }
      }
    }
  }

  /// Every format that is listed as a picture can be read.
  @Test(
    .enabled(if: CommandLineTool.ffmpeg != nil, "needs ffmpeg"),
    arguments: ["jpg", "JPEG", "png", "bmp", "tif", "tiff", "webp"])
  func everyFormatIsRead(format: String) throws {
    let ffmpeg = try #require(CommandLineTool.ffmpeg)
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "a." + format)
      try ffmpeg.makeClip(path, source: "testsrc2=size=96x64", ["-frames:v", "1"])
      let information = try VideoReader(path: path).information
      #expect(information.isStill && information.stream.remarks.isEmpty)
      let pictures = try decoded(path)
      #expect(pictures.count == 1 && pictures[0].picture.width == 96)
    }
  }

  /// What follows the first picture in a file of its format, such as a telephone's depth map, is no
  /// second frame.
  @Test func aPictureWithAnotherBehindIt() throws {
    try withTemporaryDirectory { folder in
      let encoder = try JPEGEncoder(quality: 95)
      let first = try encoder.encode(samplePicture(1, width: 60, height: 40))
      let second = try encoder.encode(samplePicture(9, width: 60, height: 40))
      try folder.write(Data(first), to: "one.jpg")
      try folder.write(Data(first + second), to: "two.jpg")
      let information = try VideoReader(path: folder.path(of: "two.jpg")).information
      #expect(information.frameCount == 1)
      #expect(information.stream.remarks == ["the file's first picture of 2 is taken"])
      #expect(try decoded(folder.path(of: "two.jpg")) == decoded(folder.path(of: "one.jpg")))
    }
  }

  /// An animated GIF is a video, one of a single frame a picture.
  @Test(.enabled(if: CommandLineTool.ffmpeg != nil, "needs ffmpeg"))
  func animatedGIF() throws {
    let ffmpeg = try #require(CommandLineTool.ffmpeg)
    try withTemporaryDirectory { folder in
      let many = folder.path(of: "many.gif")
      try ffmpeg.makeClip(many, source: "testsrc2=size=96x64:rate=10:duration=1", [])
      let information = try VideoReader(path: many).information
      #expect(information.frameCount == 10 && !information.isStill)
      #expect(information.durationSeconds == 1)
      let pictures = try decoded(many)
      #expect(pictures.map(\.index) == Array(0..<10))
      #expect(pictures[0].picture != pictures[9].picture)
      let one = folder.path(of: "one.gif")
      try ffmpeg.makeClip(
        one, source: "testsrc2=size=96x64:rate=10:duration=1", ["-frames:v", "1"])
      #expect(try VideoReader(path: one).information.isStill)
      #expect(try decoded(one).count == 1)
    }
  }

  /// An animated WebP file is distinguished from a damaged one, whatever its name.
  @Test(arguments: ["a.webp", "a.WEBP", "a.mp4"])
  func animatedWebP(name: String) throws {
    try withTemporaryDirectory { folder in
      try folder.write(Data(Self.webP(flags: 0x02)), to: name)
      let error = failure(folder.path(of: name))
      #expect(error?.code == .unsupportedCodec)
      #expect(error?.message.hasPrefix("an animated WebP file") == true)
      // The same header without the animation is merely damaged.
      try folder.write(Data(Self.webP(flags: 0x10)), to: name)
      #expect(failure(folder.path(of: name))?.code != .unsupportedCodec)
      try folder.write(Data(Self.webP(flags: 0x02).prefix(20)), to: name)
      #expect(failure(folder.path(of: name))?.code != .unsupportedCodec)
    }
  }

  /// The beginning of a WebP file with an extended header: 24 reserved bits, width and height less
  /// 1.
  private static func webP(flags: UInt8) -> [UInt8] {
    let header = Array("VP8X".utf8) + [10, 0, 0, 0, flags, 0, 0, 0, 95, 0, 0, 63, 0, 0]
    let animation = Array("ANIM".utf8) + [6, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    let size = UInt8(4 + header.count + animation.count)
    return Array("RIFF".utf8) + [size, 0, 0, 0] + Array("WEBP".utf8) + header + animation
  }
}

extension TemporaryDirectory {
  /// Writes a sample picture as a JPEG file.
  func writePicture(_ name: String, number: Int, width: Int = 96, height: Int = 64) throws {
    try write(
      Data(
        try JPEGEncoder(quality: 95).encode(samplePicture(number, width: width, height: height))),
      to: name)
  }
}
