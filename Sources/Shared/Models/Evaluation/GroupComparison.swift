internal import Randomness

/// The permutation test of the AUC within groups, with labels exchanged between and within groups.
struct GroupComparison {
  private let differences: [Double]
  private let pure: PureGroups
  /// The sum over all groups; 0 if nothing can be compared.
  let weight: Double

  init(mixed: [RankedGroup], pure: PureGroups) {
    differences = mixed.map { RankedGroup.weight($0.real, $0.fake) * ($0.area - 0.5) }
    self.pure = pure
    weight = mixed.reduce(pure.weight) { $0 + RankedGroup.weight($1.real, $1.fake) }
  }

  /// The statistic of the true labels.
  var area: Double { 0.5 + (differences.reduce(0, +) + pureDifference(pure.isFake)) / weight }

  private func pureDifference(_ isFake: [Bool]) -> Double {
    guard pure.count > 0 else { return 0 }
    return pure.weight * (RankedGroup.area(isFake, pure.isLast) - 0.5)
  }

  /// The statistic over all arrangements, or over random ones if there are too many.
  func shares(seed: UInt64) -> PermutationTest.Shares {
    var tally = PermutationTally(own: area)
    let labellings = Self.binomial(pure.count, pure.fakes)
    let flips = differences.count < 15 ? 1 << differences.count : Int.max
    if flips.multipliedReportingOverflow(by: labellings).overflow == false,
      flips * labellings <= PermutationTest.largestCompleteCount
    {
      let others = labellingsOfPure().map(pureDifference)
      for mask in 0..<flips {
        var sum = 0.0
        for (index, difference) in differences.enumerated() {
          sum += mask >> index & 1 == 0 ? difference : -difference
        }
        for other in others { tally.add(0.5 + (sum + other) / weight) }
      }
      return tally.shares
    }
    tally.add(area)
    let size = max(differences.count + pure.count, 1)
    for draw in 0..<min(PermutationTest.draws, max(PermutationTest.maximumWork / size, 999)) {
      var random = RandomStream(seed: seed, .permutation, UInt64(draw))
      var sum = 0.0
      for difference in differences { sum += random.happens(0.5) ? difference : -difference }
      var isFake = pure.isFake
      random.shuffle(&isFake)
      tally.add(0.5 + (sum + pureDifference(isFake)) / weight)
    }
    return tally.shares
  }

  /// All labellings of the groups of one class; called only if these are few.
  private func labellingsOfPure() -> [[Bool]] {
    var all: [[Bool]] = [[]]
    for index in 0..<pure.count {
      let left = pure.count - index
      all = all.flatMap { labels -> [[Bool]] in
        let missing = pure.fakes - labels.count { $0 }
        return (missing > 0 ? [labels + [true]] : []) + (missing < left ? [labels + [false]] : [])
      }
    }
    return all
  }

  /// The binomial coefficient, or 2^40 if it exceeds the number of arrangements of which all are
  /// tried.
  private static func binomial(_ count: Int, _ chosen: Int) -> Int {
    var ways = 1
    for drawn in 0..<min(chosen, count - chosen) {
      ways = ways * (count - drawn) / (drawn + 1)
      if ways > PermutationTest.largestCompleteCount { return 1 << 40 }
    }
    return ways
  }
}

/// The permutation test of the AUC within groups, with labels exchanged between the videos of each.
struct VideoComparison {
  private let groups: [RankedGroup]
  private let weight: Double

  init(_ groups: [RankedGroup]) {
    self.groups = groups
    weight = groups.reduce(0) { $0 + RankedGroup.weight($1.real, $1.fake) }
  }

  private func area(_ value: (RankedGroup) -> Double) -> Double {
    groups.reduce(0) { $0 + RankedGroup.weight($1.real, $1.fake) * value($1) } / weight
  }

  /// The statistic over random arrangements.
  func shares(seed: UInt64) -> PermutationTest.Shares {
    let own = area(\.area)
    var tally = PermutationTally(own: own)
    tally.add(own)
    let size = max(groups.reduce(0) { $0 + $1.isFake.count }, 1)
    for draw in 0..<min(PermutationTest.draws, max(PermutationTest.maximumWork / size, 999)) {
      var random = RandomStream(seed: seed, .permutation, UInt64(draw), 1)
      tally.add(
        area { group in
          var isFake = group.isFake
          random.shuffle(&isFake)
          return group.area(isFake)
        })
    }
    return tally.shares
  }
}
