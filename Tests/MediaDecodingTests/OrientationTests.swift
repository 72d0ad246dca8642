import Foundation
import Imaging
import TestSupport
import Testing

@testable import MediaDecoding

/// Rotation, regions and sizes.
@Suite struct OrientationTests {
  /// Rotation metadata rotates the picture.
  @Test(arguments: [0, 1, 2, 3])
  func rotation(quarterTurns: Int) throws {
    try withTemporaryDirectory { folder in
      let plain = folder.path(of: "plain.mp4")
      let turned = folder.path(of: "turned.mp4")
      var options = ClipWriter.Options()
      try writeClip(plain, times: [0, 0.04, 0.08], options: options)
      options.quarterTurns = quarterTurns
      try writeClip(turned, times: [0, 0.04, 0.08], options: options)
      let expected = try decoded(plain).map {
        $0.picture.rotatedClockwise(quarterTurns: quarterTurns)
      }
      #expect(try decoded(turned).map(\.picture) == expected)
      let information = try VideoReader(path: turned).information
      #expect(information.quarterTurns == quarterTurns)
      #expect(information.widthPixels == (quarterTurns % 2 == 0 ? 96 : 64))
      try withFirstPicture(turned) { frame in try expectConsistent(frame) }
    }
  }

  /// The ffmpeg tool rotates the same way.
  @Test(
    .enabled(if: CommandLineTool.ffmpeg != nil, "needs ffmpeg"),
    arguments: [1, 2, 3])
  func rotationReferee(quarterTurns: Int) throws {
    let ffmpeg = try #require(CommandLineTool.ffmpeg)
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "turned.mp4")
      var options = ClipWriter.Options()
      options.quarterTurns = quarterTurns
      try writeClip(path, times: [0, 0.04], options: options)
      let isUpright = quarterTurns % 2 == 0
      let reference = try ffmpeg.allPictures(
        path, width: isUpright ? 96 : 64, height: isUpright ? 64 : 96)
      for delivered in try decoded(path) {
        // The tool rotates before it interpolates the chroma: only edges differ.
        let pairs = zip(reference[delivered.index].bytes, delivered.picture.bytes)
        let total = pairs.reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
        #expect(Double(total) / Double(delivered.picture.bytes.count) < 2)
      }
    }
  }

  /// Encoders of odd sizes and of all ways to store chroma.
  static let formats: [[String]] = [
    ["-c:v", "mpeg4", "-q:v", "3"],
    ["-c:v", "mjpeg", "-pix_fmt", "yuvj420p"],
    ["-c:v", "mjpeg", "-pix_fmt", "yuvj422p"],
    ["-c:v", "mjpeg", "-pix_fmt", "yuvj444p"],
    ["-c:v", "libx264", "-pix_fmt", "yuv444p"],
    ["-c:v", "libx264rgb", "-pix_fmt", "rgb24"],
    ["-c:v", "ffv1", "-pix_fmt", "yuv411p"],
    ["-c:v", "ffv1", "-pix_fmt", "yuv410p"],
    ["-c:v", "ffv1", "-pix_fmt", "yuv420p10le"],
    ["-c:v", "ffv1", "-pix_fmt", "gray"],
    ["-c:v", "rawvideo", "-pix_fmt", "yuyv422"],
    ["-c:v", "rawvideo", "-pix_fmt", "nv12"],
    ["-c:v", "png", "-pix_fmt", "rgb24"],
    ["-c:v", "png", "-pix_fmt", "pal8"],
    ["-c:v", "png", "-pix_fmt", "monob"],
  ]

  /// A region is the same as that part of the whole.
  @Test(
    .enabled(if: CommandLineTool.ffmpeg != nil, "needs ffmpeg"), arguments: formats,
    [(321, 241), (320, 240), (322, 242), (17, 9)])
  func regions(arguments: [String], size: (width: Int, height: Int)) throws {
    let ffmpeg = try #require(CommandLineTool.ffmpeg)
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "a.nut")
      try ffmpeg.makeClip(
        path, source: "testsrc2=size=320x240:rate=25",
        arguments + ["-vf", "scale=\(size.width):\(size.height),setsar=1", "-frames:v", "2"])
      try withFirstPicture(path) { frame in
        #expect(frame.width == size.width && frame.height == size.height)
        try expectConsistent(frame)
      }
    }
  }

  /// Regions are parts of the whole; the reduced picture has its orientation.
  private func expectConsistent(_ frame: VideoFrame) throws {
    try expectRegionsOfTheWhole(frame)
    let whole = try frame.picture()
    let reduced = try frame.reduced(width: 8, height: 6)
    #expect(reduced.width == 8 && reduced.height == 6)
    guard frame.width >= 32 else { return }
    var largest = 0.0
    for row in 0..<6 {
      for column in 0..<8 {
        let mean = meanColour(whole, column: column, row: row, columns: 8, rows: 6)
        for channel in 0..<3 {
          largest = max(largest, abs(Double(reduced[column, row][channel]) - mean[channel]))
        }
      }
    }
    // The means are over whole pixels, and chroma blurs a little.
    #expect(largest < 24)
  }

  private func meanColour(
    _ picture: PixelBuffer, column: Int, row: Int, columns: Int, rows: Int
  ) -> SIMD4<Double> {
    let xs = (column * picture.width / columns)..<((column + 1) * picture.width / columns)
    let ys = (row * picture.height / rows)..<((row + 1) * picture.height / rows)
    var sum = SIMD4<Double>(repeating: 0)
    for y in ys { for x in xs { sum += SIMD4<Double>(picture[x, y]) } }
    return sum / Double(xs.count * ys.count)
  }
}
