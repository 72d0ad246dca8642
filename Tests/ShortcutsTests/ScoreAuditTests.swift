import Contract
import Evaluation
import Randomness
import Testing

@testable import Shortcuts

/// Scores of a model against features.
@Suite struct ScoreAuditTests {
  private let videos = MadeVideos(labels: { _ in [.real, .fake] }, groups: 30).make()

  /// Scores that follow sharpness among real videos only: this is reported, and nothing else.
  @Test func whatIsFollowedIsSaid() throws {
    var random = RandomStream(seed: 4, .check)
    var scores: [String: Double] = [:]
    for video in videos {
      let noise = Double(random.normal())
      scores[video.name] =
        video.label == .real ? (video.traits[.sharpness] ?? 0) + 0.5 * noise : noise
    }
    let audit = ScoreAudit(scores: scores, videos)
    let striking = try #require(audit.striking.first)
    #expect(audit.striking.count == 1)
    #expect(striking.feature == .sharpness && striking.label == .real)
    #expect(try #require(striking.value) > 0.7)
    #expect(striking.sentence.hasPrefix("among real videos, scores rise with sharpness: "))
    #expect(striking.videos == 30 && striking.groups == 30)
    // The order of the videos doesn't matter.
    #expect(ScoreAudit(scores: scores, videos.reversed()) == audit)
  }

  /// Videos without a score, and scores that are no number, don't count; few groups say nothing.
  @Test func whatIsMissingDoesNotCount() throws {
    var scores: [String: Double] = [:]
    for (place, video) in videos.enumerated() {
      scores[video.name] = place < 16 ? video.traits[.sharpness] : place < 20 ? .nan : nil
    }
    let audit = ScoreAudit(scores: scores, videos)
    #expect(audit.correlations.allSatisfy { $0.videos == 8 && $0.groups == 8 })
    #expect(audit.striking.isEmpty)
    #expect(ScoreAudit(scores: [:], videos).correlations.allSatisfy { $0.value == nil })
  }

  /// Scores that don't depend on any feature are rarely reported: 30 models, 24 comparisons each.
  @Test func chanceIsRarelyStriking() {
    let striking = (0..<30).reduce(0) { count, model in
      var random = RandomStream(seed: UInt64(model), .check, 7)
      let scores = Dictionary(
        uniqueKeysWithValues: videos.map { ($0.name, Double(random.normal())) })
      return count + ScoreAudit(scores: scores, videos, draws: 200).striking.count
    }
    #expect(striking <= 10, "\(striking) of 720")
  }

  /// Spearman's correlation of ranks with ties, compared with numbers by hand.
  @Test func correlationsAreThoseOfRanks() throws {
    let value = GroupedCorrelation(
      [1, 2, 2, 10], [1, 3, 2, 4], groups: [0, 1, 2, 3], draws: 0, seed: 1
    ).value
    // Ranks 1, 2.5, 2.5, 4 and 1, 3, 2, 4: covariance 4.5, variances 4.5 and 5.
    #expect(abs(try #require(value) - 4.5 / (4.5 * 5).squareRoot()) < 1e-12)
    let opposite = GroupedCorrelation(
      [3, 2, 1], [10, 20, 500], groups: [0, 0, 1], draws: 0, seed: 1)
    #expect(opposite.value == -1 && opposite.groups == 2 && opposite.interval == nil)
    #expect(
      GroupedCorrelation([1, 1], [1, 2], groups: [0, 1], draws: 10, seed: 1).value == nil)
  }

  /// The area and its interval are those of the reports.
  @Test func areasAreThoseOfReports() throws {
    var random = RandomStream(seed: 8, .check)
    let labels: [VideoLabel] = (0..<60).map { $0 % 3 == 0 ? .real : .fake }
    let scores = labels.map { Double(random.uniform()) * 0.7 + ($0 == .fake ? 0.3 : 0) }
    let groups = (0..<60).map { $0 % 15 }
    let area = GroupedArea(
      scores: scores, labels: labels, groups: groups, groupCount: 15, draws: 300, seed: 5)
    let report = try EvaluationReport(
      frames: zip(zip(scores, labels), groups).enumerated().map { place, known in
        FramePrediction(
          video: EvaluatedVideo(
            name: "\(place)", group: String(UnicodeScalar(UInt8(97 + known.1))),
            label: known.0.1), frame: 0, margin: known.0.0)
      }, calibration: Calibration(), draws: 300, seed: 5)
    #expect(area.value == report.videos.auc)
    #expect(area.interval == report.intervals.videoAUC)
  }
}
