internal import Contract

/// The number that epochs are compared by: the log-loss of videos, each class weighted one half,
/// and its standard error over people.
///
/// Data sets have several times as many fakes as real videos; a plain mean would choose the epoch
/// that is best at fakes.
package struct SelectionLoss: Codable, Sendable, Equatable {
  /// The loss, in nats.
  package let value: Double

  /// Its standard error over groups of people; nil if there is only one group.
  package let standardError: Double?

  package init(value: Double, standardError: Double?) {
    self.value = value
    self.standardError = standardError
  }

  /// Measures predictions; nil if there are none, or one isn't a number.
  package init?(_ videos: [VideoPrediction]) {
    guard !videos.isEmpty, videos.allSatisfy(\.labelled.isValid) else { return nil }
    let losses = videos.map {
      clippedLogLoss(probability: $0.probability, label: $0.video.label)
    }
    let isFake = videos.map { $0.video.label == .fake }
    let counts = (real: isFake.count { !$0 }, fake: isFake.count { $0 })
    let classes = counts.real > 0 && counts.fake > 0 ? 2.0 : 1.0
    var sums = (real: 0.0, fake: 0.0)
    for (loss, isFake) in zip(losses, isFake) {
      if isFake { sums.fake += loss } else { sums.real += loss }
    }
    let means = (
      real: counts.real > 0 ? sums.real / Double(counts.real) : 0,
      fake: counts.fake > 0 ? sums.fake / Double(counts.fake) : 0
    )
    value = (means.real + means.fake) / classes
    // The linear part of each group's influence; videos of a group are not independent.
    var influences: [String: Double] = [:]
    for (index, video) in videos.enumerated() {
      let residual =
        isFake[index]
        ? (losses[index] - means.fake) / Double(counts.fake)
        : (losses[index] - means.real) / Double(counts.real)
      influences[video.video.group, default: 0] += residual / classes
    }
    let groups = Double(influences.count)
    guard influences.count > 1 else {
      standardError = nil
      return
    }
    // Summed in the order of names: a dictionary's order differs from run to run.
    let squares = influences.sorted { $0.key < $1.key }.reduce(0) { $0 + $1.value * $1.value }
    standardError = (squares * groups / (groups - 1)).squareRoot()
  }

  /// Whether an epoch with this loss is as good as the one with the lowest loss, as far as these
  /// people can tell: the one-standard-error rule (Breiman and others: Classification and
  /// Regression Trees, 1984).
  package func isWithinStandardError(of lowest: SelectionLoss) -> Bool {
    value <= lowest.value + (lowest.standardError ?? 0)
  }
}
