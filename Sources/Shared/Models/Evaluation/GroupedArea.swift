package import Contract

/// The area under the ROC curve of any scores, with its 95% interval over groups of people. The
/// draws are those of ``BootstrapIntervals``.
package struct GroupedArea: Sendable, Equatable {
  /// The probability that a fake scores higher than a real one, ties counting one half; nil if a
  /// class is missing.
  package let value: Double?
  /// Nil without draws, and if fewer than ``BootstrapIntervals/minimumGroups`` groups have either
  /// label.
  package let interval: ConfidenceInterval?

  /// - Parameters:
  ///   - scores: numbers, no NaN; higher means rather fake.
  ///   - labels: one per score.
  ///   - groups: the group of each score, 0..<`groupCount`.
  ///   - draws: resamples of the groups; 0 for none.
  package init(
    scores: [Double], labels: [VideoLabel], groups: [Int], groupCount: Int, draws: Int,
    seed: UInt64
  ) {
    let ranking = GroupedRanking(groups: groups, scores: scores, labels: labels)
    value = ranking.areaUnderCurve([Int](repeating: 1, count: groupCount))
    let isMeasurable = VideoLabel.allCases.allSatisfy { label in
      Set(zip(labels, groups).filter { $0.0 == label }.map(\.1)).count
        >= BootstrapIntervals.minimumGroups
    }
    interval =
      isMeasurable && draws > 0
      ? GroupDraws(groups: groupCount, draws: draws, seed: seed).interval(ranking.areaUnderCurve)
      : nil
  }
}

/// Spearman's rank correlation of two numbers per video, with its 95% interval over groups of
/// people. A draw weights the videos by their groups; the ranks stay those among all videos.
package struct GroupedCorrelation: Sendable, Equatable {
  /// -1...1; nil if one of the numbers is the same for all videos.
  package let value: Double?
  /// Nil without draws, and for fewer than ``BootstrapIntervals/minimumGroups`` groups.
  package let interval: ConfidenceInterval?
  /// Number of groups with a video.
  package let groups: Int

  /// - Parameters:
  ///   - first: numbers, no NaN.
  ///   - second: one per number in `first`.
  ///   - groups: the group of each.
  ///   - draws: resamples of the groups; 0 for none.
  package init(
    _ first: [Double], _ second: [Double], groups: [Int], draws: Int, seed: UInt64
  ) {
    let (left, right) = (Self.ranks(first), Self.ranks(second))
    let members = Set(groups).sorted()
    let numbers = Dictionary(uniqueKeysWithValues: zip(members, 0...))
    let own = groups.map { numbers[$0] ?? 0 }
    func correlation(_ weights: [Int]) -> Double? {
      var (n, x, y, xx, yy, xy) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
      for index in own.indices {
        let weight = Double(weights[own[index]])
        let (a, b) = (left[index], right[index])
        n += weight
        x += weight * a
        y += weight * b
        xx += weight * a * a
        yy += weight * b * b
        xy += weight * a * b
      }
      guard n > 0 else { return nil }
      let (varianceX, varianceY) = (xx - x * x / n, yy - y * y / n)
      guard varianceX > 1e-9 * n, varianceY > 1e-9 * n else { return nil }
      return min(max((xy - x * y / n) / (varianceX * varianceY).squareRoot(), -1), 1)
    }
    self.groups = members.count
    value = correlation([Int](repeating: 1, count: members.count))
    interval =
      members.count >= BootstrapIntervals.minimumGroups && draws > 0 && value != nil
      ? GroupDraws(groups: members.count, draws: draws, seed: seed).interval(correlation) : nil
  }

  /// The rank of each number; equal numbers get the mean of their ranks.
  private static func ranks(_ numbers: [Double]) -> [Double] {
    let order = numbers.indices.sorted { numbers[$0] < numbers[$1] }
    var ranks = [Double](repeating: 0, count: numbers.count)
    var start = 0
    while start < order.count {
      var end = start
      while end < order.count, numbers[order[end]] == numbers[order[start]] { end += 1 }
      for position in start..<end { ranks[order[position]] = Double(start + end - 1) / 2 }
      start = end
    }
    return ranks
  }
}
