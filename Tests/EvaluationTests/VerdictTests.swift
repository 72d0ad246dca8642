import Contract
import Foundation
import Randomness
import Testing

@testable import Evaluation

/// The three verdicts: a point estimate that contradicts a check is a failure if the evidence
/// allows that, and never a success.
struct VerdictTests {
  /// The check of a model with these margins, by its predictions alone.
  private func check(_ frames: [FramePrediction], draws: Int = 200) throws -> BehaviourCheck {
    let calibration = try Calibration.fitted(frames: frames, score: .mean)
    let logits: [Float] = [1, 2, 3, 1]
    return BehaviourCheck(
      BehaviourEvidence(
        report: try EvaluationReport(
          frames: frames, calibration: calibration, draws: draws, seed: 3, testsChance: true),
        frames: frames, expectedEntries: ["a"], presentEntries: ["a"], entriesNotFinite: [],
        batchNormLayers: [BatchNormStatistics(name: "bn", mean: [0.1], variance: [2])],
        logits: logits, logitsOfChangedPictures: logits.map { $0 + 1 }, logitsAfterReload: nil))
  }

  /// People with equal numbers of real and fake videos, ranked without a mistake.
  private func perfect(people: Int, takes: Int, sign: Double) -> [FramePrediction] {
    (0..<people).flatMap { person in
      (0..<takes * 2).flatMap { take in
        let label: VideoLabel = take.isMultiple(of: 2) ? .real : .fake
        let margin = sign * (label == .fake ? 1 : -1) * (1 + 0.01 * Double(person * 7 + take))
        return crops(video("\(person)-\(take)", label, group: "p\(person)"), margin, margin * 0.9)
      }
    }
  }

  private func better(_ check: BehaviourCheck) throws -> Finding {
    try #require(check.findings.first { $0.identifier == .betterThanChance })
  }

  /// A perfectly inverted detector is broken, with only three people, and the finding says why.
  @Test(arguments: [3, 5, 12], [1, 2, 3]) func invertedDetectorIsBroken(
    people: Int, takes: Int
  ) throws {
    let check = try check(perfect(people: people, takes: takes, sign: -1))
    #expect(check.verdict == .broken)
    let finding = try better(check)
    #expect(finding.outcome == .failed && finding.meaning.contains("classes are swapped"))
    #expect(finding.advice?.contains("--swap-classes") == true)
    #expect(finding.measured.hasPrefix("AUC 0.000"))
  }

  /// A perfect one is sound from seven people on, or from twenty videos of either class.
  @Test(arguments: [
    (3, 1, false), (6, 1, false), (7, 1, true), (12, 1, true), (3, 6, false), (3, 7, true),
    (1, 20, true),
    (1, 19, false),
  ])
  func perfectDetectorIsSoundWithEnoughPeople(people: Int, takes: Int, isSound: Bool) throws {
    let check = try check(perfect(people: people, takes: takes, sign: 1))
    #expect(check.verdict == (isSound ? .sound : .cannotTell))
    let finding = try better(check)
    #expect(finding.measured.contains("of \(people) \(people == 1 ? "group" : "groups") of people"))
    if !isSound { #expect(finding.advice?.contains("groups") == true) }
  }

  /// Sixty models at chance on fifteen videos: hardly one is called sound, and on nearly all the
  /// check can't tell.
  @Test func chanceOnFifteenVideosCannotBeTold() throws {
    var verdicts: [ModelVerdict: Int] = [:]
    for model in 0..<60 {
      var random = RandomStream(seed: UInt64(model), .check, 15)
      let frames = (0..<15).flatMap { index in
        crops(
          video("v\(index)", index < 7 ? .real : .fake, group: "p\(index)"),
          Double(random.normal()), Double(random.normal()))
      }
      verdicts[try check(frames, draws: 100).verdict, default: 0] += 1
    }
    // 1% and 5% are expected; binomial bounds of one in a thousand.
    #expect((verdicts[.sound] ?? 0) <= 4)
    #expect((verdicts[.cannotTell] ?? 0) >= 48)
  }

  /// The advice names a number of groups, and it is true: with that many, an equally good model
  /// passes.
  @Test func whatWouldDecideDoes() throws {
    func frames(_ people: Int) -> [FramePrediction] {
      var random = RandomStream(seed: 4, .check, 77)
      return (0..<people * 2).flatMap { index in
        let label: VideoLabel = index.isMultiple(of: 2) ? .real : .fake
        return crops(
          video("v\(index)", label, group: "p\(index / 2)"),
          (label == .fake ? 0.25 : -0.25) + Double(random.normal()))
      }
    }
    let few = try better(try check(frames(6)))
    #expect(few.outcome == .undecided && few.advice?.contains("7 groups") == true)
    let some = try better(try check(frames(12)))
    #expect(some.outcome == .undecided)
    let advice = try #require(some.advice)
    let number = try #require(
      advice.split(whereSeparator: { !$0.isNumber }).compactMap { Int($0) }.first { $0 > 12 })
    #expect(number < 2000)
    #expect(try better(try check(frames(max(number * 2, 60)))).outcome == .passed)
  }

  /// A point estimate on the wrong side of 0.5 is never a success, whatever a test says.
  @Test func aContradictingEstimateNeverPasses() throws {
    let first = (0..<10).flatMap { take in
      crops(video("a\(take)", take < 8 ? .fake : .real, group: "a"), take < 8 ? 1 : 2)
    }
    let second = (0..<10).flatMap { take in
      crops(video("b\(take)", take < 2 ? .fake : .real, group: "b"), take < 2 ? -2 : -1)
    }
    for sign in [1.0, -1] {
      let frames = (first + second).map { frame in
        var frame = frame
        frame.margin *= sign
        return frame
      }
      let finding = try better(try check(frames))
      #expect(finding.outcome == .undecided, "\(finding)")
    }
  }

  /// Videos that a model has learned from say nothing about others.
  @Test func learnedVideosProveNothing() throws {
    let frames = perfect(people: 12, takes: 2, sign: 1)
    let calibration = try Calibration.fitted(frames: frames, score: .mean)
    let report = try EvaluationReport(
      frames: frames, calibration: calibration, draws: 100, seed: 3, testsChance: true)
    for novelty in [BehaviourEvidence.Novelty.unseen, .learned, .blended] {
      let evidence = BehaviourEvidence(
        report: report, frames: frames, expectedEntries: ["a"], presentEntries: ["a"],
        entriesNotFinite: [],
        batchNormLayers: [BatchNormStatistics(name: "bn", mean: [0.1], variance: [2])],
        logits: [1, 2, 3, 1], logitsOfChangedPictures: [2, 2, 4, 2], logitsAfterReload: nil,
        novelty: novelty)
      #expect(BehaviourCheck(evidence).verdict == (novelty == .unseen ? .sound : .cannotTell))
    }
  }

  /// A file's stated verdict outlasts weaker evidence, but not stronger evidence.
  @Test func weakerEvidenceChangesNothing() {
    let broken = StatedVerdict(.broken, reason: "")
    #expect(ModelVerdict.cannotTell.considering(broken) == .broken)
    #expect(ModelVerdict.sound.considering(broken) == .sound)
    #expect(ModelVerdict.cannotTell.considering(StatedVerdict(.sound, reason: "")) == .cannotTell)
    #expect(ModelVerdict.cannotTell.considering(nil) == .cannotTell)
  }

  /// The verdict follows from any findings by one rule.
  @Test func findingsMakeTheVerdict() {
    func finding(_ outcome: Finding.Outcome) -> Finding {
      Finding(.finite, outcome, measured: "", meaning: "")
    }
    #expect(ModelVerdict([finding(.passed), finding(.note), finding(.warning)]) == .sound)
    #expect(ModelVerdict([finding(.passed), finding(.undecided)]) == .cannotTell)
    #expect(ModelVerdict([finding(.undecided), finding(.failed)]) == .broken)
    #expect(ModelVerdict.allCases.map(\.rawValue) == ["sound", "broken", "cannot tell"])
  }

  /// A check of an older version has no verdict in it and fewer limits.
  @Test func olderChecksAreRead() throws {
    let old = """
      {"findings": [{"identifier": "betterThanChance", "outcome": "undecided", "measured": "m",
        "meaning": "n", "advice": "a"}], "passed": true,
       "limits": {"leastClassShare": 0.02, "leastSpread": 0.005, "completeConfidence": 0.001,
        "largestConfidentShare": 0.98, "deservedConfidenceAccuracy": 0.98,
        "leastUsefulAccuracy": 0.7, "leastRelativeChange": 0.0001, "leastChangedShare": 0.9,
        "largestDefaultShare": 0.5}}
      """
    let check = try JSONDecoder().decode(BehaviourCheck.self, from: Data(old.utf8))
    #expect(check.verdict == .cannotTell && check.limits.leastUsefulAccuracy == 0.7)
    #expect(check.limits.largestShareOfChance == 0.01)
  }
}
