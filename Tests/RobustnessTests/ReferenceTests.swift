import Imaging
import Robustness
import Testing

/// Every perturbation except blocks and compression, compared with OpenCV and NumPy.
@Suite struct ReferenceTests {
  /// Another order of rounding sometimes moves a value across a whole number, and OpenCV blurs and
  /// resizes bytes with weights of 8 and 11 bits: each changes a value by at most one step, and by
  /// far less on average. Pixelation resizes twice.
  private func expectClose(
    _ found: PixelBuffer, _ expected: PixelBuffer, largest: Int = 1, mean: Double, _ what: String
  ) {
    let difference = Difference(found, expected)
    #expect(difference.largest <= largest, "\(what): largest difference \(difference.largest)")
    #expect(difference.mean <= mean, "\(what): mean difference \(difference.mean)")
  }

  private func perturbed(
    _ fixture: Fixture, _ perturbation: Perturbation, _ level: Int
  ) throws -> PixelBuffer {
    let picture = Perturber.Picture(name: "fixture", pixels: fixture.picture)
    return try #require(
      try Perturber(seed: 1).perturbed([picture], by: perturbation, level: level).first)
  }

  /// Saturation, contrast, blur and pixelation.
  @Test(arguments: Perturbation.levels)
  func levels(level: Int) throws {
    for fixture in try Fixture.load() {
      let size = "\(fixture.width)x\(fixture.height) level \(level)"
      for (perturbation, pictures, largest, mean) in [
        (Perturbation.saturation, fixture.saturation, 1, 0.02),
        (.contrast, fixture.contrast, 0, 0), (.blur, fixture.blur, 1, 0.2),
        (.pixelation, fixture.pixelation, 2, 0.3),
      ] {
        expectClose(
          try perturbed(fixture, perturbation, level), fixture.picture(pictures[level - 1]),
          largest: largest, mean: mean, "\(perturbation) \(size)")
      }
    }
  }

  /// Noise, with the same normal numbers.
  @Test(arguments: Perturbation.levels)
  func noise(level: Int) throws {
    for fixture in try Fixture.load() {
      var picture = fixture.picture
      let variance = try #require(Perturbation.noise.parameter(level: level))
      picture.addYCbCrNoise(variance: Float(variance), normals: fixture.noiseNumbers)
      expectClose(
        picture, fixture.picture(fixture.noise[level - 1]), mean: 0.02, "noise level \(level)")
    }
  }
}
