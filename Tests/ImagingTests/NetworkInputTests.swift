import Contract
import Foundation
import Imaging
import Testing

/// The input of a network.
@Suite struct NetworkInputTests {
  /// Normalization is that of torchvision, channel by channel.
  @Test func normalization() throws {
    var picture = PixelBuffer(width: 16, height: 16)
    for index in 0..<256 {
      picture[index % 16, index / 16] = SIMD4(
        UInt8(index), UInt8(255 - index), UInt8(index / 2), 77)
    }
    var values = [Float](repeating: 99, count: 3 * 256 + 1)
    values.withUnsafeMutableBufferPointer { InputNormalization.imageNet.write(picture, into: $0) }
    for index in 0..<256 {
      let pixel = picture[index % 16, index / 16]
      #expect(values[3 * index] == (Float(pixel.x) / 255 - 0.485) / 0.229)
      #expect(values[3 * index + 1] == (Float(pixel.y) / 255 - 0.456) / 0.224)
      #expect(values[3 * index + 2] == (Float(pixel.z) / 255 - 0.406) / 0.225)
    }
    #expect(values[768] == 99)
  }

  /// A normalization survives JSON; invalid ones are refused.
  @Test func coding() throws {
    let data = try JSONEncoder().encode(InputNormalization.imageNet)
    #expect(try JSONDecoder().decode(InputNormalization.self, from: data) == .imageNet)
    #expect(InputNormalization(mean: [0, 0, 0], standardDeviation: [1, 1, 0]) == nil)
    #expect(InputNormalization(mean: [0, 0], standardDeviation: [1, 1, 1]) == nil)
    for text in [
      #"{"mean":[0,0,0],"standardDeviation":[1,1]}"#,
      #"{"mean":[0,0,0],"standardDeviation":[1,1,-1]}"#, #"{"mean":[0,0,0]}"#,
    ] {
      #expect(throws: DecodingError.self) {
        try JSONDecoder().decode(InputNormalization.self, from: Data(text.utf8))
      }
    }
  }

  private func colourful(_ width: Int, _ height: Int) -> PixelBuffer {
    var picture = PixelBuffer(width: width, height: height)
    for y in 0..<height {
      for x in 0..<width {
        picture[x, y] = (x + y) % 2 == 0 ? SIMD4(220, 40, 40, 255) : SIMD4(40, 40, 220, 255)
      }
    }
    return picture
  }

  /// Recompressing equals a file that was written and read.
  @Test func recompress() throws {
    let recompressor = try JPEGRecompressor()
    for quality in [30, 75, 100] {
      for (width, height) in [(64, 64), (33, 7), (1, 1)] {
        var picture = colourful(width, height)
        let file = try JPEGEncoder(quality: quality).encode(picture)
        let length = try recompressor.recompress(&picture, quality: quality, chroma: .full)
        #expect(length == file.count)
        #expect(picture == (try JPEG.decode(file)))
      }
    }
  }

  /// Quarter chroma loses colours that change from pixel to pixel.
  @Test func chroma() throws {
    let recompressor = try JPEGRecompressor()
    var (full, quarter) = (colourful(64, 64), colourful(64, 64))
    let long = try recompressor.recompress(&full, quality: 100, chroma: .full)
    let short = try recompressor.recompress(&quarter, quality: 100, chroma: .quarter)
    #expect(short < long)
    #expect(abs(Int(full[20, 20].x) - Int(full[21, 20].x)) > 150)
    #expect(abs(Int(quarter[20, 20].x) - Int(quarter[21, 20].x)) < 60)
  }

  /// A decoder gives the same picture again, whatever it read in between.
  @Test func decoder() throws {
    let decoder = try JPEGDecoder()
    let file = try JPEGEncoder(quality: 90).encode(colourful(40, 30))
    let first = try decoder.decode(file.span.bytes)
    #expect(throws: ImagingError.self) { try decoder.decode(Array(file.prefix(300)).span.bytes) }
    #expect(throws: ImagingError.self) { try decoder.decode(file.span.bytes, maximumPixels: 1199) }
    #expect(try decoder.decode(file.span.bytes) == first)
    #expect(try JPEG.decode(file) == first)
  }
}
