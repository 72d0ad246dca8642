import Contract
import Foundation
import TestSupport
import Testing

@testable import Evaluation

/// The loss that epochs are compared by.
@Suite struct SelectionLossTests {
  private func prediction(
    _ name: String, _ label: VideoLabel, _ probability: Double, group: String
  ) -> VideoPrediction {
    VideoPrediction(video: video(name, label, group: group), frames: 1, probability: probability)
  }

  /// Each class counts one half, however many videos it has.
  @Test func classesCountHalf() throws {
    let loss = try #require(
      SelectionLoss([
        prediction("a", .real, 0.5, group: "a"), prediction("b", .fake, 0.25, group: "b"),
        prediction("c", .fake, 0.25, group: "c"), prediction("d", .fake, 0.25, group: "d"),
      ]))
    #expect(isClose(loss.value, (log(2) + log(4)) / 2))
  }

  /// The error is that of a mean of groups: two groups, each with one video of either class.
  @Test func theErrorIsOverGroups() throws {
    let one = [
      prediction("a", .real, 0.5, group: "x"), prediction("b", .fake, 0.5, group: "x"),
      prediction("c", .real, 0.75, group: "y"), prediction("d", .fake, 0.25, group: "y"),
    ]
    let loss = try #require(SelectionLoss(one))
    // Losses of ln 2 and ln 4 by group; the mean of two has half their difference as its error.
    #expect(isClose(loss.value, log(2) * 1.5))
    #expect(isClose(loss.standardError, log(2) / 2))
    // The same videos twice are no more people.
    let twice =
      one
      + one.map {
        prediction($0.video.name + "2", $0.video.label, $0.probability, group: $0.video.group)
      }
    #expect(isClose(SelectionLoss(twice)?.standardError, log(2) / 2))
  }

  @Test func whatCannotBeMeasured() {
    #expect(SelectionLoss([]) == nil)
    #expect(SelectionLoss([prediction("a", .real, .nan, group: "a")]) == nil)
    #expect(SelectionLoss([prediction("a", .real, 0.5, group: "a")])?.standardError == nil)
  }

  @Test func theRule() {
    let lowest = SelectionLoss(value: 0.5, standardError: 0.125)
    #expect(SelectionLoss(value: 0.625, standardError: nil).isWithinStandardError(of: lowest))
    #expect(!SelectionLoss(value: 0.626, standardError: 1).isWithinStandardError(of: lowest))
  }
}

/// The bounds of "cannot tell".
@Suite struct CalibrationBoundsTests {
  private func videos(_ probabilities: [Double], _ label: VideoLabel) -> [VideoPrediction] {
    probabilities.enumerated().map {
      VideoPrediction(
        video: video("\(label.rawValue)\($0)", label), frames: 1, probability: $1)
    }
  }

  /// Reals at 0.01, 0.02, ...; fakes at 0.99, 0.98, ...; `mixed` of each in the middle, by turns.
  private func mixture(sure: Int, mixed: Int) -> [VideoPrediction] {
    let step = 0.4 / Double(max(sure, 1))
    let low = (0..<sure).map { Double($0) * step }
    let middle = (0..<mixed).map { 0.45 + 0.1 * Double($0) / Double(max(mixed, 1)) }
    return videos(low + middle, .real)
      + videos(low.map { 1 - $0 } + middle.map { $0 + 0.001 }, .fake)
  }

  @Test func separatedVideosAllGetAVerdict() {
    let videos = mixture(sure: 30, mixed: 0)
    let calibration = Calibration().withBounds(videos)
    #expect(calibration.lowerBound == 0.5 && calibration.upperBound == 0.5)
    let shares = DecidedShares(videos, calibration)
    #expect(shares.undecided == 0 && shares.realAmongFake == 0 && shares.fakeAmongReal == 0)
  }

  @Test func mixedVideosAreLeftUndecided() throws {
    let videos = mixture(sure: 30, mixed: 30)
    let calibration = Calibration().withBounds(videos)
    #expect((0.35..<0.5).contains(calibration.lowerBound))
    #expect((0.5..<0.65).contains(calibration.upperBound))
    #expect(calibration.notes.count == 1)
    let shares = DecidedShares(videos, calibration)
    #expect((0.3...0.5).contains(shares.undecided))
    #expect(try #require(shares.realAmongFake) <= 0.1)
    #expect(try #require(shares.fakeAmongReal) <= 0.1)
  }

  /// With random answers few videos get a verdict, and the errors among these are rare by count.
  @Test func chanceDecidesLittle() {
    var decided = 0.0
    var generator = SplitMix64(state: 7)
    for _ in 0..<50 {
      func some(_ count: Int) -> [Double] {
        (0..<count).map { _ in .random(in: 0..<1, using: &generator) }
      }
      let videos = videos(some(40), .real) + videos(some(40), .fake)
      let calibration = Calibration().withBounds(videos)
      let shares = DecidedShares(videos, calibration)
      decided += 1 - shares.undecided
      #expect((shares.realAmongFake ?? 0) <= 0.1 && (shares.fakeAmongReal ?? 0) <= 0.1)
    }
    #expect(decided / 50 < 0.05, "\(decided / 50)")
  }

  /// Three lucky videos set no bound.
  @Test func aHandfulOfLuckyVideosSetsNoBound() {
    let middle = (0..<20).map { 0.4 + 0.01 * Double($0) }
    let videos = videos(middle, .real) + videos(middle.map { $0 + 0.005 } + [0.9], .fake)
    #expect(Calibration().withBounds(videos).upperBound == 1)
  }

  @Test func oneClassSetsNoBounds() {
    let calibration = Calibration(threshold: 0.25)
    #expect(calibration.withBounds(videos([0.1, 0.9], .fake)) == calibration)
    #expect(calibration.withBounds([]) == calibration)
  }
}
