internal import Contract

/// The share of pairs of a real and a fake video of one person that are ranked right, the fake one
/// higher.
///
/// Both videos of a pair show the same person, mostly in the same room by the same camera: they
/// differ in the manipulation. An AUC over all videos can be high or low because of differences
/// between people and data sets alone.
///
/// A fake whose original is known and measured makes one pair, with the original. Any other fake
/// makes a pair with each real video of its group. A tie counts one half. The share is computed for
/// each group, a person or people who can't be told apart, and then averaged over the groups with
/// pairs: a person with many fakes counts no more than others.
package struct PairRanking: Codable, Sendable, Equatable {
  /// Smallest number of groups with pairs for a meaningful resampling.
  static let minimumPeople = BootstrapIntervals.minimumGroups

  /// Number of groups of people with pairs.
  package let people: Int

  /// Number of pairs.
  package let pairs: Int

  /// The share that is ranked right, averaged over people.
  package let share: Double

  /// The 95% interval of `share` if other people had been filmed; nil without draws and with fewer
  /// than five people who have pairs.
  package let interval: ConfidenceInterval?

  /// Ranks the pairs among predictions of any origin. O(n log n), and one pass over the groups for
  /// each draw.
  ///
  /// - Parameters:
  ///   - draws: resamples of the groups of all videos for the interval, 0 for none.
  ///   - seed: that of the other intervals gives the same draws.
  /// - Returns: nil without pairs, and if a prediction is not a number.
  package init?(_ videos: [VideoPrediction], draws: Int = 0, seed: UInt64 = 0) {
    self.init(
      videos.map(\.video), scores: videos.map(\.probability), draws: draws, seed: seed)
  }

  /// The same for any score that is higher if a video is rather fake.
  init?(_ videos: [EvaluatedVideo], scores: [Double], draws: Int, seed: UInt64) {
    guard scores.allSatisfy({ !$0.isNaN }) else { return nil }
    let numbers = GroupNumbers(videos)
    var tallies = [Tally](repeating: Tally(), count: numbers.count)
    var originals: [String: Double] = [:]
    var reals = [[Double]](repeating: [], count: numbers.count)
    for (video, score) in zip(videos, scores) where video.label == .real {
      originals[video.name] = score
      reals[numbers[video]].append(score)
    }
    for group in reals.indices { reals[group].sort() }
    for (video, score) in zip(videos, scores) where video.label == .fake {
      if let original = video.original.flatMap({ originals[$0] }) {
        tallies[numbers[video]].add(score, over: [original])
      } else {
        tallies[numbers[video]].add(score, over: reals[numbers[video]])
      }
    }
    let shares = tallies.map(\.share)
    guard let share = Self.mean(shares, shares.map { _ in 1 }) else { return nil }
    self.share = share
    people = shares.count { $0 != nil }
    pairs = tallies.reduce(0) { $0 + $1.pairs }
    interval =
      people < Self.minimumPeople
      ? nil
      : GroupDraws(groups: numbers.count, draws: draws, seed: seed).interval { weights in
        Self.mean(shares, weights)
      }
  }

  /// The mean of the shares that aren't nil, each counted `weights` times; nil if none counts.
  private static func mean(_ shares: [Double?], _ weights: [Int]) -> Double? {
    var (sum, count) = (0.0, 0)
    for case (let share?, let weight) in zip(shares, weights) {
      sum += Double(weight) * share
      count += weight
    }
    return count > 0 ? sum / Double(count) : nil
  }

  /// The pairs of a group.
  private struct Tally {
    var pairs = 0
    /// Twice the number of pairs ranked right, ties counting one half.
    private var doubled = 0

    var share: Double? { pairs > 0 ? Double(doubled) / Double(2 * pairs) : nil }

    /// Adds a fake's pairs with `reals`, which are in rising order.
    mutating func add(_ fake: Double, over reals: [Double]) {
      let below = reals.countOfLeading { $0 < fake }
      let notAbove = reals.countOfLeading { $0 <= fake }
      pairs += reals.count
      doubled += below + notAbove
    }
  }
}

extension [Double] {
  /// The number of elements that meet a condition, which the first ones meet and no later one does.
  fileprivate func countOfLeading(_ isMet: (Double) -> Bool) -> Int {
    var (lower, upper) = (0, count)
    while lower < upper {
      let middle = (lower + upper) / 2
      if isMet(self[middle]) { lower = middle + 1 } else { upper = middle }
    }
    return lower
  }
}
