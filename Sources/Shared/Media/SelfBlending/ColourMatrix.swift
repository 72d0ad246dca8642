internal import Foundation
internal import Imaging

/// A linear map of colours, 0...255 each: columns for red, green and blue, and an offset.
struct ColourMatrix: Sendable, Equatable {
  var red = SIMD4<Float>(1, 0, 0, 0)
  var green = SIMD4<Float>(0, 1, 0, 0)
  var blue = SIMD4<Float>(0, 0, 1, 0)
  var offset = SIMD4<Float>(repeating: 0)

  /// Weights of red, green and blue in the luma of ITU-R BT.601.
  private static let luma = SIMD4<Float>(0.299, 0.587, 0.114, 0)

  /// Turns hues by an angle and multiplies the distance from grey; luma stays.
  ///
  /// - Parameters:
  ///   - degrees: positive from red to yellow.
  ///   - saturation: 1 is no change.
  init(hue degrees: Double, saturation: Double) {
    let angle = degrees * Double.pi / 180
    let (c, s) = (Float(cos(angle) * saturation), Float(sin(angle) * saturation))
    // The turn about the grey axis, within the plane of equal luma.
    let root = Float(1 / 3.0.squareRoot())
    func column(_ unit: SIMD4<Float>, _ luma: Float) -> SIMD4<Float> {
      let grey = SIMD4<Float>(luma, luma, luma, 0)
      let chroma = unit - grey
      let turned = SIMD4<Float>(
        root * (chroma.z - chroma.y), root * (chroma.x - chroma.z), root * (chroma.y - chroma.x), 0)
      let moved = chroma * c + turned * s
      return grey + moved - SIMD4(1, 1, 1, 0) * (moved * Self.luma).sum()
    }
    red = column(SIMD4(1, 0, 0, 0), Self.luma.x)
    green = column(SIMD4(0, 1, 0, 0), Self.luma.y)
    blue = column(SIMD4(0, 0, 1, 0), Self.luma.z)
  }

  /// No change.
  init() {}

  /// Followed by a factor around a grey value and a sum.
  mutating func scale(by factor: Float, around grey: Float, adding sum: SIMD4<Float>) {
    red *= factor
    green *= factor
    blue *= factor
    offset = offset * factor + SIMD4(1, 1, 1, 0) * (grey * (1 - factor)) + sum
  }

  /// Changes a picture in its place; results are rounded and cut off at 0 and 255.
  func apply(to picture: inout PixelBuffer) {
    let rounded = offset + 0.5
    let (lowest, highest) = (SIMD4<Float>(repeating: 0), SIMD4<Float>(repeating: 255))
    picture.bytes.withUnsafeMutableBytes { bytes in
      for start in stride(from: 0, to: bytes.count, by: PixelBuffer.bytesPerPixel) {
        let pixel = bytes.loadUnaligned(fromByteOffset: start, as: SIMD4<UInt8>.self)
        var colour = red * Float(pixel.x) + green * Float(pixel.y) + blue * Float(pixel.z)
        colour = (colour + rounded).clamped(lowerBound: lowest, upperBound: highest)
        colour.w = 255
        bytes.storeBytes(
          of: SIMD4<UInt8>(truncatingIfNeeded: SIMD4<Int32>(colour)), toByteOffset: start,
          as: SIMD4<UInt8>.self)
      }
    }
  }
}
