internal import Contract

/// How good predictions are for the videos that have something in common: a row for each data set, method,
/// compression or group of people.
///
/// A number that so few videos can't carry is nil, and the counts stand for themselves: an AUC takes
/// ``leastVideos`` videos of either class, a share of pairs as many pairs.
package struct Breakdown: Codable, Sendable, Equatable {
  /// What videos are told apart by.
  package enum Property: String, Codable, Sendable, CaseIterable {
    case dataset, method, compression, group
  }

  /// Videos with something in common.
  package struct Row: Codable, Sendable, Equatable {
    /// What they have in common; nil where that isn't known.
    package let name: String?
    /// Number of real videos that the fakes are compared with.
    package let real: Int
    /// How many of these are called real.
    package let realRight: Int
    /// Number of fake videos.
    package let fake: Int
    /// How many of these are called fake.
    package let fakeRight: Int
    /// Number of groups of people in it.
    package let groups: Int
    /// Area under the ROC curve; nil with fewer than five videos of either class.
    package let auc: Double?
    /// Its 95% interval; nil without draws, and with fewer than five groups that have either class.
    package let interval: ConfidenceInterval?
    /// What the sharpness of the faces alone reaches on the same videos; nil where `auc` is, and where it
    /// wasn't measured.
    package let sharpnessAUC: Double?
    /// Pairs of a real and a fake video of one person.
    package let pairs: Int
    /// The share of these that is ranked right, averaged over people; nil with fewer than five pairs.
    package let pairsRight: Double?
  }

  /// Videos of either class from which on there is an AUC, and pairs from which on there is a share.
  package static let leastVideos = 5

  /// What the rows are told apart by.
  package let property: Property

  /// By name, what isn't known last.
  package let rows: [Row]

  /// Measures predictions of any origin.
  ///
  /// The fakes of a method are compared with all real videos that there are, which have no method; those of
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
    let told = property == .method ? videos.filter { $0.video.label == .fake } : videos
    let reals = property == .method ? videos.filter { $0.video.label == .real } : []
    let parts = Dictionary(grouping: told) { property.value(of: $0.video) }
    rows = parts.sorted {
      ($0.key == nil ? 1 : 0, $0.key ?? "") < ($1.key == nil ? 1 : 0, $1.key ?? "")
    }
    .map { name, members in
      Row(name, members + reals, threshold: threshold, draws: draws, seed: seed)
    }
  }
}

extension Breakdown.Property {
  /// What a video is told apart by; nil where it isn't known.
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
        // What is no number is called nothing.
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
