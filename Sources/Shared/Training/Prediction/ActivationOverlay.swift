package import Imaging
package import NeuralNetwork

/// A class activation map drawn over its picture: orange where the network finds evidence for fake,
/// blue where it finds evidence for real, grey where it finds neither.
package enum ActivationOverlay {
  /// Opacity of the strongest colour, so that the face stays visible.
  private static let deepest = 0.8

  /// The picture in grey with the map over it; the strongest colour is the map's largest magnitude.
  /// Nil if the map has only zeros or values that are not finite.
  package static func render(_ map: ActivationMap, over picture: PixelBuffer) -> PixelBuffer? {
    guard
      let heat = HeatMap(width: map.width, height: map.height, values: map.values)?.normalized,
      heat.strongest > 0
    else { return nil }
    var result = picture
    for y in 0..<picture.height {
      for x in 0..<picture.width {
        let value = heat.value(
          x: (Double(x) + 0.5) / Double(picture.width),
          y: (Double(y) + 0.5) / Double(picture.height))
        result[x, y] = blended(picture[x, y], value)
      }
    }
    return result
  }

  /// Blends the colour with the pixel's grey value, because the face's own colours would mix with
  /// the map's.
  private static func blended(_ pixel: SIMD4<UInt8>, _ value: Double) -> SIMD4<UInt8> {
    let grey =
      0.299 * Double(pixel[0]) + 0.587 * Double(pixel[1]) + 0.114 * Double(pixel[2])
    let colour = DivergingColours.colour(value)
    let share = value.isFinite ? min(abs(value), 1) * deepest : 0
    func mixed(_ channel: UInt8) -> UInt8 {
      UInt8(min(max(grey * (1 - share) + Double(channel) * share, 0), 255))
    }
    return SIMD4(mixed(colour.red), mixed(colour.green), mixed(colour.blue), 255)
  }
}
