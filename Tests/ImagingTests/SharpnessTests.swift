import Foundation
import Imaging
import Testing

struct SharpnessTests {
  private let everything = PixelRectangle(x: -5, y: -5, width: 100, height: 100)

  /// One pixel of 100 on black: the Laplacian is -400 there, 100 beside it and 0 elsewhere.
  @Test func theVarianceIsTheOneByHand() throws {
    var picture = PixelBuffer(width: 5, height: 4)
    picture[2, 1] = SIMD4(100, 100, 100, 255)
    // The six pixels with four neighbours: -400, 100, 100 in the first row, 0, 100, 0 in the
    // second.
    let squares = 160_000.0 + 3 * 10_000
    let mean = -100.0 / 6
    let variance = try #require(picture.laplacianVariance(in: everything))
    #expect(abs(variance - (squares / 6 - mean * mean)) < 1e-9)
    #expect(try #require(picture.blur(in: everything)) == -log(variance))
    // In the lower row alone: 0, 100, 0, by a neighbour outside of the region.
    let row = PixelRectangle(x: 1, y: 2, width: 3, height: 1)
    let lower = try #require(picture.laplacianVariance(in: row))
    #expect(abs(lower - (10_000.0 / 3 - 10_000.0 / 9)) < 1e-9)
  }

  /// Colours count by BT.601's shares.
  @Test(arguments: [
    (SIMD4<UInt8>(100, 0, 0, 9), 77.0), (SIMD4(0, 100, 0, 9), 150), (SIMD4(0, 0, 100, 9), 29),
  ])
  func coloursCountByTheirLuma(_ colour: SIMD4<UInt8>, _ share: Double) throws {
    var picture = PixelBuffer(width: 5, height: 4)
    picture[2, 1] = SIMD4(100, 100, 100, 255)
    let grey = try #require(picture.laplacianVariance(in: everything))
    picture[2, 1] = colour
    let variance = try #require(picture.laplacianVariance(in: everything))
    #expect(abs(variance - grey * (share / 256) * (share / 256)) < 1e-9)
  }

  /// A slope has no Laplacian, and still a blur that is a number.
  @Test func aSlopeIsAsBlurredAsCanBe() throws {
    var slope = PixelBuffer(width: 9, height: 7)
    for y in 0..<7 { for x in 0..<9 { slope[x, y] = SIMD4(repeating: UInt8(10 * x + 7 * y)) } }
    #expect(slope.laplacianVariance(in: everything) == 0)
    #expect(slope.blur(in: everything) == -log(0.01))
    for region in [
      PixelRectangle(x: 0, y: 0, width: 9, height: 1),
      PixelRectangle(x: 20, y: 2, width: 3, height: 3),
      PixelRectangle(x: 2, y: 2, width: 0, height: 3),
    ] { #expect(slope.blur(in: region) == nil) }
    let small = PixelBuffer(width: 2, height: 9)
    #expect(small.blur(in: everything) == nil)
  }

  @Test func blurringRaisesIt() throws {
    var picture = PixelBuffer(width: 40, height: 40)
    for y in 0..<40 {
      for x in 0..<40 { picture[x, y] = SIMD4(repeating: UInt8((x * 31 + y * 17 + x * y) % 256)) }
    }
    let face = PixelRectangle(x: 10, y: 12, width: 20, height: 20)
    var values: [Double] = []
    for sigma in [0.0, 0.5, 1, 2, 4] {
      var blurred = picture
      if sigma > 0 { blurred.blur(sigma: sigma) }
      values.append(try #require(blurred.blur(in: face)))
    }
    #expect(values == values.sorted())
    #expect(try #require(values.last) > values[0] + 3)
  }
}
