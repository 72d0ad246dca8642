import Imaging
import TestSupport
import Testing

/// Resized, mirrored and blurred pictures.
@Suite struct ResizeTests {
  private func noise(_ width: Int, _ height: Int) -> PixelBuffer {
    var generator = SplitMix64(state: 3)
    var picture = PixelBuffer(width: width, height: height)
    for index in picture.bytes.indices {
      picture.bytes[index] = UInt8(truncatingIfNeeded: generator.next())
    }
    return picture
  }

  /// The definition: each output pixel is the mean of all source pixels, weighted by a triangle.
  private func reference(_ picture: PixelBuffer, _ width: Int, _ height: Int) -> [Double] {
    func weights(_ index: Int, _ count: Int, _ sourceCount: Int) -> [Double] {
      let scale = Double(sourceCount) / Double(count)
      let centre = (Double(index) + 0.5) * scale
      let taps = (0..<sourceCount).map {
        max(0, 1 - abs(Double($0) + 0.5 - centre) / max(scale, 1))
      }
      return taps.map { $0 / taps.reduce(0, +) }
    }
    var result: [Double] = []
    for y in 0..<height {
      let rows = weights(y, height, picture.height)
      for x in 0..<width {
        let columns = weights(x, width, picture.width)
        for channel in 0..<4 {
          var sum = 0.0
          for (row, weight) in rows.enumerated() where weight > 0 {
            for (column, other) in columns.enumerated() {
              sum += Double(picture[column, row][channel]) * weight * other
            }
          }
          result.append(sum)
        }
      }
    }
    return result
  }

  /// Resizing equals its definition, enlarging and reducing.
  @Test(arguments: [(7, 5), (40, 30), (13, 20), (20, 7), (1, 1), (19, 14), (3, 60)])
  func resize(width: Int, height: Int) {
    let picture = noise(20, 14)
    let resized = picture.resized(width: width, height: height)
    #expect(resized.width == width && resized.height == height)
    let expected = reference(picture, width, height)
    let differences = zip(resized.bytes, expected).map { abs(Double($0) - $1) }
    #expect(differences.allSatisfy { $0 <= 0.501 })
  }

  /// The same size is the same picture, one colour stays that colour.
  @Test func trivial() {
    let picture = noise(9, 8)
    #expect(picture.resized(width: 9, height: 8) == picture)
    let flat = PixelBuffer(width: 10, height: 10, red: 255, green: 128, blue: 1)
    #expect(
      flat.resized(width: 23, height: 4)
        == PixelBuffer(width: 23, height: 4, red: 255, green: 128, blue: 1))
  }

  /// Mirroring swaps left and right; twice changes nothing.
  @Test(arguments: [1, 2, 7, 32])
  func mirror(width: Int) {
    let picture = noise(width, 5)
    var mirrored = picture
    mirrored.mirror()
    for y in 0..<5 {
      for x in 0..<width { #expect(mirrored[x, y] == picture[width - 1 - x, y]) }
    }
    mirrored.mirror()
    #expect(mirrored == picture)
  }

  /// Warping by whole pixels moves them and reflects the edges.
  @Test func reflection() {
    let picture = noise(12, 9)
    var scratch: [UInt8] = []
    for (dx, dy) in [(0, 0), (3, -2), (-5, 4), (30, -25)] {
      var moved = picture
      moved.warpReflecting(
        by: SimilarityTransform(a: 1, b: 0, tx: Double(dx), ty: Double(dy)), scratch: &scratch)
      func mirrored(_ index: Int, _ count: Int) -> Int {
        let place = ((index % (2 * count)) + 2 * count) % (2 * count)
        return min(place, 2 * count - 1 - place)
      }
      for y in 0..<9 {
        for x in 0..<12 {
          #expect(moved[x, y] == picture[mirrored(x + dx, 12), mirrored(y + dy, 9)])
        }
      }
    }
  }

  /// Inside the picture a warp equals the one that crops use.
  @Test func agreesWithWarp() {
    let picture = noise(40, 40).resized(width: 40, height: 20).resized(width: 40, height: 40)
    // About the centre, so that the middle of the result shows the inside.
    let transform = SimilarityTransform(a: 0.93, b: 0.1, tx: 3.4, ty: -0.6)
    var warped = picture
    var scratch: [UInt8] = []
    warped.warpReflecting(by: transform, scratch: &scratch)
    let expected = picture.warped(width: 40, height: 40, by: transform)
    var largest = 0
    for y in 8..<32 {
      for x in 8..<32 {
        for channel in 0..<3 {
          largest = max(largest, abs(Int(warped[x, y][channel]) - Int(expected[x, y][channel])))
        }
      }
    }
    // Weights of 8 bits compared with exact ones.
    #expect(largest <= 3)
  }

  /// Hostile transforms do not crash.
  @Test(arguments: [0, 1e300, -1e300, .infinity, .nan])
  func hostileWarp(value: Double) {
    var picture = noise(8, 8)
    var scratch: [UInt8] = []
    picture.warpReflecting(
      by: SimilarityTransform(a: value, b: 1, tx: value, ty: 0), scratch: &scratch)
    #expect(picture.bytes.count == 256)
  }

  /// A blur equals the convolution with a Gaussian.
  @Test(arguments: [0.3, 0.8, 1.6, 5])
  func blur(sigma: Double) {
    // One white pixel becomes the Gaussian itself.
    var picture = PixelBuffer(width: 41, height: 41)
    picture[20, 20] = SIMD4(255, 255, 255, 255)
    picture.blur(sigma: sigma)
    let radius = Int((3 * sigma).rounded(.up))
    let bell = (-radius...radius).map { bellCurve(Double($0) / sigma) }
    let sum = bell.reduce(0, +)
    for y in 0..<41 {
      for x in 0..<41 {
        let inside = abs(x - 20) <= radius && abs(y - 20) <= radius
        let weight = inside ? bell[x - 20 + radius] * bell[y - 20 + radius] / (sum * sum) : 0
        #expect(abs(Double(picture[x, y].x) - 255 * weight) <= 0.51)
      }
    }
  }

  /// A blur leaves one colour and the edge of a small picture alone.
  @Test func blurEdges() {
    var flat = PixelBuffer(width: 5, height: 3, red: 200, green: 100, blue: 50)
    let before = flat
    flat.blur(sigma: 4)
    #expect(flat == before)
    var picture = noise(4, 4)
    let same = picture
    picture.blur(sigma: 0.1)
    #expect(picture == same)
  }

  /// exp(-x^2 / 2) by its series, so that the test does not share the code's function.
  private func bellCurve(_ x: Double) -> Double {
    var (term, sum) = (1.0, 1.0)
    for n in 1..<60 {
      term *= -x * x / 2 / Double(n)
      sum += term
    }
    return sum
  }
}
