import Foundation
import Imaging
import TestSupport
import Testing

@testable import MediaDecoding

/// One way to store colours.
struct ColourCase: CustomTestStringConvertible, Sendable {
  var format: String
  var matrix: String
  var range: String
  var isFlagged: Bool
  var size = "160x120"

  var testDescription: String {
    "\(format) \(matrix) \(range) \(isFlagged ? "flagged" : "silent") \(size)"
  }

  static let all: [ColourCase] = {
    var cases: [ColourCase] = []
    for format in ["yuv420p", "yuv422p", "yuv444p", "yuv420p10le"] {
      for matrix in ["bt601", "bt709"] {
        for range in ["tv", "pc"] {
          cases.append(ColourCase(format: format, matrix: matrix, range: range, isFlagged: true))
        }
      }
    }
    cases.append(ColourCase(format: "yuv420p", matrix: "bt601", range: "tv", isFlagged: false))
    for size in ["1280x720", "1920x1080", "720x1280"] {
      cases.append(
        ColourCase(format: "yuv420p", matrix: "bt709", range: "tv", isFlagged: false, size: size))
    }
    cases.append(
      ColourCase(format: "yuv420p", matrix: "bt601", range: "tv", isFlagged: false, size: "720x576")
    )
    return cases
  }()
}

/// Colours.
@Suite(.enabled(if: CommandLineTool.ffmpeg != nil, "needs ffmpeg"))
struct ColourTests {
  static let colours: [(UInt8, UInt8, UInt8)] = [
    (200, 50, 30), (20, 160, 60), (40, 60, 220), (128, 128, 128), (222, 184, 160),
  ]

  /// A plain colour comes back within 3 levels.
  @Test(arguments: ColourCase.all)
  func plainColours(_ colourCase: ColourCase) throws {
    let ffmpeg = try #require(CommandLineTool.ffmpeg)
    try withTemporaryDirectory { folder in
      for (number, (red, green, blue)) in ColourTests.colours.enumerated() {
        let path = folder.path(of: "\(number).mp4")
        var arguments = [
          "-frames:v", "1", "-vf",
          "format=gbrp,scale=out_color_matrix=\(colourCase.matrix):out_range=\(colourCase.range)"
            + ":flags=accurate_rnd+full_chroma_int,format=\(colourCase.format)",
          "-c:v", "libx264", "-qp", "4",
        ]
        if colourCase.isFlagged {
          let name = colourCase.matrix == "bt601" ? "smpte170m" : "bt709"
          arguments += ["-colorspace", name, "-color_range", colourCase.range]
        } else {
          arguments += ["-bsf:v", "h264_metadata=matrix_coefficients=2"]
        }
        let hex = [red, green, blue].map { String(format: "%02x", $0) }.joined()
        try ffmpeg.makeClip(path, source: "color=0x\(hex):size=\(colourCase.size)", arguments)
        var isDelivered = false
        _ = try VideoReader(path: path).decodeFrames(count: 1) { frame in
          isDelivered = true
          let region = try frame.region(x: 33, y: 21, width: 40, height: 30)
          let reduced = try frame.reduced(width: 32, height: 24)
          for pixel in [region[7, 9], reduced[16, 12]] {
            let difference = [
              abs(Int(pixel.x) - Int(red)), abs(Int(pixel.y) - Int(green)),
              abs(Int(pixel.z) - Int(blue)),
            ]
            #expect((difference.max() ?? 255) <= 3, "0x\(hex) became \(pixel)")
          }
        }
        #expect(isDelivered)
      }
    }
  }
}
