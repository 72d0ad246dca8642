internal import Contract

/// The predictions whose probability of fake lies in one interval. If the model is calibrated,
/// `shareFake` equals `meanProbability`.
package struct ReliabilityBin: Codable, Sendable, Equatable {
  /// Lower end of the interval, which belongs to it; the last interval includes 1.
  package let lower: Double
  /// Upper end.
  package let upper: Double
  /// Number of predictions in it.
  package let count: Int
  /// Their mean probability; nil if there are none.
  package let meanProbability: Double?
  /// The share of them that are fake; nil if there are none.
  package let shareFake: Double?

  /// Sorts predictions into bins of equal width; those without a valid probability are left out.
  package static func bins(
    _ predictions: some Sequence<LabelledProbability>, count: Int = 15
  ) -> [ReliabilityBin] {
    let count = max(count, 1)
    var members = [Int](repeating: 0, count: count)
    var fakes = [Int](repeating: 0, count: count)
    var sums = [Double](repeating: 0, count: count)
    for prediction in predictions where prediction.isValid {
      let bin = min(Int(prediction.probability * Double(count)), count - 1)
      members[bin] += 1
      fakes[bin] += prediction.label == .fake ? 1 : 0
      sums[bin] += prediction.probability
    }
    return (0..<count).map { bin in
      let total = members[bin]
      return ReliabilityBin(
        lower: Double(bin) / Double(count), upper: Double(bin + 1) / Double(count), count: total,
        meanProbability: total > 0 ? sums[bin] / Double(total) : nil,
        shareFake: total > 0 ? Double(fakes[bin]) / Double(total) : nil)
    }
  }
}
