import Contract
import Foundation
import Randomness
import Testing

@testable import Evaluation

struct BehaviourCheckTests {
  typealias Identifier = Finding.Identifier

  /// Evidence of a sound model that sees fakes.
  private func evidence(
    frames: [FramePrediction]? = nil, score: VideoScore = .mean, draws: Int = 200,
    calibration: Calibration? = nil
  ) throws -> BehaviourEvidence {
    let frames = frames ?? soundFrames()
    let fitted = try calibration ?? Calibration.fitted(frames: frames, score: score)
    var random = RandomStream(seed: 2, .check)
    let names = (0..<20).map { "layer\($0).bn" }
    let entries = names.flatMap { ["\($0).running_mean", "\($0).running_var"] }
    let logits = (0..<8).map { _ in random.normal() }
    return BehaviourEvidence(
      report: try EvaluationReport(
        frames: frames, calibration: fitted, draws: draws, seed: 3, testsChance: true),
      frames: frames, expectedEntries: entries, presentEntries: entries.reversed(),
      entriesNotFinite: [],
      batchNormLayers: names.map {
        BatchNormStatistics(
          name: $0, mean: [0.1, -0.2, 0, 0.4], variance: [0.5, 1, 0, 2], batchesTracked: 60)
      },
      logits: logits, logitsOfChangedPictures: logits.map { $0 * 0.9 + 0.05 },
      logitsAfterReload: logits)
  }

  /// Real and fake videos of each person; `separation` between the classes' mean margins.
  private func soundFrames(
    people: Int = 20, separation: Double = 2, spread: Double = 1, offset: Double = 0
  ) -> [FramePrediction] {
    var random = RandomStream(seed: 12, .check)
    return (0..<people * 2).flatMap { index in
      let label: VideoLabel = index.isMultiple(of: 2) ? .real : .fake
      let film = video("v\(index)", label, group: "p\(index / 2)")
      let centre = offset + separation * (label == .fake ? 0.5 : -0.5)
      return crops(
        film, centre + spread * Double(random.normal()), centre + spread * Double(random.normal()))
    }
  }

  private func outcome(
    _ identifier: Identifier, _ evidence: BehaviourEvidence
  ) throws -> Finding.Outcome {
    let check = BehaviourCheck(evidence)
    try expectCodable(check)
    #expect(check.findings.map(\.identifier) == Identifier.checks)
    let finding = try #require(check.findings.first { $0.identifier == identifier })
    #expect((finding.advice == nil) == (finding.outcome == .passed))
    return finding.outcome
  }

  /// Changes sound evidence and expects exactly one check to fail.
  private func expectOnlyFailure(
    _ identifier: Identifier, sourceLocation: SourceLocation = #_sourceLocation,
    _ change: (inout BehaviourEvidence) -> Void
  ) throws {
    var evidence = try evidence()
    change(&evidence)
    let check = BehaviourCheck(evidence)
    #expect(check.failures.map(\.identifier) == [identifier], sourceLocation: sourceLocation)
    #expect(check.verdict == .broken, sourceLocation: sourceLocation)
    #expect(
      check.verdictLine.hasPrefix("Verdict: BROKEN. 7 of 8 checks passed; failed: "),
      sourceLocation: sourceLocation)
    #expect(check.verdictLine.contains(identifier.rawValue), sourceLocation: sourceLocation)
    try expectCodable(check, sourceLocation: sourceLocation)
  }

  @Test(arguments: VideoScore.allCases) func soundModelPasses(score: VideoScore) throws {
    let check = BehaviourCheck(try evidence(score: score))
    #expect(check.findings.allSatisfy { $0.outcome == .passed }, "\(check.rows)")
    #expect(check.verdict == .sound)
    #expect(check.verdictLine == "Verdict: sound. 8 of 8 checks passed")
    #expect(check.rows.count == 8 && check.rows[0] == ["finite", "passed", "all values finite"])
    try expectCodable(check)
  }

  @Test func incompleteFilesFail() throws {
    try expectOnlyFailure(.allEntriesPresent) { $0.presentEntries.removeLast(4) }
    try expectOnlyFailure(.allEntriesPresent) { $0.presentEntries.append("fc2.weight") }
    try expectOnlyFailure(.allEntriesPresent) { $0.presentEntries = [] }
    try expectOnlyFailure(.allEntriesPresent) {
      $0.presentEntries = []
      $0.expectedEntries = []
    }
  }

  @Test func statisticsAtTheirDefaultsFail() throws {
    for (mean, variance) in [
      ([0, 0, 0, 0], [1, 1, 1, 1]), ([0, 0, 0, 0.1], [1, 1, 1, 0.5]),
      ([0.1, .nan, 0, 0], [1, 1, 0.2, 1]), ([0.1, 0, 0, 0], [1, .infinity, 0.2, 1]),
      ([0.1, 0.1, 0, 0], [1, -0.5, 0.2, 1]), ([0.1, 0.1, 0, 0], [0, 0, 0, 0]),
      ([0.1, 0.1], [0.5]), ([], []),
    ] as [([Float], [Float])] {
      try expectOnlyFailure(.batchNormMoved) {
        $0.batchNormLayers[7].mean = mean
        $0.batchNormLayers[7].variance = variance
      }
    }
    try expectOnlyFailure(.batchNormMoved) { $0.batchNormLayers = [] }
  }

  @Test func fewNamesAreListed() throws {
    var evidence = try evidence()
    for layer in evidence.batchNormLayers.indices {
      evidence.batchNormLayers[layer].mean = [0, 0]
      evidence.batchNormLayers[layer].variance = [1, 1]
    }
    let finding = try #require(BehaviourCheck(evidence).failures.first)
    #expect(
      finding.measured
        == "0 of 20 layers; layer0.bn has mean 0 and variance 1 in 2 of 2 channels, "
        + "layer1.bn has mean 0 and variance 1 in 2 of 2 channels, "
        + "layer2.bn has mean 0 and variance 1 in 2 of 2 channels and 17 more")
  }

  @Test func outputThatIgnoresItsInputFails() throws {
    try expectOnlyFailure(.outputFollowsInput) { $0.logitsOfChangedPictures = $0.logits }
    // A rounding difference is no other answer.
    try expectOnlyFailure(.outputFollowsInput) {
      $0.logitsOfChangedPictures = $0.logits.map { $0 * 1.00001 }
    }
    // One of four pictures is too few.
    try expectOnlyFailure(.outputFollowsInput) {
      $0.logitsOfChangedPictures.replaceSubrange(2..., with: $0.logits[2...])
    }
    // The same answer to all pictures but the changed ones.
    try expectOnlyFailure(.outputFollowsInput) {
      $0.logits = [1, 2, 1, 2, 1, 2]
      $0.logitsOfChangedPictures = [3, 4, 3, 4, 3, 4]
      $0.logitsAfterReload = $0.logits
    }
    for (logits, changed) in [([], []), ([1], [2]), ([1, 2, 3, 4], [1, 2])] as [([Float], [Float])]
    {
      var evidence = try evidence()
      evidence.logits = logits
      evidence.logitsOfChangedPictures = changed
      #expect(try outcome(.outputFollowsInput, evidence) == .failed)
    }
  }

  @Test func onePictureMayAnswerForItself() throws {
    var evidence = try evidence()
    evidence.logits = [1, 2]
    evidence.logitsOfChangedPictures = [2, 1]
    #expect(try outcome(.outputFollowsInput, evidence) == .passed)
  }

  @Test func reloadedFileMustAnswerToTheBit() throws {
    try expectOnlyFailure(.reloadIdentical) { $0.logitsAfterReload?[3].negate() }
    try expectOnlyFailure(.reloadIdentical) {
      $0.logitsAfterReload?[0] = $0.logits[0].nextUp
    }
    try expectOnlyFailure(.reloadIdentical) { $0.logitsAfterReload = [] }
    try expectOnlyFailure(.reloadIdentical) { $0.logitsAfterReload?.removeLast() }
    var evidence = try evidence()
    evidence.logitsAfterReload = nil
    // Nothing exported: nothing to compare, and no doubt either.
    let check = BehaviourCheck(evidence)
    #expect(check.verdictLine == "Verdict: sound. 7 of 7 checks passed")
  }

  @Test func valuesThatAreNotFiniteFail() throws {
    try expectOnlyFailure(.finite) { $0.entriesNotFinite = ["fc.weight"] }
    var broken = try evidence()
    broken.logits[0] = .nan
    broken.logitsAfterReload = broken.logits
    #expect(try outcome(.finite, broken) == .failed)
    // Identical bits, even of NaN.
    #expect(try outcome(.reloadIdentical, broken) == .passed)
    var frames = soundFrames()
    frames[3].margin = .infinity
    let check = BehaviourCheck(try evidence(frames: frames))
    #expect(check.failures.map(\.identifier) == [.finite])
    #expect(
      check.undecided.map(\.identifier) == [
        .predictsBothClasses, .confidenceSpread, .betterThanChance,
      ])
    try expectCodable(check)
  }

  /// The model that this project replaces: "real" with 100% confidence, whatever the video.
  @Test func modelThatAlwaysSaysRealFails() throws {
    let frames = soundFrames(separation: 0.01, spread: 0.1, offset: -20)
    let evidence = try evidence(frames: frames, calibration: Calibration())
    #expect(try outcome(.predictsBothClasses, evidence) == .failed)
    #expect(try outcome(.confidenceSpread, evidence) == .failed)
    let check = BehaviourCheck(evidence)
    #expect(
      check.findings[5].measured
        == "0.0% of the crops called fake, 0.0% of the videos called fake")
  }

  @Test func modelThatAlwaysSaysFakeFails() throws {
    // With five fakes to a real, accuracy would praise it.
    let frames = soundFrames(separation: 0.5, spread: 0.2, offset: 4)
    let evidence = try evidence(frames: frames, calibration: Calibration())
    #expect(try outcome(.predictsBothClasses, evidence) == .failed)
  }

  @Test func constantModelFails() throws {
    for margin in [-3.0, 0, 0.7] {
      let frames = soundFrames(separation: 0, spread: 0, offset: margin)
      let evidence = try evidence(frames: frames)
      #expect(try outcome(.predictsBothClasses, evidence) == .failed)
      #expect(try outcome(.confidenceSpread, evidence) == .failed)
    }
  }

  @Test func completeConfidenceMustBeDeserved() throws {
    // Sure of everything, and right: saturated, and no defect.
    let right = soundFrames(separation: 40)
    #expect(try outcome(.confidenceSpread, evidence(frames: right)) == .passed)
    // Sure of everything, and right in three of four.
    var wrong = right
    for index in wrong.indices where index % 8 < 2 { wrong[index].margin.negate() }
    let undeserved = try evidence(frames: wrong, calibration: Calibration())
    #expect(try outcome(.confidenceSpread, undeserved) == .failed)
    // The temperature reduces the confidence.
    #expect(try outcome(.confidenceSpread, evidence(frames: wrong)) == .passed)
  }

  @Test func weakModelWithManyPeopleIsJudgedByItsInterval() throws {
    let weak = try evidence(frames: soundFrames(people: 300, separation: 0.5))
    #expect(try outcome(.betterThanChance, weak) == .passed)
    let useless = try evidence(
      frames: soundFrames(people: 600, separation: 0), calibration: Calibration())
    #expect(try outcome(.betterThanChance, useless) == .failed)
    let inverted = try evidence(
      frames: soundFrames(people: 30, separation: -2), calibration: Calibration())
    #expect(try outcome(.betterThanChance, inverted) == .failed)
  }

  @Test func oneClassCannotTellAndNothingFails() throws {
    let reals = soundFrames().filter { $0.video.label == .real }
    let oneClass = BehaviourCheck(try evidence(frames: reals))
    #expect(oneClass.verdict == .cannotTell)
    #expect(oneClass.undecided.count == 3)
    // Without any prediction the model wasn't tried.
    let nothing = try evidence(frames: [])
    #expect(try outcome(.predictsBothClasses, nothing) == .failed)
    #expect(try outcome(.betterThanChance, nothing) == .undecided)
  }
}
