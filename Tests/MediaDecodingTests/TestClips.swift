import Contract
import Foundation
import Imaging
import TestSupport
import Testing

@testable import MediaDecoding

/// A picture that was delivered, converted whole.
struct DeliveredPicture: Equatable {
  var index: Int
  var timestampSeconds: Double
  var picture: PixelBuffer
}

/// Decodes a clip and keeps its pictures.
func decoded(
  _ path: String, count: Int = 32, skips: Bool = true,
  memoryLimitBytes: Int = PacketSource.memoryLimitBytes,
  pixels: PixelInterpretation = PixelInterpretation()
) throws -> [DeliveredPicture] {
  let reader = try VideoReader(
    path: path, pixels: pixels, skipsUnneededFrames: skips, memoryLimitBytes: memoryLimitBytes)
  var pictures: [DeliveredPicture] = []
  _ = try reader.decodeFrames(count: count) { frame in
    pictures.append(
      DeliveredPicture(
        index: frame.index, timestampSeconds: try #require(frame.timestampSeconds),
        picture: try frame.picture()))
  }
  return pictures
}

/// The code of the error that opening or decoding ends with; nil if it succeeds.
func failure(_ path: String, count: Int = 32) -> MediaError? {
  do {
    let reader = try VideoReader(path: path)
    _ = try reader.decodeFrames(count: count) { _ in }
    return nil
  } catch {
    return error as? MediaError
  }
}

/// A smooth picture with a bright disc that wanders with `number`, so that every picture differs
/// and motion is predicted.
func samplePicture(_ number: Int, width: Int, height: Int) -> PixelBuffer {
  var picture = PixelBuffer(width: width, height: height)
  let centreX = width / 2 + (number * 7) % (width / 2) - width / 4
  let centreY = height / 2 + (number * 3) % (height / 2) - height / 4
  for row in 0..<height {
    for column in 0..<width {
      let offsetX = column - centreX
      let offsetY = row - centreY
      let isInside = offsetX * offsetX + offsetY * offsetY < height * height / 25
      picture[column, row] =
        isInside
        ? SIMD4(230, UInt8(truncatingIfNeeded: 90 + number * 5), 40, 255)
        : SIMD4(
          UInt8(column * 200 / width), UInt8(row * 200 / height),
          UInt8((column + row + number) % 64 + 60), 255)
    }
  }
  return picture
}

/// Writes `times.count` sample pictures.
func writeClip(
  _ path: String, times: [Double], width: Int = 96, height: Int = 64,
  options: ClipWriter.Options = ClipWriter.Options()
) throws {
  let writer = try ClipWriter(path: path, width: width, height: height, options: options)
  for (number, time) in times.enumerated() {
    try writer.append(
      samplePicture(number, width: width, height: height), timestampSeconds: time)
  }
  try writer.finish()
}

/// The largest difference of two pictures' red, green and blue values.
func largestDifference(_ one: PixelBuffer, _ other: PixelBuffer) -> Int {
  guard one.width == other.width, one.height == other.height else { return .max }
  return one.bytes.withUnsafeBufferPointer { one in
    other.bytes.withUnsafeBufferPointer { other in
      var largest = 0
      for offset in one.indices where offset % 4 != 3 {
        largest = max(largest, abs(Int(one[offset]) - Int(other[offset])))
      }
      return largest
    }
  }
}

extension CommandLineTool {
  /// Makes a clip with the ffmpeg tool from its moving test picture.
  func makeClip(
    _ path: String, source: String = "testsrc2=size=192x144:rate=25:duration=6",
    _ arguments: [String]
  ) throws {
    try run(
      ["-v", "error", "-y", "-threads", "1", "-f", "lavfi", "-i", source] + arguments + [path])
  }

  /// All pictures of a clip as the ffmpeg tool decodes and converts them.
  func allPictures(_ path: String, width: Int, height: Int) throws -> [PixelBuffer] {
    let data = try run([
      "-v", "error", "-threads", "1", "-i", path, "-map", "0:v:0", "-fps_mode", "passthrough",
      "-sws_flags", "bilinear+accurate_rnd+full_chroma_int+full_chroma_inp", "-vf",
      "scale=flags=bilinear+accurate_rnd+full_chroma_int+full_chroma_inp", "-pix_fmt", "rgb0",
      "-f", "rawvideo", "-",
    ])
    let size = width * height * 4
    return (0..<(data.count / size)).map { number in
      PixelBuffer(
        width: width, height: height, bytes: [UInt8](data[(number * size)..<((number + 1) * size)]))
    }
  }
}
