/// An 8-bit RGB picture in memory: 4 bytes per pixel (R, G, B, unused), rows from top to bottom,
/// no padding between rows. The fourth byte lets a pixel be loaded as one `SIMD4<UInt8>`.
package struct PixelBuffer: Sendable, Equatable {
  /// Bytes from one pixel to the next.
  package static let bytesPerPixel = 4

  /// Width in pixels.
  package let width: Int

  /// Height in pixels.
  package let height: Int

  /// `height * width * 4` bytes, RGBX.
  package var bytes: [UInt8]

  /// Bytes from one row to the next.
  package var bytesPerRow: Int { width * Self.bytesPerPixel }

  /// Creates a picture of one colour.
  ///
  /// - Precondition: `width` and `height` are positive.
  package init(width: Int, height: Int, red: UInt8 = 0, green: UInt8 = 0, blue: UInt8 = 0) {
    precondition(width > 0 && height > 0, "a picture needs a positive width and height")
    self.width = width
    self.height = height
    bytes = [UInt8](
      unsafeUninitializedCapacity: width * height * Self.bytesPerPixel
    ) { buffer, count in
      for pixel in 0..<(width * height) {
        buffer[pixel * 4] = red
        buffer[pixel * 4 + 1] = green
        buffer[pixel * 4 + 2] = blue
        buffer[pixel * 4 + 3] = 255
      }
      count = buffer.count
    }
  }

  /// Creates a picture from its RGBX bytes.
  ///
  /// - Precondition: `bytes.count == width * height * 4`, both positive.
  package init(width: Int, height: Int, bytes: [UInt8]) {
    precondition(width > 0 && height > 0, "a picture needs a positive width and height")
    precondition(
      bytes.count == width * height * Self.bytesPerPixel,
      "an RGBX picture has 4 bytes per pixel")
    self.width = width
    self.height = height
    self.bytes = bytes
  }

  /// The pixel in column `x` of row `y`: red, green, blue, unused.
  package subscript(x: Int, y: Int) -> SIMD4<UInt8> {
    get {
      let offset = (y * width + x) * Self.bytesPerPixel
      return SIMD4(bytes[offset], bytes[offset + 1], bytes[offset + 2], bytes[offset + 3])
    }
    set {
      let offset = (y * width + x) * Self.bytesPerPixel
      for channel in 0..<4 { bytes[offset + channel] = newValue[channel] }
    }
  }
}
