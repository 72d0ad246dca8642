import Foundation
import Imaging
import Randomness
import Testing

@testable import SelfBlending

/// Fakes that are made from real faces.
@Suite struct SelfBlendingTests {
  /// The canonical face in a crop of 112 pixels.
  static let face = FacePoints([
    SIMD2(43.0, 52.6), SIMD2(69.4, 52.5), SIMD2(56.0, 67.8), SIMD2(45.2, 83.2), SIMD2(67.1, 83.1),
  ])!
  static let size = 112

  static func plan(
    _ number: UInt64, _ settings: SelfBlendingSettings = SelfBlendingSettings(),
    face: FacePoints = face
  ) -> SelfBlendPlan {
    var random = RandomStream(seed: number, .selfBlending)
    return SelfBlendPlan(settings, face: face, size: size, using: &random)
  }

  static func picture() -> PixelBuffer {
    var random = RandomStream(seed: 3, .check)
    let bytes = (0..<(size * size * 4)).map { index in
      index % 4 == 3
        ? 255 : UInt8(clamping: index / 400 % 200 + random.below(40))
    }
    return PixelBuffer(width: size, height: size, bytes: bytes)
  }

  /// The same key gives the same pair, and another probability doesn't change the other draws.
  @Test func drawsAreAFunctionOfTheirKey() {
    var settings = SelfBlendingSettings()
    settings.tint = 0
    settings.downscale = 1
    for number in 0..<40 {
      let plan = Self.plan(UInt64(number))
      #expect(plan == Self.plan(UInt64(number)))
      let other = Self.plan(UInt64(number), settings)
      #expect(other.colour.tint == SIMD3(0, 0, 0))
      #expect(
        (plan.outline, plan.elastic, plan.move.scale, plan.strength, plan.colour.contrast)
          == (other.outline, other.elastic, other.move.scale, other.strength, other.colour.contrast)
      )
    }
    #expect(Self.plan(1) != Self.plan(2))
  }

  /// What is put on is changed as often as asked, and the rest otherwise.
  @Test(arguments: [0, 0.25, 1])
  func theFaceIsChangedAsOftenAsAsked(share: Double) {
    var settings = SelfBlendingSettings()
    settings.changedFace = share
    let count = (0..<4000).count { Self.plan(UInt64($0), settings).changed == .source }
    // Five standard deviations of the share in the middle are 0.034; the others have none.
    #expect(abs(Double(count) / 4000 - share) <= (share == 0.25 ? 0.035 : 0))
  }

  /// All regions come up in their proportions, and one with the weight 0 never does.
  @Test func regionsComeAsOftenAsAsked() {
    var settings = SelfBlendingSettings()
    settings.regions[.nose] = 0
    var counts: [BlendRegion: Int] = [:]
    for number in 0..<4000 { counts[Self.plan(UInt64(number), settings).region, default: 0] += 1 }
    #expect(counts[.nose] == nil)
    let total = settings.regions.values.reduce(0, +)
    for (region, weight) in settings.regions where weight > 0 {
      // Five standard deviations of a share are less than 0.04.
      #expect(abs(Double(counts[region] ?? 0) / 4000 - weight / total) < 0.04, "\(region)")
    }
  }

  /// Each region lies where its name says, and is as large as that part of a face.
  @Test(arguments: [
    (BlendRegion.face, 0.58, 0.15...0.75), (.hull, 0.58, 0.1...0.65),
    (.lowerHalf, 0.68, 0.08...0.4),
    (.mouth, 0.72, 0.03...0.25), (.nose, 0.58, 0.01...0.12), (.eyes, 0.46, 0.03...0.3),
  ])
  func regionsLieWhereTheyShould(region: BlendRegion, height: Double, share: ClosedRange<Double>) {
    var settings = SelfBlendingSettings()
    settings.regions = [region: 1]
    settings.full = 1
    settings.inside = 0
    for number in 0..<50 {
      let mask = SelfBlender().mask(Self.plan(UInt64(number), settings), size: Self.size)
      var (sum, x, y) = (0.0, 0.0, 0.0)
      for row in 0..<mask.size {
        for column in 0..<mask.size {
          let weight = Double(mask.weights[row * mask.size + column])
          #expect((0...1.0001).contains(weight))
          sum += weight
          x += weight * (Double(column) + 0.5)
          y += weight * (Double(row) + 0.5)
        }
      }
      let cells = Double(mask.size)
      #expect(share.contains(sum / cells / cells), "\(number): \(sum / cells / cells)")
      #expect(abs(x / sum / cells - 0.5) < 0.08 && abs(y / sum / cells - height) < 0.09)
      #expect(mask.weights[0] < 0.02, "\(number)")
    }
  }

  /// A fake differs from its real picture within the mask, and nowhere else.
  @Test func fakesDifferWithinTheMask() {
    let blender = SelfBlender()
    for number in 0..<40 {
      let plan = Self.plan(UInt64(number))
      var (real, fake) = (Self.picture(), Self.picture())
      blender.apply(plan, to: &real, as: .real)
      blender.apply(plan, to: &fake, as: .fake)
      if plan.changed == .source { #expect(real == Self.picture()) }
      let mask = blender.mask(plan, size: Self.size)
      var changed = 0
      for row in 0..<Self.size {
        for column in 0..<Self.size where real[column, row] != fake[column, row] {
          changed += 1
          let (x, y) = (column * mask.size / Self.size, row * mask.size / Self.size)
          let near = (max(y - 1, 0)...min(y + 1, mask.size - 1)).contains { y in
            (max(x - 1, 0)...min(x + 1, mask.size - 1)).contains { x in
              mask.weights[y * mask.size + x] > 0
            }
          }
          #expect(near, "\(number): \(column), \(row)")
        }
      }
      #expect(changed > 100, "\(number)")
    }
  }

  /// Points far outside of the crop, at one position or mirrored don't crash.
  @Test func anyFiveNumbersAreAFace() throws {
    let faces: [[SIMD2<Double>]] = [
      Array(repeating: SIMD2(5, 5), count: 5), Array(repeating: SIMD2(1e300, -1e300), count: 5),
      (0..<5).map { SIMD2(Double($0) * 1e9, -1e9) }, Self.face.all.reversed(),
      Self.face.all.map { SIMD2(-$0.x, $0.y) },
    ]
    for points in faces {
      let face = try #require(FacePoints(points))
      for number in 0..<30 {
        let plan = Self.plan(UInt64(number), face: face)
        var picture = Self.picture()
        let blender = SelfBlender()
        blender.apply(plan, to: &picture, as: .fake)
        #expect(
          blender.mask(plan, size: Self.size).weights.allSatisfy { (0...1.0001).contains($0) })
      }
    }
    #expect(FacePoints([SIMD2(.nan, 0)] + Self.face.all.dropFirst()) == nil)
    #expect(FacePoints(Self.face.all.dropLast()) == nil)
  }

  /// Settings that nothing can be drawn from are refused by name.
  @Test func settingsAreChecked() throws {
    try SelfBlendingSettings().check()
    let changes: [(String, (inout SelfBlendingSettings) -> Void)] = [
      ("tint", { $0.tint = 1.1 }), ("hueTurn", { $0.hueTurn = -1 }),
      ("blur", { $0.blur = 0.1...0.3 }), ("strength", { $0.strength = 0...1 }),
      ("full", { $0.full = 2 }), ("face", { $0.regions = [:] }),
      ("face", { $0.regions = [.face: -1] }), ("scale", { $0.scale = 0...1 }),
    ]
    for (name, change) in changes {
      var settings = SelfBlendingSettings()
      change(&settings)
      let fault = #expect(throws: SelfBlendingSettings.Fault.self) { try settings.check() }
      #expect(fault?.name == name)
    }
  }
}
