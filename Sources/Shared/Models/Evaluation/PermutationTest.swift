internal import Contract
internal import Randomness

/// Tests whether scores depend on the labels: how often chance would rank fakes above reals as well
/// as the model did, or as badly.
///
/// Fisher's permutation test, over groups of people first: within a group with both classes the
/// labels of the two are exchanged as a whole, because videos of a person and class are alike;
/// groups of one class exchange their labels with each other. That needs no smallest number of
/// videos and is exact, even if only some arrangements are tried, with the true one counted in
/// (Phipson and Smyth: Permutation p-values should never be zero, 2010). If there are few groups,
/// videos also exchange their labels within each group: less certain, as it treats videos of a
/// person as independent, but the best that is possible.
///
/// The statistic is the mean over groups of the AUC within each, so that a person with many fakes
/// and high scores proves nothing.
package struct PermutationTest: Codable, Sendable, Equatable {
  /// The statistic over arrangements of the labels.
  package struct Shares: Codable, Sendable, Equatable {
    /// Number of arrangements that were tried.
    package let arrangements: Int
    /// Share of them that rank fakes at least as high: small if the model tells the classes apart.
    package let asHigh: Double
    /// Share of them that rank fakes at least as low: small if the model has the classes swapped.
    package let asLow: Double
    /// Standard deviation of the statistic over them: how far chance deviates from 0.5.
    package let spread: Double
  }

  /// The AUC within groups, averaged: the statistic.
  package let areaWithinGroups: Double
  /// Number of groups that can be compared: those with both classes, and those of one class if
  /// there are some of either.
  package let comparedGroups: Int
  /// Number of videos of the rarer class in these.
  package let comparedVideos: Int
  /// Whether every fake of the groups with both classes scores lower than every real video of
  /// these, with at least three such groups.
  package let isInverted: Bool
  /// Labels exchanged between groups, and by whole classes within them.
  package let groups: Shares
  /// Labels exchanged between the videos of each group; nil if there are enough groups, or none with
  /// both classes.
  package let videos: Shares?

  /// With this many groups, all ranked right, chance does as well in less than 1% of all cases.
  package static let decisiveGroups = 7
  /// Smallest number of videos of either class with which the videos of few groups may decide.
  package static let decisiveVideos = 20

  /// Up to this number of arrangements, all are tried.
  static let largestCompleteCount = 20_000
  /// Number of random arrangements if there are more.
  static let draws = 10_000
  /// Approximate limit of groups or videos times random arrangements: takes a few seconds.
  static let maximumWork = 50_000_000

  /// Tests predictions.
  ///
  /// - Returns: nil if a class is missing, a prediction is no probability, or no groups can be
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

/// Counts the values of the statistic over arrangements.
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
    // Values that differ, differ by more than rounding errors.
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
