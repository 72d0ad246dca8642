internal import Contract

/// A baseline without any learning: videos ranked by how blurred the face is, the most blurred as
/// the most fake. A detector that isn't clearly better may have learned no more than that.
///
/// A crop's blur is minus the logarithm of the variance of its inner face's Laplacian; a video's is
/// the mean over all crops that the network judged, in the size that they have in the store. A
/// video without a face gets the median of the others, as nothing was measured. The sign is fixed:
/// if fakes are sharper than reals, the AUC is below 0.5, and 1 - AUC says how well their sharpness
/// betrays them.
package struct SharpnessBaseline: Codable, Sendable, Equatable {
  /// Area under the ROC curve of the videos; nil if a class is missing.
  package let auc: Double?

  /// Its 95% interval, from the same draws of groups as the network's interval; nil without draws,
  /// or with too few groups.
  package let interval: ConfidenceInterval?

  /// The pairs of one person that are ranked right; nil without pairs.
  package let pairs: PairRanking?

  /// Ranks videos by their blur.
  ///
  /// - Parameters:
  ///   - draws: resamples of the groups of people for the intervals, 0 for none.
  ///   - seed: that of the other intervals gives the same draws.
  /// - Returns: nil unless every video with a face was measured, and there is one.
  package init?(_ videos: [VideoPrediction], draws: Int = 0, seed: UInt64 = 0) {
    let measured = videos.compactMap(\.blur)
    guard !measured.isEmpty, measured.count == videos.count(where: \.hasFace),
      measured.allSatisfy(\.isFinite)
    else { return nil }
    let sorted = measured.sorted()
    let middle = (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    let scores = videos.map { $0.blur ?? middle }
    let numbers = GroupNumbers(videos.map(\.video))
    auc = GroupedRanking(
      groups: videos.map { numbers[$0.video] }, scores: scores, labels: videos.map(\.video.label)
    ).areaUnderCurve([Int](repeating: 1, count: numbers.count))
    interval = GroupDraws(groups: numbers.count, draws: draws, seed: seed)
      .intervalOfArea(videos, numbers, scores: scores)
    pairs = PairRanking(videos.map(\.video), scores: scores, draws: draws, seed: seed)
  }
}
