internal import Contract

/// The videos of a group by rising probability.
struct RankedGroup {
  /// Whether each video is fake.
  let isFake: [Bool]
  /// Whether each video is the last one of its probability.
  let isLast: [Bool]
  let real: Int
  let fake: Int
  /// The mean probability.
  let mean: Double

  private let members: [VideoPrediction]

  init(_ members: [VideoPrediction]) {
    let sorted = members.sorted {
      ($0.probability, $0.video.name) < ($1.probability, $1.video.name)
    }
    self.members = sorted
    isFake = sorted.map { $0.video.label == .fake }
    isLast = sorted.indices.map { index in
      index + 1 == sorted.count || sorted[index].probability < sorted[index + 1].probability
    }
    fake = isFake.count { $0 }
    real = isFake.count - fake
    mean = sorted.map(\.probability).mean()
  }

  /// Merges the videos of some groups into one.
  init(merging groups: [RankedGroup]) { self.init(groups.flatMap(\.members)) }

  /// The share of pairs in which the fake one ranks higher; 0.5 without pairs.
  var area: Double { area(isFake) }

  /// The same with other labels.
  func area(_ isFake: [Bool]) -> Double { Self.area(isFake, isLast) }

  /// The AUC of labels that are sorted by rising score; `isLast` marks the last of equal scores.
  static func area(_ isFake: [Bool], _ isLast: [Bool]) -> Double {
    var doubled = 0
    var (realsBelow, fakesBelow) = (0, 0)
    var (reals, fakes) = (0, 0)
    for (fake, last) in zip(isFake, isLast) {
      fakes &+= fake ? 1 : 0
      reals &+= fake ? 0 : 1
      if last {
        doubled &+= fakes &* (2 &* realsBelow &+ reals)
        realsBelow &+= reals
        fakesBelow &+= fakes
        (reals, fakes) = (0, 0)
      }
    }
    guard realsBelow > 0, fakesBelow > 0 else { return 0.5 }
    return Double(doubled) / (2 * Double(realsBelow) * Double(fakesBelow))
  }

  /// The weight of a comparison of `real` reals with `fake` fakes.
  static func weight(_ real: Int, _ fake: Int) -> Double {
    real + fake > 0 ? Double(real) * Double(fake) / Double(real + fake) : 0
  }
}

/// Groups of one class, compared by their mean probabilities; none if all are of the same class.
struct PureGroups {
  /// Whether each group is fake, by rising mean, and whether it is the last one of its mean.
  let isFake: [Bool]
  let isLast: [Bool]
  /// Numbers of real and fake videos.
  let real: Int
  let fake: Int

  var count: Int { isFake.count }
  var fakes: Int { isFake.count { $0 } }

  init(_ groups: [RankedGroup]) {
    let sorted = groups.sorted { $0.mean < $1.mean }
    let hasBoth = groups.contains { $0.real > 0 } && groups.contains { $0.fake > 0 }
    isFake = hasBoth ? sorted.map { $0.fake > 0 } : []
    isLast =
      hasBoth
      ? sorted.indices.map { $0 + 1 == sorted.count || sorted[$0].mean < sorted[$0 + 1].mean } : []
    real = hasBoth ? groups.reduce(0) { $0 + $1.real } : 0
    fake = hasBoth ? groups.reduce(0) { $0 + $1.fake } : 0
  }

  var weight: Double { RankedGroup.weight(count - fakes, fakes) }
}
