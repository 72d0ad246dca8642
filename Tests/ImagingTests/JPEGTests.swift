import Imaging
import TestSupport
import Testing

/// JPEG files.
@Suite struct JPEGTests {
  /// A smooth picture with some structure.
  private func sample(width: Int, height: Int) -> PixelBuffer {
    var picture = PixelBuffer(width: width, height: height)
    for row in 0..<height {
      for column in 0..<width {
        picture[column, row] = SIMD4(
          UInt8(column * 255 / width), UInt8(row * 255 / height),
          UInt8((column + row) * 255 / (width + height)), 255)
      }
    }
    return picture
  }

  /// a round trip changes little.
  @Test(arguments: [(1, 1), (33, 7), (224, 224)])
  func roundTrip(width: Int, height: Int) throws {
    let picture = sample(width: width, height: height)
    let file = try JPEGEncoder(quality: 95).encode(picture)
    let size = try JPEG.size(of: file)
    #expect(size.width == width && size.height == height)
    let back = try JPEG.decode(file)
    #expect(back.width == width && back.height == height)
    let largest = zip(picture.bytes, back.bytes).map { abs(Int($0) - Int($1)) }.max() ?? 0
    #expect(largest <= 8)
  }

  /// an encoder gives the same bytes again, whatever it encoded in between.
  @Test func deterministic() throws {
    let encoder = try JPEGEncoder(quality: 90)
    let small = sample(width: 40, height: 30)
    let first = try encoder.encode(small)
    _ = try encoder.encode(sample(width: 300, height: 200))
    #expect(try encoder.encode(small) == first)
    #expect(try JPEGEncoder(quality: 90).encode(small) == first)
    #expect(try JPEGEncoder(quality: 60).encode(small).count < first.count)
  }

  /// a picture above the limit is refused, one at the limit is decoded.
  @Test func limit() throws {
    let file = try JPEGEncoder(quality: 90).encode(sample(width: 40, height: 30))
    #expect(try JPEG.decode(file, maximumPixels: 1200).width == 40)
    let error = #expect(throws: ImagingError.self) { try JPEG.decode(file, maximumPixels: 1199) }
    #expect(error?.code == .tooLarge)
    #expect(error?.message.contains("40x30") == true)
  }

  /// garbage is refused with a reason.
  @Test func garbage() throws {
    let file = try JPEGEncoder(quality: 90).encode(sample(width: 64, height: 64))
    for bytes in [[], [0xff], Array("not a picture".utf8), Array(file.prefix(20))] {
      let error = #expect(throws: ImagingError.self) { try JPEG.decode(bytes) }
      #expect(error?.code == .invalidJPEG)
      #expect(throws: ImagingError.self) { try JPEG.size(of: bytes) }
    }
    let cut = #expect(throws: ImagingError.self) { try JPEG.decode(Array(file.prefix(400))) }
    #expect(cut?.code == .invalidJPEG)
  }

  /// damaged files never crash.
  @Test func damaged() throws {
    let file = try JPEGEncoder(quality: 90).encode(sample(width: 64, height: 48))
    var generator = SplitMix64(state: 7)
    for _ in 0..<300 {
      var bytes = file
      for _ in 0..<Int(generator.next() % 8 + 1) {
        bytes[Int(generator.next() % UInt64(bytes.count))] = UInt8(
          truncatingIfNeeded: generator.next())
      }
      if let picture = try? JPEG.decode(bytes, maximumPixels: 1_000_000) {
        #expect(picture.bytes.count == picture.width * picture.height * 4)
      }
    }
  }
}
