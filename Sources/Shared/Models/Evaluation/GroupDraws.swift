internal import Contract
internal import Randomness

/// The groups of some videos by number, in the order of their names: with the same groups, draws are the
/// same draws.
struct GroupNumbers {
  private let numbers: [String: Int]

  init(_ videos: [EvaluatedVideo]) {
    numbers = Dictionary(uniqueKeysWithValues: zip(Set(videos.map(\.group)).sorted(), 0...))
  }

  var count: Int { numbers.count }

  /// The number of a video's group; 0 for a group that there isn't.
  subscript(video: EvaluatedVideo) -> Int { numbers[video.group] ?? 0 }
}

/// Resamples of groups of people: as many as there are, drawn with replacement.
struct GroupDraws {
  let groups: Int
  let draws: Int
  let seed: UInt64

  /// Calls `body` for each draw, with how often each group was drawn.
  func forEach(_ body: (_ weights: [Int]) -> Void) {
    var weights = [Int](repeating: 0, count: groups)
    for draw in 0..<max(draws, 0) {
      // Each draw has a stream of its own: the first hundred are the same in a run of a thousand.
      var random = RandomStream(seed: seed, .bootstrap, UInt64(draw))
      for group in weights.indices { weights[group] = 0 }
      for _ in 0..<groups { weights[random.below(groups)] += 1 }
      body(weights)
    }
  }

  /// The 95% interval of a statistic over the draws; nil where it is undefined in more than half of them.
  func interval(_ statistic: (_ weights: [Int]) -> Double?) -> ConfidenceInterval? {
    var values: [Double?] = []
    forEach { values.append(statistic($0)) }
    return ConfidenceInterval(values)
  }

  /// The 95% interval of the area under the ROC curve of some videos' scores; nil with fewer groups that
  /// have either class than can be resampled.
  func intervalOfArea(
    _ videos: [VideoPrediction], _ numbers: GroupNumbers, scores: [Double]
  ) -> ConfidenceInterval? {
    let places = videos.map { numbers[$0.video] }
    for label in VideoLabel.allCases {
      let members = zip(videos, places).filter { $0.0.video.label == label }
      guard Set(members.map(\.1)).count >= BootstrapIntervals.minimumGroups else { return nil }
    }
    return interval(
      GroupedRanking(groups: places, scores: scores, labels: videos.map(\.video.label))
        .areaUnderCurve)
  }
}
