import Imaging
import Randomness
import Testing

@testable import SampleClips

/// Manipulations of derived people.
struct FaceBlendTests {
  private let portraits = [DrawnPortrait.make("a", seed: 1), DrawnPortrait.make("b", seed: 2)]

  private func clip(isFake: Bool) -> PersonClip {
    PersonClip(portrait: 0, person: 2, take: 1, isFake: isFake, side: .train)
  }

  /// A genuine frame and its fake differ inside of the mask, and nowhere else.
  @Test func onlyTheMaskDiffers() throws {
    var genuine = try PersonFilm(clip(isFake: false), of: portraits, seed: 3)
    var fake = try PersonFilm(clip(isFake: true), of: portraits, seed: 3)
    for frame in 0..<9 {
      let real = genuine.picture(frame)
      let blended = fake.picture(frame)
      let mask = try #require(fake.blend?.mask)
      var (inside, changed, outside) = (0, 0, 0)
      for y in 0..<real.height {
        for x in 0..<real.width {
          let weight = mask.weight(at: FaceCanvas.point(x, y))
          let differs = real[x, y] != blended[x, y]
          if weight == 0, differs { outside += 1 }
          if weight > 0.5 {
            inside += 1
            if differs { changed += 1 }
          }
        }
      }
      #expect(outside == 0, "frame \(frame)")
      // At least the part around the eyes; a colour may stay by chance.
      #expect(inside > 1500 && changed > inside * 8 / 10, "frame \(frame): \(changed) of \(inside)")
    }
  }

  /// A new manipulation is drawn every few frames, and stays the same in between.
  @Test func blendsChange() throws {
    var fake = try PersonFilm(clip(isFake: true), of: portraits, seed: 3)
    var blends: [FaceBlend] = []
    for frame in 0..<(3 * PersonFilm.framesPerBlend) {
      _ = fake.picture(frame)
      blends.append(try #require(fake.blend))
    }
    for frame in 1..<blends.count {
      #expect((blends[frame] == blends[frame - 1]) == (frame % PersonFilm.framesPerBlend != 0))
    }
  }

  /// Both clips of a take show the same person in the same scene.
  @Test func pairsShareTheirScene() throws {
    let genuine = try PersonFilm(clip(isFake: false), of: portraits, seed: 3)
    let fake = try PersonFilm(clip(isFake: true), of: portraits, seed: 3)
    #expect(genuine.scene == fake.scene && genuine.genuine == fake.genuine)
    let other = PersonClip(portrait: 0, person: 2, take: 0, isFake: false, side: .train)
    let otherScene = try PersonFilm(other, of: portraits, seed: 3).scene
    #expect(otherScene != genuine.scene)
  }

  /// Every mask lies within its bounds, covers much and has a soft border.
  @Test(arguments: 1...60)
  func masks(seed: UInt64) {
    var random = RandomStream(seed: seed, .check)
    let mask = BlendMask(&random)
    let (lower, upper) = mask.bounds
    var weights = (none: 0, partial: 0, full: 0, wrong: 0)
    for y in 0..<200 {
      for x in 0..<200 {
        let point = SIMD2(Double(x), Double(y)) / 100 - 0.5
        let weight = mask.weight(at: point)
        switch weight {
        case 0: weights.none += 1
        case mask.opacity: weights.full += 1
        default: weights.partial += 1
        }
        let isWithinBounds = all(point .>= lower) && all(point .<= upper)
        if !(0...1).contains(weight) || (weight > 0 && !isWithinBounds) { weights.wrong += 1 }
      }
    }
    #expect(weights.wrong == 0)
    #expect(weights.full > 800 && weights.partial > 100 && weights.none > 25_000, "\(weights)")
  }
}
