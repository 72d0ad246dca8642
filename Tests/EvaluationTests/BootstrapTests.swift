import Contract
import Randomness
import Testing

@testable import Evaluation

struct BootstrapTests {
  @Test func resamplesEqualWeightedScikitLearn() throws {
    let cases = try EvaluationFixtures.load().weighted
    #expect(cases.count == 2)
    for fixture in cases {
      #expect(fixture.weights.contains(0) && fixture.weights.contains { $0 > 1 })
      let totals = GroupTotals(
        groupCount: fixture.weights.count, groups: fixture.groups,
        predictions: fixture.predictions, threshold: fixture.threshold)
      let ranking = GroupedRanking(groups: fixture.groups, predictions: fixture.predictions)
      #expect(isClose(ranking.areaUnderCurve(fixture.weights), fixture.auc))
      #expect(isClose(totals.logLoss(fixture.weights), fixture.logLoss))
      #expect(isClose(totals.balancedAccuracy(fixture.weights), fixture.balancedAccuracy))
      // Every group counted once gives the metric of all.
      let once = fixture.weights.map { _ in 1 }
      let metrics = BinaryMetrics(fixture.predictions, threshold: fixture.threshold)
      #expect(ranking.areaUnderCurve(once) == metrics.auc)
      #expect(totals.balancedAccuracy(once) == metrics.balancedAccuracy)
      #expect(isClose(totals.logLoss(once), metrics.logLoss, tolerance: 1e-13))
      // Without any group there is no metric.
      let none = fixture.weights.map { _ in 0 }
      #expect(ranking.areaUnderCurve(none) == nil)
      #expect(totals.balancedAccuracy(none) == nil && totals.logLoss(none) == nil)
    }
  }

  @Test func percentilesEqualNumPy() throws {
    for fixture in try EvaluationFixtures.load().percentiles {
      let interval = try #require(ConfidenceInterval(fixture.values))
      #expect(isClose(interval.lower, fixture.lower, tolerance: 1e-14))
      #expect(isClose(interval.upper, fixture.upper, tolerance: 1e-14))
      #expect(interval.draws == fixture.values.count && interval.undefinedDraws == 0)
    }
  }

  @Test func undefinedDrawsAreLeftOutAndCounted() throws {
    let interval = try #require(ConfidenceInterval([0.3, nil, 0.3, .nan, 0.3]))
    #expect(interval.draws == 3 && interval.undefinedDraws == 2)
    #expect(interval.lower == 0.3 && interval.upper == 0.3)
    #expect(ConfidenceInterval([0.3, nil, nil]) == nil)
    #expect(ConfidenceInterval([]) == nil)
  }

  /// Groups in which the model is right in all or in 40% of the videos, half of them each: videos
  /// of one group are alike, and the true balanced accuracy is 0.7.
  private func clusteredVideos(replicate: Int, groups: Int) -> [VideoPrediction] {
    var random = RandomStream(seed: 77, .check, UInt64(replicate))
    return (0..<groups).flatMap { group in
      let share = random.happens(0.5) ? 1 : 0.4
      return (0..<8).map { index in
        let label: VideoLabel = index < 4 ? .real : .fake
        let isFake = random.happens(share) == (label == .fake)
        return VideoPrediction(
          video: video("\(group)/\(index)", label, group: "g\(group)"), frames: 1,
          probability: isFake ? 0.8 : 0.2)
      }
    }
  }

  private func accuracyInterval(_ videos: [VideoPrediction]) throws -> ConfidenceInterval {
    let intervals = BootstrapIntervals(
      videos: videos, frames: [], calibration: Calibration(), draws: 100, seed: 5)
    return try #require(intervals.videoBalancedAccuracy)
  }

  /// 95% intervals hold the truth about 95 times in 100, and only because groups are resampled.
  @Test func intervalsHoldTheTruth() throws {
    let replicates = 80
    var byGroup = 0
    var byVideo = 0
    for replicate in 0..<replicates {
      let videos = clusteredVideos(replicate: replicate, groups: 24)
      let interval = try accuracyInterval(videos)
      byGroup += interval.lower <= 0.7 && 0.7 <= interval.upper ? 1 : 0
      let independent = videos.map { prediction in
        var video = prediction.video
        video.group = video.name
        return VideoPrediction(video: video, frames: 1, probability: prediction.probability)
      }
      let narrow = try accuracyInterval(independent)
      byVideo += narrow.lower <= 0.7 && 0.7 <= narrow.upper ? 1 : 0
    }
    let coverage = Double(byGroup) / Double(replicates)
    #expect((0.87...1).contains(coverage), "\(coverage)")
    #expect(Double(byVideo) / Double(replicates) < 0.8, "\(byVideo) of \(replicates)")
  }

  @Test func seedDecidesAndLongerRunsBeginAlike() throws {
    let videos = clusteredVideos(replicate: 1, groups: 12)
    func intervals(_ seed: UInt64) -> BootstrapIntervals {
      BootstrapIntervals(
        videos: videos, frames: [], calibration: Calibration(), draws: 50, seed: seed)
    }
    #expect(intervals(1) == intervals(1))
    #expect(intervals(1) != intervals(2))
    // The order of the videos has no influence.
    let reversed = BootstrapIntervals(
      videos: videos.reversed(), frames: [], calibration: Calibration(), draws: 50, seed: 1)
    #expect(reversed.videoAUC == intervals(1).videoAUC)
  }

  @Test func fewGroupsGiveANoteInsteadOfIntervals() {
    let videos = clusteredVideos(replicate: 2, groups: 4)
    let few = BootstrapIntervals(
      videos: videos, frames: [], calibration: Calibration(), draws: 100, seed: 1)
    #expect(few.videoAUC == nil && few.videoLogLoss == nil)
    #expect(few.note?.contains("4 groups with real and 4 with fake") == true)
    // Many groups with fakes don't help if few have reals.
    let lopsided = (0..<20).map { index in
      VideoPrediction(
        video: video("v\(index)", index < 3 ? .real : .fake), frames: 1, probability: 0.6)
    }
    let other = BootstrapIntervals(
      videos: lopsided, frames: [], calibration: Calibration(), draws: 100, seed: 1)
    #expect(other.note?.contains("3 groups with real and 17") == true)
    #expect(other.groups == 20 && other.groupsWithReal == 3 && other.groupsWithFake == 17)
  }

  @Test func missingAndInvalidInputGivesANote() {
    let videos = clusteredVideos(replicate: 3, groups: 8)
    for draws in [0, -5] {
      let none = BootstrapIntervals(
        videos: videos, frames: [], calibration: Calibration(), draws: draws, seed: 1)
      #expect(none.note == "No draws were asked for." && none.draws == 0)
    }
    let defect = VideoPrediction(video: video("x", .fake), frames: 1, probability: .nan)
    let invalid = BootstrapIntervals(
      videos: videos + [defect], frames: [], calibration: Calibration(), draws: 9, seed: 1)
    #expect(invalid.note?.contains("not numbers") == true)
    let empty = BootstrapIntervals(
      videos: [], frames: [], calibration: Calibration(), draws: 9, seed: 1)
    #expect(empty.note?.contains("0 groups") == true)
  }
}
