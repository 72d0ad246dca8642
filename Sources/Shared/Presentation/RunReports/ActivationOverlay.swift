package import Imaging
package import NeuralNetwork
internal import Reporting

/// A class activation map laid over the picture that it is of: orange where the network sees a fake,
/// blue where it sees a real face, grey where it sees neither.
package enum ActivationOverlay {
  /// The deepest colour hides no more of the face than this.
  private static let deepest = 0.8

  /// The picture in grey with the map over it; the deepest colour is the map's strongest value. Nil
  /// for a map of zeros, or of values that are not finite.
  package static func render(_ map: ActivationMap, over picture: PixelBuffer) -> PixelBuffer? {
    let strongest = Double(map.values.reduce(0) { max($0, abs($1)) })
    guard strongest > 0, map.values.allSatisfy(\.isFinite) else { return nil }
    var result = picture
    for y in 0..<picture.height {
      let row = place(y, of: picture.height, in: map.height)
      for x in 0..<picture.width {
        let column = place(x, of: picture.width, in: map.width)
        let value = interpolated(map, row, column) / strongest
        result[x, y] = blended(picture[x, y], value)
      }
    }
    return result
  }

  /// The two cells of the map that a pixel's centre lies between, and how far it is from the first.
  private static func place(
    _ pixel: Int, of pixels: Int, in cells: Int
  ) -> (first: Int, second: Int, share: Double) {
    let position = (Double(pixel) + 0.5) / Double(pixels) * Double(cells) - 0.5
    let bounded = min(max(position, 0), Double(cells - 1))
    let first = Int(bounded)
    return (first, min(first + 1, cells - 1), bounded - Double(first))
  }

  private static func interpolated(
    _ map: ActivationMap, _ row: (first: Int, second: Int, share: Double),
    _ column: (first: Int, second: Int, share: Double)
  ) -> Double {
    func value(_ y: Int, _ x: Int) -> Double { Double(map.values[y * map.width + x]) }
    let upper =
      value(row.first, column.first) * (1 - column.share)
      + value(row.first, column.second) * column.share
    let lower =
      value(row.second, column.first) * (1 - column.share)
      + value(row.second, column.second) * column.share
    return upper * (1 - row.share) + lower * row.share
  }

  /// Colour over grey: the face's own colours would mix with the map's.
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
