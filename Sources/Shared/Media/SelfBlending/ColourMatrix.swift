internal import Foundation
internal import Imaging

/// An affine map of colours, 0...255 each: columns for red, green and blue, and an offset.
struct ColourMatrix: Sendable, Equatable {
  var red = SIMD4<Float>(1, 0, 0, 0)
  var green = SIMD4<Float>(0, 1, 0, 0)
  var blue = SIMD4<Float>(0, 0, 1, 0)
  var offset = SIMD4<Float>(repeating: 0)

  /// Weights of red, green and blue in the luma of ITU-R BT.601.
  private static let luma = SIMD4<Float>(0.299, 0.587, 0.114, 0)

  /// Rotates hues by an angle and multiplies the distance from grey; the luma stays the same.
  ///
  /// - Parameters:
  ///   - degrees: positive from red to yellow.
  ///   - saturation: 1 for no change.
  init(hue degrees: Double, saturation: Double) {
    let angle = degrees * Double.pi / 180
    let (c, s) = (Float(cos(angle) * saturation), Float(sin(angle) * saturation))
    // The rotation about the grey axis, within the plane of equal luma.
    let root = Float(1 / 3.0.squareRoot())
    func column(_ unit: SIMD4<Float>, _ luma: Float) -> SIMD4<Float> {
      let grey = SIMD4<Float>(luma, luma, luma, 0)
      let chroma = unit - grey
      let rotated = SIMD4<Float>(
        root * (chroma.z - chroma.y), root * (chroma.x - chroma.z), root * (chroma.y - chroma.x), 0)
      let moved = chroma * c + rotated * s
      return grey + moved - SIMD4(1, 1, 1, 0) * (moved * Self.luma).sum()
    }
    red = column(SIMD4(1, 0, 0, 0), Self.luma.x)
    green = column(SIMD4(0, 1, 0, 0), Self.luma.y)
    blue = column(SIMD4(0, 0, 1, 0), Self.luma.z)
  }

  /// The identity.
  init() {}

  /// Appends a scaling around a grey value and an addition.
  mutating func scale(by factor: Float, around grey: Float, adding sum: SIMD4<Float>) {
    red *= factor
    green *= factor
    blue *= factor
    offset = offset * factor + SIMD4(1, 1, 1, 0) * (grey * (1 - factor)) + sum
  }

  /// Changes a picture in place; results are rounded and clamped to 0...255. About 0.09
  /// milliseconds for 128x128 pixels.
  func apply(to picture: inout PixelBuffer) {
    let rounded = offset + 0.5
    picture.bytes.withUnsafeMutableBufferPointer { bytes in
      // Lane by lane: the conversion of a whole vector to bytes calls a generic function, which
      // takes ten times as long as all the rest.
      for start in stride(from: 0, to: bytes.count, by: PixelBuffer.bytesPerPixel) {
        let (r, g, b) = (Float(bytes[start]), Float(bytes[start + 1]), Float(bytes[start + 2]))
        let x = red.x * r + green.x * g + blue.x * b + rounded.x
        let y = red.y * r + green.y * g + blue.y * b + rounded.y
        let z = red.z * r + green.z * g + blue.z * b + rounded.z
        bytes[start] = UInt8(truncatingIfNeeded: Int32(min(max(x, 0), 255)))
        bytes[start + 1] = UInt8(truncatingIfNeeded: Int32(min(max(y, 0), 255)))
        bytes[start + 2] = UInt8(truncatingIfNeeded: Int32(min(max(z, 0), 255)))
        bytes[start + 3] = 255
      }
    }
  }
}
