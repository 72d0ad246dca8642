internal import Contract

/// Metrics of videos that have a property in common: a row for each data set, method, compression
/// or group of people.
///
/// A metric that too few videos can't support is nil, and only the counts are given: an AUC takes
/// ``leastVideos`` videos of either class, a share of pairs as many pairs.
package struct Breakdown: Codable, Sendable, Equatable {
  /// The property that videos are grouped by.
  package enum Property: String, Codable, Sendable, CaseIterable {
    case dataset, method, compression, group
  }

  /// The videos with one value of the property.
  package struct Row: Codable, Sendable, Equatable {
    /// The value of the property; nil if unknown.
    package let name: String?
    /// Number of real videos that the fakes are compared with.
    package let real: Int
    /// Number of these that are called real.
    package let realRight: Int
    /// Number of fake videos.
    package let fake: Int
    /// Number of these that are called fake.
    package let fakeRight: Int
    /// Number of groups of people.
    package let groups: Int
    /// Area under the ROC curve; nil with fewer than five videos of either class.
    package let auc: Double?
    /// Its 95% interval; nil without draws, and with fewer than five groups that have either class.
    package let interval: ConfidenceInterval?
    /// AUC of the faces' sharpness alone on the same videos; nil if `auc` is nil, or the sharpness
    /// wasn't measured.
    package let sharpnessAUC: Double?
    /// Number of pairs of a real and a fake video of one person.
    package let pairs: Int
    /// Share of these that are ranked right, averaged over people; nil with fewer than five pairs.
    package let pairsRight: Double?
  }

  /// Smallest number of videos of either class for an AUC, and of pairs for a share of pairs.
  package static let leastVideos = 5

  /// The property that the videos are grouped by.
  package let property: Property

  /// Sorted by name, the row of unknown values last.
  package let rows: [Row]

  /// Measures predictions of any origin.
  ///
  /// The fakes of a method are compared with all real videos, as these have no method; the fakes of
  /// a data set, a compression or a group with the real videos of the same one.
  ///
  /// - Parameters:
  ///   - threshold: a probability above it is called fake.
  ///   - draws: resamples of the groups of people for the intervals, 0 for none.
  ///   - seed: of the draws.
  package init(
    _ videos: [VideoPrediction], by property: Property, threshold: Double, draws: Int = 0,
    seed: UInt64 = 0
  ) {
    self.property = property
    let grouped = property == .method ? videos.filter { $0.video.label == .fake } : videos
    let reals = property == .method ? videos.filter { $0.video.label == .real } : []
    let parts = Dictionary(grouping: grouped) { property.value(of: $0.video) }
    rows = parts.sorted {
      ($0.key == nil ? 1 : 0, $0.key ?? "") < ($1.key == nil ? 1 : 0, $1.key ?? "")
    }
    .map { name, members in
      Row(name, members + reals, threshold: threshold, draws: draws, seed: seed)
    }
  }
}

extension Breakdown.Property {
  /// A video's value of the property; nil if unknown.
  func value(of video: EvaluatedVideo) -> String? {
    switch self {
    case .dataset: video.dataset
    case .method: video.method
    case .compression: video.compression
    case .group: video.group
    }
  }
}

extension Breakdown.Row {
  init(
    _ name: String?, _ videos: [VideoPrediction], threshold: Double, draws: Int, seed: UInt64
  ) {
    func count(_ label: VideoLabel, calledFake isCalledFake: Bool) -> Int {
      videos.count { prediction in
        // NaN is called neither real nor fake.
        let isRight =
          isCalledFake ? prediction.probability > threshold : prediction.probability <= threshold
        return prediction.video.label == label && isRight
      }
    }
    self.name = name
    fake = videos.count { $0.video.label == .fake }
    real = videos.count - fake
    realRight = count(.real, calledFake: false)
    fakeRight = count(.fake, calledFake: true)
    let numbers = GroupNumbers(videos.map(\.video))
    groups = numbers.count
    let ranking = PairRanking(videos)
    pairs = ranking?.pairs ?? 0
    pairsRight = pairs < Breakdown.leastVideos ? nil : ranking?.share
    guard min(real, fake) >= Breakdown.leastVideos, videos.allSatisfy(\.labelled.isValid) else {
      (auc, interval, sharpnessAUC) = (nil, nil, nil)
      return
    }
    auc = RankedPredictions(videos.map(\.labelled)).areaUnderCurve
    sharpnessAUC = SharpnessBaseline(videos)?.auc
    interval = GroupDraws(groups: numbers.count, draws: draws, seed: seed)
      .intervalOfArea(videos, numbers, scores: videos.map(\.probability))
  }
}
