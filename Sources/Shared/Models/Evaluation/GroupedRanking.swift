internal import Contract

/// Predictions in the order of their probability with the group of each: sorted once, so that the
/// area under the ROC curve of a resample is one pass with integer sums.
struct GroupedRanking {
  /// Sorted by rising probability: the group, shifted left by two; bit 1 is set for a fake, bit 0
  /// for the last one of equal probabilities.
  private let entries: [UInt32]

  /// - Parameter groups: the group of each prediction, below 2^30.
  init(groups: [Int], predictions: [LabelledProbability]) {
    self.init(
      groups: groups, scores: predictions.map(\.probability), labels: predictions.map(\.label))
  }

  /// - Parameters:
  ///   - groups: the group of each prediction, below 2^30.
  ///   - scores: any numbers; higher means rather fake.
  init(groups: [Int], scores: [Double], labels: [VideoLabel]) {
    let order = scores.indices.sorted { scores[$0] < scores[$1] }
    entries = order.enumerated().map { position, index in
      let isLast = position + 1 == order.count || scores[order[position + 1]] != scores[index]
      return UInt32(groups[index]) << 2 | (labels[index] == .fake ? 2 : 0) | (isLast ? 1 : 0)
    }
  }

  /// The area with each group counted `weights` times; nil if a class is missing.
  func areaUnderCurve(_ weights: [Int]) -> Double? {
    var doubled = 0
    var realsBelow = 0
    var fakesBelow = 0
    // Reals and fakes of the step that is being read.
    var reals = 0
    var fakes = 0
    for entry in entries {
      let weight = weights[Int(entry >> 2)]
      // Without a branch, which the processor couldn't predict (twice as fast).
      let fake = weight & (0 &- Int(entry >> 1 & 1))
      fakes &+= fake
      reals &+= weight &- fake
      if entry & 1 == 1 {
        doubled &+= fakes &* (2 &* realsBelow &+ reals)
        realsBelow &+= reals
        fakesBelow &+= fakes
        reals = 0
        fakes = 0
      }
    }
    guard realsBelow > 0, fakesBelow > 0 else { return nil }
    return Double(doubled) / (2 * Double(realsBelow) * Double(fakesBelow))
  }
}
