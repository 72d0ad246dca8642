public import NeuralNetwork
public import TensorFiles

extension NetworkState {
  /// The state_dict: every parameter and every BatchNorm statistic under torchvision's name. The
  /// tensors are parts of the arenas; nothing is copied.
  public var tensors: [TensorEntry] {
    entries.map { entry in
      switch entry.arena {
      case .parameters:
        TensorEntry(entry.name, TorchTensor(shape: entry.shape, parameters[entry.range]))
      case .statistics:
        TensorEntry(entry.name, TorchTensor(shape: entry.shape, statistics[entry.range]))
      case .counters:
        TensorEntry(entry.name, TorchTensor(shape: entry.shape, counters[entry.range]))
      }
    }
  }

  /// Replaces an entry; a number of the wrong kind (an integer weight, a fractional counter) is
  /// converted.
  ///
  /// - Precondition: the tensor has as many elements as the entry.
  public mutating func replace(_ entry: StateEntry, by tensor: TorchTensor) {
    precondition(
      tensor.count == entry.range.count, "an entry is replaced by a tensor of its size")
    switch entry.arena {
    case .parameters: parameters.replaceSubrange(entry.range, with: tensor.floatingPoint)
    case .statistics: statistics.replaceSubrange(entry.range, with: tensor.floatingPoint)
    case .counters: counters.replaceSubrange(entry.range, with: tensor.wholeNumbers)
    }
  }
}

extension TorchTensor {
  /// Whether no element is NaN or infinite.
  var isFinite: Bool { floats?.allSatisfy(\.isFinite) ?? true }

  fileprivate var floatingPoint: ArraySlice<Float> {
    switch elements {
    case .float32(let values): values
    case .int64(let values): values.map { Float($0) }[...]
    }
  }

  fileprivate var wholeNumbers: ArraySlice<Int64> {
    switch elements {
    case .float32(let values): values.map { Int64(exactly: $0.rounded()) ?? 0 }[...]
    case .int64(let values): values
    }
  }
}
