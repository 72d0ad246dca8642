import Foundation
import Imaging
import TestSupport
import Testing

@testable import Contract
@testable import MediaDecoding

/// The first picture of a clip, valid during the call only.
func withFirstPicture(
  _ path: String, _ pixels: PixelInterpretation = PixelInterpretation(),
  _ body: (VideoFrame) throws -> Void
) throws {
  var isFirst = true
  _ = try VideoReader(path: path, pixels: pixels).decodeFrames(count: 1) { frame in
    if isFirst { try body(frame) }
    isFirst = false
  }
  #expect(!isFirst)
}

/// The first picture of a clip at full resolution, and what is known of the clip afterwards.
func firstPicture(
  _ path: String, _ pixels: PixelInterpretation = PixelInterpretation()
) throws -> (picture: PixelBuffer, information: VideoInformation) {
  let reader = try VideoReader(path: path, pixels: pixels)
  var pictures: [PixelBuffer] = []
  _ = try reader.decodeFrames(count: 1) { pictures.append(try $0.picture()) }
  return (try #require(pictures.first), reader.information)
}

/// Regions in all corners, in the middle and of one pixel are parts of the whole.
func expectRegionsOfTheWhole(_ frame: VideoFrame) throws {
  let whole = try frame.picture()
  #expect(whole.width == frame.width && whole.height == frame.height)
  for width in [1, 5, frame.width / 2, frame.width] {
    for height in [1, 3, frame.height / 2, frame.height] {
      for x in Set([0, 1, (frame.width - width) / 2, frame.width - width])
      where x + width <= frame.width {
        for y in Set([0, 1, (frame.height - height) / 2, frame.height - height])
        where y + height <= frame.height {
          let region = try frame.region(x: x, y: y, width: width, height: height)
          // The macro would print both pictures.
          let isEqual = region == whole.cropped(x: x, y: y, width: width, height: height)
          #expect(isEqual, "\(width)x\(height) at (\(x), \(y))")
        }
      }
    }
  }
}

/// Mean difference of two pictures' red, green and blue values.
func meanDifference(_ one: PixelBuffer, _ other: PixelBuffer) -> Double {
  guard one.width == other.width, one.height == other.height else { return .infinity }
  var sum = 0
  for offset in one.bytes.indices where offset % 4 != 3 {
    sum += abs(Int(one.bytes[offset]) - Int(other.bytes[offset]))
  }
  return Double(sum) / Double(one.bytes.count / 4 * 3)
}

/// A picture without mirror symmetry: each quarter has another colour.
func quarters(width: Int, height: Int) -> PixelBuffer {
  var picture = PixelBuffer(width: width, height: height, red: 200, green: 40, blue: 40)
  let half = (width / 2, height / 2)
  for y in 0..<height {
    for x in 0..<width {
      if x >= half.0 && y < half.1 { picture[x, y] = SIMD4(40, 180, 40, 255) }
      if x < half.0 && y >= half.1 { picture[x, y] = SIMD4(50, 60, 220, 255) }
      if x >= half.0 && y >= half.1 { picture[x, y] = SIMD4(225, 225, 90, 255) }
    }
  }
  return picture
}

/// Writes pictures as a clip of good quality.
func writePictures(
  _ pictures: [PixelBuffer], _ path: String, options: ClipWriter.Options = ClipWriter.Options()
) throws {
  var options = options
  options.constantRateFactor = min(options.constantRateFactor, 6)
  let first = try #require(pictures.first)
  let writer = try ClipWriter(
    path: path, width: first.width, height: first.height, options: options)
  for picture in pictures { try writer.append(picture) }
  try writer.finish()
}

extension CommandLineTool {
  /// Whether the ffmpeg tool has a filter.
  func has(filter name: String) -> Bool {
    guard let output = try? run(["-hide_banner", "-filters"]) else { return false }
    return String(decoding: output, as: UTF8.self).contains(" \(name) ")
  }

  /// Whether the ffmpeg tool has an encoder.
  func has(encoder name: String) -> Bool {
    guard let output = try? run(["-hide_banner", "-encoders"]) else { return false }
    return String(decoding: output, as: UTF8.self).contains(" \(name) ")
  }

  /// The first picture of a clip as the ffmpeg tool gives it with a filter chain.
  func firstPicture(
    _ path: String, width: Int, height: Int, filter: String, _ arguments: [String] = []
  ) throws -> PixelBuffer {
    let data = try run(
      ["-v", "error"] + arguments + [
        "-i", path, "-frames:v", "1", "-vf",
        filter + ",scale=flags=bilinear+accurate_rnd+full_chroma_int+full_chroma_inp", "-pix_fmt",
        "rgb0", "-f", "rawvideo", "-",
      ])
    try #require(data.count == width * height * 4, "\(data.count) bytes")
    return PixelBuffer(width: width, height: height, bytes: [UInt8](data))
  }
}
