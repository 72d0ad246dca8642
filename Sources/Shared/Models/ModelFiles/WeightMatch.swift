public import NeuralNetwork
public import TensorFiles

/// What became of every key when the weights of a file met a network.
public struct WeightMatch: Sendable, Equatable {
  /// Entries of the network that the file has, with the same shape.
  public internal(set) var loaded: [String] = []
  /// Entries of the head that keep their first values, because the file's head is another one.
  public internal(set) var replaced: [String] = []
  /// BatchNorm statistics that the file lacks; they keep their defaults.
  public internal(set) var missing: [String] = []
  /// Parameters of the backbone that the file lacks, or that are not finite there; they keep their
  /// first values.
  public internal(set) var gaps: [String] = []
  /// Tensors of the file that the network has no use for.
  public internal(set) var unexpected: [String] = []

  /// One line for each kind of key that occurs, with the first names.
  public var lines: [String] {
    let kinds = [
      ("loaded", loaded), ("missing or not finite, begin at random", gaps),
      ("head replaced", replaced), ("missing", missing), ("unexpected", unexpected),
    ]
    return kinds.compactMap { name, keys in
      guard !keys.isEmpty else { return nil }
      if name == "loaded" { return "\(keys.count) entries loaded" }
      return "\(keys.count) \(name): " + keys.prefix(4).joined(separator: ", ")
        + (keys.count > 4 ? ", ..." : "")
    }
  }
}

extension NetworkState {
  /// Takes over the weights of a file as far as they fit: the whole backbone, and the head where it
  /// is the same. Entries of another head keep their present values.
  ///
  /// - Parameters:
  ///   - tensors: the file's tensors, prefixes stripped.
  ///   - file: names the file in errors.
  ///   - largestGapShare: share of the backbone's parameters, by number of entries, that may be missing
  ///     or not finite, and keep their present values.
  /// - Throws: `ModelFileError` with `otherNetwork` where more parameters of the backbone are missing,
  ///   or one is of another shape, or not a part of ResNet18. The state is unchanged then.
  public mutating func load(
    _ tensors: [TensorEntry], file: String, largestGapShare: Double = 0
  ) throws(ModelFileError) -> WeightMatch {
    var state = self
    var match = WeightMatch()
    var byName: [String: TorchTensor] = [:]
    for entry in tensors { byName[entry.name] = entry.tensor }
    let backbone = entries.count { $0.arena == .parameters && !$0.isHead }
    let largestGap = Int(largestGapShare * Double(backbone))
    for entry in entries {
      let found = byName.removeValue(forKey: entry.name)
      // Where gaps are allowed, what is not finite is one.
      let tensor = largestGap > 0 && found?.isFinite == false ? nil : found
      if let tensor, tensor.shape == entry.shape {
        state.replace(entry, by: tensor)
        match.loaded.append(entry.name)
      } else if entry.isHead {
        match.replaced.append(entry.name)
      } else if let tensor {
        throw ModelFileError(
          .otherNetwork, subject: file,
          "\(entry.name): expected shape \(entry.shape), got \(tensor.shape); the file belongs to "
            + "another network, or to a ResNet18 of another width")
      } else if entry.arena == .parameters, largestGap > 0 {
        match.gaps.append(entry.name)
      } else if entry.arena == .parameters {
        throw ModelFileError(
          .otherNetwork, subject: file,
          "\(entry.name): expected shape \(entry.shape), got no such entry among "
            + "\(tensors.count); the file holds no complete ResNet18")
      } else {
        match.missing.append(entry.name)
      }
    }
    guard match.gaps.count <= largestGap else {
      throw ModelFileError(
        .otherNetwork, subject: file,
        "expected the \(backbone) parameters of a ResNet18's backbone, got "
          + "\(backbone - match.gaps.count) that are finite; the first of the others is "
          + match.gaps[0])
    }
    // In the file's order, so that equal files give equal reports.
    for tensor in tensors where byName[tensor.name] != nil {
      if tensor.name.hasPrefix("fc.") {
        match.replaced.append(tensor.name)
      } else if Self.looksLikeBackbone(tensor.name) {
        throw ModelFileError(
          .otherNetwork, subject: file,
          "\(tensor.name): expected no such entry, got shape \(tensor.tensor.shape); the file belongs to "
            + "another network than ResNet18")
      } else {
        match.unexpected.append(tensor.name)
      }
    }
    self = state
    return match
  }

  /// Takes over a state_dict that must have exactly the entries of this network, as PyTorch's
  /// `load_state_dict(strict=True)`.
  public mutating func loadStrictly(
    _ tensors: [TensorEntry], file: String
  ) throws(ModelFileError) {
    let match = try load(tensors, file: file)
    guard match.loaded.count == entries.count, tensors.count == entries.count else {
      let lacking = match.missing + match.replaced
      let first = lacking.first ?? match.unexpected.first ?? "none"
      throw ModelFileError(
        .otherNetwork, subject: file,
        "expected \(entries.count) entries, got \(match.loaded.count) that fit; "
          + "\(lacking.count) are missing or of another shape and \(match.unexpected.count) "
          + "unexpected, the first is \(first)")
    }
  }

  private static func looksLikeBackbone(_ name: String) -> Bool {
    let part = name.prefix { $0 != "." }
    return part == "conv1" || part == "bn1" || (part.hasPrefix("layer") && part.count == 6)
  }
}
