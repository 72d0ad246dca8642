internal import Contract

/// 95% intervals of the main metrics, by resampling groups of people.
///
/// Frames of a video and videos of a person are not independent; an interval that resampled them
/// would be far too narrow. So each draw takes as many groups as there are, with replacement, and
/// everything in a group counts as often as the group was drawn.
package struct BootstrapIntervals: Codable, Sendable, Equatable {
  /// Smallest number of groups with reals, and of groups with fakes, for a meaningful resampling.
  package static let minimumGroups = 5

  /// Number of draws.
  package let draws: Int
  /// Number of groups.
  package let groups: Int
  /// Number of groups with a real video.
  package let groupsWithReal: Int
  /// Number of groups with a fake video.
  package let groupsWithFake: Int
  /// Log-loss of the videos.
  package private(set) var videoLogLoss: ConfidenceInterval?
  /// Area under the ROC curve of the videos.
  package private(set) var videoAUC: ConfidenceInterval?
  /// Balanced accuracy of the videos.
  package private(set) var videoBalancedAccuracy: ConfidenceInterval?
  /// Area under the ROC curve of the frames.
  package private(set) var frameAUC: ConfidenceInterval?
  /// Why there are no intervals; nil if there are.
  package private(set) var note: String?

  init(
    videos: [VideoPrediction], frames: [FramePrediction], calibration: Calibration, draws: Int,
    seed: UInt64
  ) {
    let numbers = GroupNumbers(videos.map(\.video))
    let videoGroups = videos.map { numbers[$0.video] }
    let videoProbabilities = videos.map(\.labelled)
    let totals = GroupTotals(
      groupCount: numbers.count, groups: videoGroups, predictions: videoProbabilities,
      threshold: calibration.threshold)
    self.draws = max(draws, 0)
    groups = numbers.count
    groupsWithReal = totals.groupsWithReal
    groupsWithFake = totals.groupsWithFake
    guard draws > 0 else {
      note = "No draws were asked for."
      return
    }
    guard videoProbabilities.allSatisfy(\.isValid) else {
      note = "Some predictions are not numbers."
      return
    }
    guard min(groupsWithReal, groupsWithFake) >= Self.minimumGroups else {
      note =
        "Too few people for intervals: \(groupsWithReal) groups with real and \(groupsWithFake) "
        + "with fake videos; \(Self.minimumGroups) of each are needed."
      return
    }
    let videoOrder = GroupedRanking(groups: videoGroups, predictions: videoProbabilities)
    let frameOrder = GroupedRanking(
      groups: frames.map { numbers[$0.video] },
      predictions: frames.map { $0.labelled(temperature: calibration.temperature) })
    draw(totals: totals, videoOrder: videoOrder, frameOrder: frameOrder, seed: seed)
  }

  private mutating func draw(
    totals: GroupTotals, videoOrder: GroupedRanking, frameOrder: GroupedRanking, seed: UInt64
  ) {
    var logLosses: [Double?] = []
    var accuracies: [Double?] = []
    var videoAreas: [Double?] = []
    var frameAreas: [Double?] = []
    GroupDraws(groups: groups, draws: draws, seed: seed).forEach { weights in
      logLosses.append(totals.logLoss(weights))
      accuracies.append(totals.balancedAccuracy(weights))
      videoAreas.append(videoOrder.areaUnderCurve(weights))
      frameAreas.append(frameOrder.areaUnderCurve(weights))
    }
    videoLogLoss = ConfidenceInterval(logLosses)
    videoBalancedAccuracy = ConfidenceInterval(accuracies)
    videoAUC = ConfidenceInterval(videoAreas)
    frameAUC = ConfidenceInterval(frameAreas)
  }
}
