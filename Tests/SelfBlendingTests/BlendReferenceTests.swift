import Foundation
import Imaging
import Randomness
import Testing

@testable import SelfBlending

/// Blends as NumPy computes them (Tests/Fixtures/selfblending/make_blends.py).
@Suite struct BlendReferenceTests {
  private struct Fixture: Decodable {
    struct Case: Decodable {
      let changed: String
      let tint: [Double]
      let hueDegrees: Double
      let saturation: Double
      let brightness: Double
      let contrast: Double
      let lightness: Double
      let sharpen: Double
      let shift: [Double]
      let scale: Double
      let rotationDegrees: Double
      let mask: [Float]
      let picture: Data
      let real: Data
      let fake: Data
    }
    let size: Int
    let cells: Int
    let cases: [Case]
  }

  /// Real and fake picture of the same draws differ from the reference by one grey level at most.
  @Test func pairsEqualTheReference() throws {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures/selfblending/blends.json")
    let fixture = try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: url))
    #expect(fixture.cases.count == 4)
    var random = RandomStream(seed: 1, .selfBlending)
    let drawn = SelfBlendPlan(
      SelfBlendingSettings(), face: SelfBlendingTests.face, size: fixture.size, using: &random)
    for (number, values) in fixture.cases.enumerated() {
      let plan = SelfBlendPlan(
        region: .face, changed: values.changed == "source" ? .source : .target, outline: [],
        elastic: drawn.elastic, elasticSigma: 0, blurSigma: 0, isBorderInside: false, strength: 1,
        colour: .init(
          tint: SIMD3(values.tint[0], values.tint[1], values.tint[2]),
          hueDegrees: values.hueDegrees, saturation: values.saturation,
          brightness: values.brightness, contrast: values.contrast, lightness: values.lightness),
        sharpness: .sharpened(values.sharpen),
        move: .init(
          shift: SIMD2(values.shift[0], values.shift[1]), scale: values.scale,
          rotationDegrees: values.rotationDegrees))
      let mask = BlendMask(size: fixture.cells, weights: values.mask)
      for (member, expected) in [(SelfBlender.Member.real, values.real), (.fake, values.fake)] {
        var picture = Self.picture(values.picture, fixture.size)
        SelfBlender().apply(plan, to: &picture, as: member, mask: mask)
        let reference = Self.picture(expected, fixture.size)
        let differences = zip(picture.bytes, reference.bytes).map { abs(Int($0) - Int($1)) }
        #expect((differences.max() ?? 255) <= 1, "case \(number), \(member)")
      }
    }
  }

  private static func picture(_ rgb: Data, _ size: Int) -> PixelBuffer {
    var picture = PixelBuffer(width: size, height: size)
    for (index, value) in rgb.enumerated() { picture.bytes[index / 3 * 4 + index % 3] = value }
    return picture
  }
}
