import Contract
@testable import Prediction
import Testing

@Suite struct EvidenceLimitsTests {
  /// A video without any doubt.
  private let good = EvidenceLimits.Sight(
    isStill: false, frameCount: 300, framesChosen: 32, framesRead: 32, framesWithFace: 32,
    framesAsked: 32, readableSeconds: 10, facePixels: Array(repeating: 200, count: 32),
    blurs: Array(repeating: -5, count: 32), lumas: Array(repeating: 120, count: 32))

  private func codes(_ change: (inout EvidenceLimits.Sight) -> Void) -> [Doubt.Code] {
    var sight = good
    change(&sight)
    return EvidenceLimits.doubts(sight).map(\.code)
  }

  @Test func aGoodVideoLeavesNoDoubt() { #expect(codes { _ in }.isEmpty) }

  @Test func eachLackIsNamed() {
    #expect(codes { $0.framesWithFace = 0 } == [.noFace])
    #expect(codes { $0.framesWithFace = 3 } == [.facesTooRare])
    #expect(codes { $0.framesWithFace = 4 }.isEmpty)
    #expect(
      codes {
        $0.frameCount = 3
        $0.framesWithFace = 3
      } == [.tooShort])
    #expect(codes { $0.facePixels = [10, 20, 300] } == [.facesTooSmall])
    #expect(codes { $0.blurs = [-0.5, -0.9, -5] } == [.facesTooBlurred])
    #expect(codes { $0.lumas = [4, 8, 200] } == [.facesTooDark])
  }

  /// One frame with a face is enough for a picture; a few are enough if the recipe takes few
  /// frames.
  @Test func whatIsFewByNatureIsEnough() {
    #expect(
      codes {
        $0.isStill = true
        $0.frameCount = 1
        $0.framesWithFace = 1
      }.isEmpty)
    #expect(
      codes {
        $0.framesAsked = 2
        $0.framesWithFace = 2
      }.isEmpty)
  }

  @Test func damageIsTold() {
    // A file that ends early, and pictures that can't be decoded.
    let cut = EvidenceLimits.doubts(
      {
        var sight = good
        (sight.readableSeconds, sight.claimedSeconds) = (3.2, 10)
        sight.firstLossSeconds = 3.2
        return sight
      }())
    #expect(cut.map(\.code) == [.damaged])
    #expect(cut[0].text == "the video is damaged from second 3.2 on: 32% of it can be read")
    #expect(codes { $0.framesRead = 15 } == [.damaged])
    #expect(codes { $0.framesRead = 16 }.isEmpty)
    #expect(
      codes {
        $0.readableSeconds = 9
        $0.claimedSeconds = 10
      }.isEmpty)
    // Both reasons are given if there is no face either.
    #expect(
      codes {
        $0.framesRead = 1
        $0.framesWithFace = 0
      } == [.damaged, .noFace])
  }
}
