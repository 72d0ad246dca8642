internal import Randomness

extension NetworkState {
  /// A state as training begins with it: random weights, BatchNorm that only normalises.
  ///
  /// Convolutions are normal with variance `2 / fanOut` (He et al. 2015, as in torchvision's ResNet),
  /// linear layers uniform within `1 / sqrt(fanIn)` (PyTorch's default). The numbers of an entry are
  /// a function of the seed and of its index in the state_dict alone, so another head leaves the
  /// backbone as it is. They are not those that PyTorch draws for the same seed.
  package init(randomFor architecture: ResNet18Architecture, seed: UInt64) {
    self.init(zeros: architecture)
    // A linear layer's bias follows its weight and shares its bound.
    var bound = 0.0
    for (index, entry) in entries.enumerated() where entry.arena == .parameters {
      var stream = RandomStream(seed: seed, .weights, UInt64(index))
      switch (entry.role, entry.shape.count) {
      case (.weight, 4):
        let fanOut = Double(entry.shape[0] * entry.shape[2] * entry.shape[3])
        let deviation = Float((2 / fanOut).squareRoot())
        for index in entry.range { parameters[index] = deviation * stream.normal() }
      case (.weight, _), (.bias, _):
        if entry.role == .weight { bound = 1 / Double(entry.shape[1]).squareRoot() }
        for index in entry.range { parameters[index] = Float(stream.uniform(-bound, bound)) }
      case (.batchNormScale, _):
        for index in entry.range { parameters[index] = 1 }
      default: break
      }
    }
  }
}
