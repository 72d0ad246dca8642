internal import Randomness

/// Arrangements of the labels that would be as likely if labels didn't depend on the videos. Groups
/// with both labels exchange them as a whole, groups of one label exchange theirs with each other,
/// as in Evaluation's `PermutationTest`. Or, with less certainty, the videos of each group exchange
/// theirs.
struct LabelExchange {
  private let isFake: [Bool]
  /// Videos of each group with both labels.
  private let mixed: [[Int]]
  /// Videos of each group of one label.
  private let pure: [[Int]]
  private let pureLabels: [Bool]

  /// Up to this number of arrangements, all are tried.
  static let largestCompleteCount = 256
  /// Number of random arrangements if there are more.
  static let draws = 199

  init(groups: [Int], groupCount: Int, isFake: [Bool]) {
    self.isFake = isFake
    var members = [[Int]](repeating: [], count: groupCount)
    for (video, group) in groups.enumerated() { members[group].append(video) }
    func isMixed(_ videos: [Int]) -> Bool { Set(videos.map { isFake[$0] }).count > 1 }
    mixed = members.filter(isMixed)
    pure = members.filter { !$0.isEmpty && !isMixed($0) }
    pureLabels = pure.map { isFake[$0[0]] }
  }

  /// Number of groups that can exchange their labels.
  var comparedGroups: Int { mixed.count + (Set(pureLabels).count > 1 ? pure.count : 0) }

  /// Number of different arrangements between groups, or a large number if there are more than are
  /// tried.
  var arrangementCount: Int {
    let labellings = Self.binomial(pure.count, pureLabels.count { $0 })
    return mixed.count < 20 ? labellings << mixed.count : 1 << 40
  }

  /// Number of groups with both labels.
  var mixedGroups: Int { mixed.count }

  /// Arrangements between groups, the true one first. The same seed gives the same ones.
  func betweenGroups(seed: UInt64) -> [[Bool]] {
    if arrangementCount <= Self.largestCompleteCount {
      let flips = 1 << mixed.count
      return Self.labellings(pureLabels).flatMap { labels in
        (0..<flips).map { mask in arrangement(labels) { mask >> $0 & 1 == 1 } }
      }
    }
    return [isFake] + random(count: Self.draws, seed: seed)
  }

  /// Random arrangements between groups.
  func random(count: Int, seed: UInt64) -> [[Bool]] {
    (0..<count).map { draw in
      var random = RandomStream(seed: seed, .permutation, UInt64(draw))
      let isFlipped = mixed.map { _ in random.happens(0.5) }
      var labels = pureLabels
      random.shuffle(&labels)
      return arrangement(labels) { isFlipped[$0] }
    }
  }

  /// Arrangements within the groups with both labels, the true one first.
  func betweenVideos(seed: UInt64) -> [[Bool]] {
    [isFake]
      + (0..<Self.draws).map { draw in
        var random = RandomStream(seed: seed, .permutation, UInt64(draw), 1)
        var result = isFake
        for videos in mixed {
          var labels = videos.map { isFake[$0] }
          random.shuffle(&labels)
          for (video, label) in zip(videos, labels) { result[video] = label }
        }
        return result
      }
  }

  private func arrangement(_ labels: [Bool], _ isFlipped: (Int) -> Bool) -> [Bool] {
    var result = isFake
    for (group, videos) in mixed.enumerated() where isFlipped(group) {
      for video in videos { result[video].toggle() }
    }
    for (videos, label) in zip(pure, labels) {
      for video in videos { result[video] = label }
    }
    return result
  }

  /// All labellings with as many fakes, the given one first; called only if they are few.
  private static func labellings(_ own: [Bool]) -> [[Bool]] {
    var all: [[Bool]] = [[]]
    let fakes = own.count { $0 }
    for index in own.indices {
      let left = own.count - index
      all = all.flatMap { labels -> [[Bool]] in
        let missing = fakes - labels.count { $0 }
        return (missing > 0 ? [labels + [true]] : []) + (missing < left ? [labels + [false]] : [])
      }
    }
    return [own] + all.filter { $0 != own }
  }

  /// The binomial coefficient, or a number above all numbers of arrangements that are tried.
  private static func binomial(_ count: Int, _ chosen: Int) -> Int {
    var ways = 1
    for drawn in 0..<min(chosen, count - chosen) {
      ways = ways * (count - drawn) / (drawn + 1)
      if ways > 1 << 20 { return 1 << 30 }
    }
    return ways
  }
}
