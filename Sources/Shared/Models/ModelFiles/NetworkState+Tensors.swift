package import NeuralNetwork
package import TensorFiles

extension NetworkState {
  /// The state_dict: every parameter and every BatchNorm statistic under torchvision's name. The
  /// tensors are parts of the arenas; nothing is copied.
  package var tensors: [TensorEntry] {
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
  package mutating func replace(_ entry: StateEntry, by tensor: TorchTensor) {
    precondition(
      tensor.count == entry.range.count, "an entry is replaced by a tensor of its size")
    switch entry.arena {
    case .parameters: parameters.replaceSubrange(entry.range, with: tensor.floatingPoint)
    case .statistics: statistics.replaceSubrange(entry.range, with: tensor.floatingPoint)
    case .counters: counters.replaceSubrange(entry.range, with: tensor.wholeNumbers)
    }
  }
}

extension NetworkState {
  /// Loads a state_dict that must have exactly the entries of this network under its own names, as
  /// PyTorch's `load_state_dict(strict=True)`.
  ///
  /// - Throws: `ModelFileError` with `otherNetwork`; the state is unchanged then.
  package mutating func loadStrictly(
    _ tensors: [TensorEntry], file: String
  ) throws(ModelFileError) {
    var state = self
    var byName: [String: TorchTensor] = [:]
    for entry in tensors { byName[entry.name] = entry.tensor }
    var lacking: [String] = []
    for entry in entries {
      guard let tensor = byName.removeValue(forKey: entry.name) else {
        lacking.append(entry.name)
        continue
      }
      guard tensor.shape == entry.shape else {
        throw ModelFileError(
          .otherNetwork, subject: file,
          "\(entry.name): expected shape \(entry.shape), got \(tensor.shape); the file belongs to "
            + "another network, or to a ResNet18 of another width")
      }
      state.replace(entry, by: tensor)
    }
    let unexpected = tensors.map(\.name).filter { byName[$0] != nil }
    guard lacking.isEmpty, tensors.count == entries.count else {
      throw ModelFileError(
        .otherNetwork, subject: file,
        "expected \(entries.count) entries, got \(entries.count - lacking.count) that fit; "
          + "\(lacking.count) are missing and \(unexpected.count) unexpected, the first is "
          + (lacking.first ?? unexpected.first ?? "there twice"))
    }
    self = state
  }
}

extension TorchTensor {
  /// Whether no element is NaN or infinite.
  package var isFinite: Bool { floats?.allSatisfy(\.isFinite) ?? true }

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
