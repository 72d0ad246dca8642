internal import Contract
internal import Randomness

/// Numbers for the groups of some videos, in the order of their names: the same groups get the same
/// draws.
struct GroupNumbers {
  private let numbers: [String: Int]

  init(_ videos: [EvaluatedVideo]) {
    numbers = Dictionary(uniqueKeysWithValues: zip(Set(videos.map(\.group)).sorted(), 0...))
  }

  var count: Int { numbers.count }

  /// The number of a video's group; 0 for an unknown group.
  subscript(video: EvaluatedVideo) -> Int { numbers[video.group] ?? 0 }
}

/// Resamples of groups of people: as many as there are, drawn with replacement.
struct GroupDraws {
  let groups: Int
  let draws: Int
  let seed: UInt64

  /// Calls `body` for each draw, with the number of times that each group was drawn.
  func forEach(_ body: (_ weights: [Int]) -> Void) {
    var weights = [Int](repeating: 0, count: groups)
    for draw in 0..<max(draws, 0) {
      // Each draw has a stream of its own: the first hundred of a thousand draws are those of a
      // hundred.
      var random = RandomStream(seed: seed, .bootstrap, UInt64(draw))
      for group in weights.indices { weights[group] = 0 }
      for _ in 0..<groups { weights[random.below(groups)] += 1 }
      body(weights)
    }
  }

  /// The 95% interval of a statistic over the draws; nil if it is undefined in more than half of
  /// them.
  func interval(_ statistic: (_ weights: [Int]) -> Double?) -> ConfidenceInterval? {
    var values: [Double?] = []
    forEach { values.append(statistic($0)) }
    return ConfidenceInterval(values)
  }

  /// The 95% interval of the area under the ROC curve of some videos' scores; nil with fewer groups
  /// of either class than can be resampled.
  func intervalOfArea(
    _ videos: [VideoPrediction], _ numbers: GroupNumbers, scores: [Double]
  ) -> ConfidenceInterval? {
    let videoGroups = videos.map { numbers[$0.video] }
    for label in VideoLabel.allCases {
      let members = zip(videos, videoGroups).filter { $0.0.video.label == label }
      guard Set(members.map(\.1)).count >= BootstrapIntervals.minimumGroups else { return nil }
    }
    return interval(
      GroupedRanking(groups: videoGroups, scores: scores, labels: videos.map(\.video.label))
        .areaUnderCurve)
  }
}
