internal import Contract
internal import Randomness

/// Whether scores have anything to do with the labels: how often chance would rank fakes above reals
/// as well as the model did, or as badly.
///
/// Fisher's permutation test, over groups of people first: within a group that has both classes these
/// change places as a whole, because videos of a person and class are alike; groups of one class exchange
/// their labels. That needs no least number of videos and is exact, also where only some arrangements are
/// tried, with the true one counted in (Phipson and Smyth: Permutation p-values should never be zero,
/// 2010). Where there are few groups, videos exchange their labels within each group besides: less sure,
/// as it takes videos of a person for independent, but the most that can be had.
///
/// What is compared is the mean over groups of the AUC within each, so that a person with many fakes and
/// high scores proves nothing.
package struct PermutationTest: Codable, Sendable, Equatable {
  /// What chance does.
  package struct Shares: Codable, Sendable, Equatable {
    /// Arrangements of the labels that were tried.
    package let arrangements: Int
    /// Share of them that rank fakes at least as high: small where the model tells the classes.
    package let asHigh: Double
    /// Share of them that rank fakes at least as low: small where the model has the classes swapped.
    package let asLow: Double
    /// Standard deviation of the statistic over them: how far chance goes from 0.5.
    package let spread: Double
  }

  /// The AUC within groups, averaged: the statistic.
  package let areaWithinGroups: Double
  /// Groups with both classes, and groups of one class where there are some of either: what can be
  /// compared.
  package let comparedGroups: Int
  /// The rarer class's number of videos among these.
  package let comparedVideos: Int
  /// Whether every fake of the groups with both classes scores lower than every real video of these, with
  /// at least three such groups.
  package let isInverted: Bool
  /// Labels exchanged between groups, and by whole classes within them.
  package let groups: Shares
  /// Labels exchanged between the videos of each group; nil where the groups decide without.
  package let videos: Shares?

  /// With so many groups, every one of them right, chance does as well in less than 1% of all cases.
  package static let decisiveGroups = 7
  /// Videos of either class from which on the videos of few groups may decide.
  package static let decisiveVideos = 20

  /// All arrangements are tried up to so many.
  static let largestCompleteCount = 20_000
  /// Random ones where there are more.
  static let draws = 10_000
  /// Groups or videos times random arrangements, about: a few seconds.
  static let maximumWork = 50_000_000

  /// Tests predictions.
  ///
  /// - Returns: nil where a class is missing or a prediction is no probability, or where no groups can be
  ///   compared.
  init?(_ videos: [VideoPrediction], seed: UInt64) {
    guard videos.allSatisfy(\.labelled.isValid), Set(videos.map(\.video.label)).count == 2 else {
      return nil
    }
    let members = Dictionary(grouping: videos, by: \.video.group).sorted { $0.key < $1.key }
      .map { RankedGroup($0.value) }
    let mixed = members.filter { $0.real > 0 && $0.fake > 0 }
    let pure = PureGroups(members.filter { $0.real == 0 || $0.fake == 0 })
    let comparison = GroupComparison(mixed: mixed, pure: pure)
    guard comparison.weight > 0 else { return nil }
    areaWithinGroups = comparison.area
    comparedGroups = mixed.count + pure.count
    comparedVideos = min(
      mixed.reduce(pure.real) { $0 + $1.real }, mixed.reduce(pure.fake) { $0 + $1.fake })
    isInverted = mixed.count >= 3 && RankedGroup(merging: mixed).area == 0
    groups = comparison.shares(seed: seed)
    self.videos =
      comparedGroups < Self.decisiveGroups && !mixed.isEmpty
      ? VideoComparison(mixed).shares(seed: seed) : nil
  }
}

/// Counts what arrangements do.
struct PermutationTally {
  let own: Double
  private var count = 0
  private var asHigh = 0
  private var asLow = 0
  private var sum = 0.0
  private var squares = 0.0

  /// - Parameter own: the statistic of the true labels.
  init(own: Double) { self.own = own }

  mutating func add(_ value: Double) {
    // Two values that differ do so by more than rounding.
    let tolerance = 1e-9
    count += 1
    asHigh += value >= own - tolerance ? 1 : 0
    asLow += value <= own + tolerance ? 1 : 0
    sum += value
    squares += value * value
  }

  var shares: PermutationTest.Shares {
    let mean = sum / Double(count)
    return PermutationTest.Shares(
      arrangements: count, asHigh: Double(asHigh) / Double(count),
      asLow: Double(asLow) / Double(count),
      spread: max(squares / Double(count) - mean * mean, 0).squareRoot())
  }
}
