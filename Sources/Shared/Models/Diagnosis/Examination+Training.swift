internal import Evaluation
internal import ModelFiles
internal import NeuralNetwork
internal import TensorFiles

/// Findings about whether the network was ever trained.
extension Examination {
  /// Whether the weights are initial ones, as of PyTorch or this product.
  ///
  /// The scales of every BatchNorm are exactly 1 (or 0, with which some programs begin the last one
  /// of a block) and its shifts exactly 0, which no optimizer leaves so; nine of ten weights are
  /// samples of an initialiser. Without BatchNorm, as in many heads, there must be enough weights
  /// to tell, all of them samples, and each bias exactly 0 or, if its weight is a sample of
  /// `nn.Linear`'s initialiser, within the bounds of that.
  func isUntrained(_ units: [Unit]) -> Bool {
    var (matching, tested, count) = (0, 0, 0)
    var (norms, hasBoundsOnly) = (0, true)
    for unit in units {
      if let scale = unit.entry(.batchNormScale) {
        guard let scales = values(scale), let shifts = values(unit.entry(.batchNormShift)),
          scales.allSatisfy({ $0 == 1 }) || scales.allSatisfy({ $0 == 0 }),
          shifts.allSatisfy({ $0 == 0 })
        else { return false }
        norms += 1
      }
      guard let weight = unit.entry(.weight), weight.canonical.role == .weight else { continue }
      guard let values = values(weight) else { return false }
      guard values.count >= Initializer.leastCount else { continue }
      tested += 1
      guard let initializer = Initializer(values, shape: weight.fileShape) else { continue }
      matching += 1
      count += values.count
      guard let bias = unit.entry(.bias) else { continue }
      guard let biases = self.values(bias) else { return false }
      let bound = 1 / Float(weight.fileShape[1]).squareRoot() * 1.000001
      let isBegun =
        biases.allSatisfy { $0 == 0 }
        || initializer.isBounded && biases.allSatisfy { abs($0) <= bound }
      hasBoundsOnly = hasBoundsOnly && isBegun
    }
    guard tested > 0, matching * 10 >= tested * 9 else { return false }
    return norms > 0
      || hasBoundsOnly && matching == tested && count >= Initializer.leastBoundedCount
  }

  var neverTrained: Finding? {
    guard isBackboneUntrained else { return nil }
    let counters = network.entries.filter { $0.canonical.arena == .counters }
    let counted = counters.compactMap { file.weights[$0.fileName]?.integers?.first }
    let isUncounted = !counted.isEmpty && counted.allSatisfy { $0 == 0 }
    return Finding(
      .neverTrained, .failed,
      measured: "the weights are those of a network before any training: every BatchNorm has the "
        + "scale 1 and the shift 0, the convolutions are samples of an initialiser"
        + (isUncounted ? ", and no batch was ever counted" : ""),
      meaning: "They are random numbers. Nothing was learned, and there is nothing to repair.",
      advice: "Look for the file that the training wrote; to train a network, run `trainer train "
        + "PIPELINE`.")
  }

  var headNeverTrained: Finding? {
    guard isHeadUntrained, !isBackboneUntrained else { return nil }
    return Finding(
      .headNeverTrained, .failed,
      measured: "the head was never trained: its weights are a sample of an initialiser; the "
        + "backbone's are not",
      meaning:
        "The backbone has learned something, perhaps from other pictures (ImageNet); what the "
        + "head makes of it is random.",
      advice: fineTuning)
  }
}
