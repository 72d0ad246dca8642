import Foundation
import Imaging
import Randomness
import Testing

@testable import Shortcuts

@Suite struct CropMeasuresTests {
  private let middle = PixelRectangle(x: 16, y: 16, width: 64, height: 64)

  /// A picture of noise about a colour.
  private func noise(_ size: Int = 96, deviation: Double = 20, seed: UInt64 = 1) -> PixelBuffer {
    var random = RandomStream(seed: seed, .check)
    var picture = PixelBuffer(width: size, height: size, red: 140, green: 120, blue: 90)
    for place in picture.bytes.indices where place % 4 != 3 {
      let value = Double(picture.bytes[place]) + deviation * Double(random.normal())
      picture.bytes[place] = UInt8(min(max(value, 30), 250))
    }
    return picture
  }

  /// Black that touches the edge counts, black in the middle of the face doesn't.
  @Test func blackBorderIsBlackAtTheEdge() {
    var picture = noise()
    #expect(CropMeasures(picture, face: middle, transform: nil).blackBorder == 0)
    for y in 40..<50 {
      for x in 40..<60 { picture[x, y] = SIMD4(0, 0, 0, 255) }
    }
    #expect(CropMeasures(picture, face: middle, transform: nil).blackBorder == 0)
    for y in 0..<24 {
      for x in 0..<96 { picture[x, y] = SIMD4(3, 0, 5, 255) }
    }
    #expect(CropMeasures(picture, face: middle, transform: nil).blackBorder == 0.25)
  }

  /// A black border is still black after JPEG compression.
  @Test func aBorderSurvivesTheStoresCompression() throws {
    var picture = noise()
    for y in 0..<96 {
      for x in 0..<24 { picture[x, y] = SIMD4(0, 0, 0, 255) }
    }
    let file = try JPEGEncoder(quality: 90).encode(picture)
    let share = CropMeasures(try JPEG.decode(file), face: middle, transform: nil).blackBorder
    #expect(abs(share - 0.25) < 0.03, "\(share)")
  }

  @Test func blurIsLessSharp() throws {
    let sharp = try #require(CropMeasures(noise(), face: middle, transform: nil).sharpness)
    let blurred = try #require(
      CropMeasures(
        noise().resized(width: 32, height: 32).resized(width: 96, height: 96), face: middle,
        transform: nil
      )
      .sharpness)
    #expect(sharp > blurred + 1)
    let small = PixelRectangle(x: 0, y: 0, width: 2, height: 2)
    #expect(
      CropMeasures(PixelBuffer(width: 2, height: 2), face: small, transform: nil).sharpness == nil)
  }

  @Test func colourIsThatOfTheFace() {
    let measures = CropMeasures(
      PixelBuffer(width: 96, height: 96, red: 200, green: 100, blue: 50), face: middle,
      transform: nil)
    #expect(abs(measures.brightness - 124.2) < 0.1)
    #expect(abs(measures.redTint - 75.8) < 0.1)
    #expect(abs(measures.blueTint + 74.2) < 0.1)
  }

  /// Blocks of the source are found despite the crop's scale, rotation and shift; a grid of 8
  /// pixels of the crop itself, as in its own file, is not.
  @Test(
    arguments: [(1.0, 0.0), (0.6, 0.05), (1.7, -0.1)], [SIMD2(1, 1), SIMD2(1, 0), SIMD2(0, 1)])
  func blocksOfTheSourceAreFound(form: (scale: Double, turn: Double), along: SIMD2<Int>) throws {
    let (scale, turn) = form
    var source = noise(256, deviation: 3)
    for y in 0..<256 {
      for x in 0..<256 {
        let block = Int(NoiseBlocks.value(x / 8 * along.x, y / 8 * along.y))
        let pixel = source[x, y]
        source[x, y] = SIMD4(
          UInt8(Int(pixel[0]) + block), UInt8(Int(pixel[1]) + block), UInt8(Int(pixel[2]) + block),
          255)
      }
    }
    let transform = SimilarityTransform(
      a: scale * cos(turn), b: scale * sin(turn), tx: 21.3, ty: 40.7)
    let crop = source.warped(sizePixels: 96, by: transform)
    let strength = try #require(
      CropMeasures(crop, face: middle, transform: transform).grid?.strength)
    #expect(strength > 0.15, "\(strength)")
    // With another transform it isn't found.
    let shifted = transform.translated(by: SIMD2(4, 4))
    let elsewhere = try #require(
      CropMeasures(crop, face: middle, transform: shifted).grid?.strength)
    #expect(elsewhere < strength / 2, "\(elsewhere)")
    let plain = noise(256, deviation: 3).warped(sizePixels: 96, by: transform)
    let none = try #require(CropMeasures(plain, face: middle, transform: transform).grid?.strength)
    #expect(abs(none) < 0.05, "\(none)")
    // Too small to see blocks.
    #expect(
      CropMeasures(
        crop, face: middle, transform: SimilarityTransform(a: 5, b: 0, tx: 0, ty: 0)
      ).grid == nil)
  }
}

/// Grey levels of blocks, as strong compression leaves them.
private enum NoiseBlocks {
  static func value(_ x: Int, _ y: Int) -> Double {
    var random = RandomStream(seed: 9, .check, UInt64(x), UInt64(y))
    return random.uniform(-16, 16)
  }
}
