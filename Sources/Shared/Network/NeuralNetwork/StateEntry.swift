/// One entry of a network's state_dict: its name in torchvision, its shape, and where its numbers lie.
package struct StateEntry: Sendable, Equatable {
  /// What an entry is.
  package enum Role: Sendable, Equatable {
    /// Weight of a convolution (`out x in x kh x kw`) or of a linear layer (`out x in`): decays.
    case weight
    /// Bias of a linear layer.
    case bias
    /// Scale (`weight`) of a BatchNorm layer.
    case batchNormScale
    /// Shift (`bias`) of a BatchNorm layer.
    case batchNormShift
    /// `running_mean`.
    case runningMean
    /// `running_var`, unbiased.
    case runningVariance
    /// `num_batches_tracked`, an int64 scalar.
    case batchesTracked

    /// The arena that holds entries of this role.
    var arena: Arena {
      switch self {
      case .weight, .bias, .batchNormScale, .batchNormShift: .parameters
      case .runningMean, .runningVariance: .statistics
      case .batchesTracked: .counters
      }
    }
  }

  /// The arenas of a `NetworkState`.
  package enum Arena: Sendable, Equatable {
    case parameters, statistics, counters
  }

  /// The key in the state_dict, such as `layer1.0.conv1.weight`.
  package let name: String
  /// Size of each dimension as in PyTorch; empty for a scalar.
  package let shape: [Int]
  /// What it is.
  package let role: Role
  /// Which stage of the network it belongs to: 0 is the stem (`conv1`, `bn1`), 1...4 are `layer1` to
  /// `layer4`, 5 is the head `fc`.
  package let stage: Int
  /// Where its numbers lie in its arena, in PyTorch's row-major order.
  package let range: Range<Int>

  /// The arena that `range` refers to.
  package var arena: Arena { role.arena }

  /// Whether it belongs to the head `fc`.
  package var isHead: Bool { stage == ResNet18Architecture.backboneStages }

  /// Whether weight decay applies: not to BatchNorm and biases.
  package var decays: Bool { role == .weight }
}
