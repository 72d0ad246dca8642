import Foundation
import Imaging
import TestSupport
import Testing

@testable import Contract
@testable import MediaDecoding

/// Transparency, grey, deep and full-range samples.
@Suite(.enabled(if: CommandLineTool.ffmpeg != nil, "needs ffmpeg"))
struct SampleFormatTests {
  /// Pictures of one colour by encoder: what comes back, within 3 levels.
  static let opaque: [[String]] = [
    ["-c:v", "png", "-pix_fmt", "rgb24"], ["-c:v", "png", "-pix_fmt", "rgba"],
    ["-c:v", "png", "-pix_fmt", "rgb48be"], ["-c:v", "png", "-pix_fmt", "rgba64be"],
    ["-c:v", "libx264", "-qp", "4", "-pix_fmt", "yuvj420p"],
    ["-c:v", "libx264", "-qp", "4", "-pix_fmt", "yuv444p"],
    ["-c:v", "libx264rgb", "-qp", "4", "-pix_fmt", "rgb24"],
    ["-c:v", "ffv1", "-pix_fmt", "gbrp"], ["-c:v", "ffv1", "-pix_fmt", "gbrp10le"],
    ["-c:v", "ffv1", "-pix_fmt", "yuva420p"], ["-c:v", "bmp", "-pix_fmt", "bgr24"],
  ]

  /// Plain colours come back.
  @Test(arguments: opaque)
  func colours(arguments: [String]) throws {
    let ffmpeg = try #require(CommandLineTool.ffmpeg)
    try withTemporaryDirectory { folder in
      for (red, green, blue) in [(200, 50, 30), (20, 160, 60), (128, 128, 128), (8, 8, 8)] {
        let path = folder.path(of: "a.\(arguments[1] == "bmp" ? "bmp" : "nut")")
        let hex = [red, green, blue].map { String(format: "%02x", $0) }.joined()
        try ffmpeg.makeClip(
          path, source: "color=0x\(hex):size=64x48", ["-frames:v", "1"] + arguments)
        let pixel = try firstPicture(path).picture[20, 20]
        let difference = [
          abs(Int(pixel.x) - red), abs(Int(pixel.y) - green), abs(Int(pixel.z) - blue),
        ]
        #expect((difference.max() ?? 255) <= 4, "0x\(hex) became \(pixel)")
      }
    }
  }

  /// Grey of every depth keeps its level, at full size and reduced.
  @Test(arguments: [
    ["-c:v", "png", "-pix_fmt", "gray"], ["-c:v", "png", "-pix_fmt", "gray16be"],
    ["-c:v", "png", "-pix_fmt", "ya8"],
    ["-c:v", "mjpeg", "-q:v", "1", "-pix_fmt", "gray", "-strict", "-1"],
    // Without a specified range, samples other than PNG's and JPEG's have the limited one.
    ["-c:v", "ffv1", "-pix_fmt", "gray10le"], ["-c:v", "ffv1", "-pix_fmt", "gray"],
  ])
  func grey(arguments: [String]) throws {
    let ffmpeg = try #require(CommandLineTool.ffmpeg)
    try withTemporaryDirectory { folder in
      for level in [8, 128, 240] {
        let path = folder.path(of: "a.nut")
        let hex = String(repeating: String(format: "%02x", level), count: 3)
        try ffmpeg.makeClip(
          path, source: "color=0x\(hex):size=64x48",
          [
            "-frames:v", "1", "-vf",
            "format=gbrp,scale=out_range=\(arguments.contains("ffv1") ? "tv" : "pc")",
          ] + arguments)
        try withFirstPicture(path) { frame in
          for pixel in [
            try frame.picture()[20, 20], try frame.reduced(width: 32, height: 24)[10, 10],
          ] {
            #expect(abs(Int(pixel.x) - level) <= 3, "\(level) became \(pixel)")
            #expect(pixel.x == pixel.y && pixel.y == pixel.z)
          }
        }
      }
    }
  }

  /// Transparent pixels are composited over black, half-transparent ones are in between.
  @Test(arguments: [
    ["-c:v", "png", "-pix_fmt", "rgba"], ["-c:v", "png", "-pix_fmt", "rgba64be"],
    ["-c:v", "png", "-pix_fmt", "ya8"], ["-c:v", "ffv1", "-pix_fmt", "yuva444p"],
  ])
  func transparency(arguments: [String]) throws {
    let ffmpeg = try #require(CommandLineTool.ffmpeg)
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "a.nut")
      // Opaque on the left, half transparent in the middle, transparent on the right.
      try ffmpeg.makeClip(
        path, source: "color=0xc8c8c8:size=96x48",
        [
          "-frames:v", "1", "-vf",
          "format=rgba,geq=r='r(X,Y)':g='g(X,Y)':b='b(X,Y)':a='if(lt(X,32),255,if(lt(X,64),128,0))'",
        ] + arguments)
      let (picture, information) = try firstPicture(path)
      for (x, level) in [(16, 200), (48, 100), (80, 0)] {
        #expect(abs(Int(picture[x, 20].x) - level) <= 3, "\(x): \(picture[x, 20])")
        #expect(picture[x, 20].w == 255)
      }
      #expect(information.stream.treatment == ["transparency laid on black"])
      try withFirstPicture(path) { frame in
        try expectRegionsOfTheWhole(frame)
        let reduced = try frame.reduced(width: 48, height: 24)
        #expect(abs(Int(reduced[24, 10].x) - 100) <= 3 && reduced[40, 10].x <= 3)
      }
      // Version 1 of the recipe shows what is under the transparency.
      let bare = try firstPicture(path, .version1).picture
      #expect(abs(Int(bare[80, 20].x) - 200) <= 3)
    }
  }

  /// Opaque pictures of formats with transparency are the same with and without it.
  @Test(arguments: [
    ["-c:v", "png", "-pix_fmt", "rgba"], ["-c:v", "gif"], ["-c:v", "png", "-pix_fmt", "pal8"],
  ])
  func opaqueStaysEqual(arguments: [String]) throws {
    let ffmpeg = try #require(CommandLineTool.ffmpeg)
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "a.\(arguments[1] == "gif" ? "gif" : "nut")")
      try ffmpeg.makeClip(path, ["-frames:v", "1"] + arguments)
      let mine = try firstPicture(path).picture
      let bare = try firstPicture(path, .version1).picture
      #expect(largestDifference(mine, bare) == 0)
    }
  }
}
