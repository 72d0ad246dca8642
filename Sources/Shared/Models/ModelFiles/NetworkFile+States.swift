package import NeuralNetwork
internal import TensorFiles

extension NetworkFile {
  /// Largest share of missing parameters with which a training may start: a damaged file is a
  /// better start than none, but half a network is another network.
  package static let largestGapShare = 0.5

  /// Loads the weights as far as they fit: the whole backbone, and those entries of the head that
  /// are the same. Other entries of the head keep their values.
  ///
  /// - Parameters:
  ///   - state: gets the weights; unchanged on an error.
  ///   - largestGapShare: share of the backbone's parameters, by number of entries, that may be
  ///     missing or not finite, and keep their values.
  /// - Returns: what became of every entry, by the names in the file.
  /// - Throws: `ModelFileError` with `otherNetwork` or `unsupportedNetwork` if no ResNet18 was
  ///   recognised, more parameters of the backbone are missing, or one has another shape.
  package func load(
    into state: inout NetworkState, largestGapShare: Double = 0
  ) throws(ModelFileError) -> WeightMatch {
    let plan = try plan(for: state.architecture, largestGapShare: largestGapShare)
    for (entry, tensor) in plan.values { state.replace(entry, by: tensor) }
    return plan.match
  }

  /// Why no training can start with the weights, not even that of a network of the file's own
  /// width; nil if one can.
  package var startingObstacle: ModelFileError? {
    do throws(ModelFileError) {
      let network = try network()
      guard network.hasComputableWidth else {
        throw ModelFileError(.unsupportedNetwork, subject: path, network.obstacle ?? "")
      }
      _ = try plan(for: network.architecture, largestGapShare: Self.largestGapShare)
      return nil
    } catch {
      return error
    }
  }

  /// Whether a training that starts with the weights must initialise a part of the network at
  /// random.
  package var isStartWithGaps: Bool {
    guard let network = try? network(),
      let plan = try? plan(for: network.architecture, largestGapShare: Self.largestGapShare)
    else { return false }
    return !plan.match.lacking.isEmpty
  }

  /// The network as the file has it, for judging and repairing. Entries that are missing or have
  /// another shape get the values with which programs start: zeros, and variances of one.
  ///
  /// - Parameter inputSize: side of the network's input in pixels, a multiple of 32.
  /// - Throws: `ModelFileError` with `otherNetwork` or `unsupportedNetwork` if this product can't
  ///   compute it.
  package func state(inputSize: Int = 224) throws(ModelFileError) -> NetworkState {
    let network = try network()
    if let obstacle = network.obstacle {
      throw ModelFileError(.unsupportedNetwork, subject: path, obstacle)
    }
    var architecture = network.architecture
    architecture.inputSize = inputSize
    var state = NetworkState(zeros: architecture)
    for entry in network.entries {
      if let tensor = self[entry] { state.replace(entry.canonical, by: tensor) }
    }
    return state
  }

  /// The network of a file that must have exactly the entries of an architecture, no more, no
  /// fewer.
  func completeState(_ architecture: ResNet18Architecture) throws(ModelFileError) -> NetworkState {
    let canonical = Dictionary(
      try network().entries.map { ($0.fileName, $0.canonical.name) },
      uniquingKeysWith: { first, _ in first })
    var state = NetworkState(zeros: architecture)
    try state.loadStrictly(
      weights.tensors.map { TensorEntry(canonical[$0.name] ?? $0.name, $0.tensor) }, file: path)
    return state
  }

  /// What becomes of every entry, and the tensors that are loaded.
  private struct Plan {
    var match = WeightMatch()
    var values: [(StateEntry, TorchTensor)] = []
  }

  private func plan(
    for architecture: ResNet18Architecture, largestGapShare: Double
  ) throws(ModelFileError) -> Plan {
    let network = try network()
    if let stem = network.otherStem {
      throw ModelFileError(.unsupportedNetwork, subject: path, stem)
    }
    // Layers whose order isn't known aren't matched with those of the target.
    let isHeadKnown = if case .ambiguous = network.head { false } else { true }
    let known = Dictionary(
      network.entries.filter { isHeadKnown || !$0.canonical.isHead }.map {
        ($0.canonical.name, $0)
      },
      uniquingKeysWith: { first, _ in first })
    let notFinite = Set(network.notFinite.map(\.fileName))
    let target = architecture.stateEntries
    let backbone = target.count { $0.arena == .parameters && !$0.isHead }
    let largestGap = Int(largestGapShare * Double(backbone))
    var plan = Plan()
    var used: Set<String> = []
    for entry in target {
      let name = known[entry.name]?.fileName ?? entry.name
      let tensor = known[entry.name].flatMap { self[$0] ?? weights[$0.fileName] }
      if tensor != nil { used.insert(name) }
      let fits =
        tensor.map {
          $0.shape == entry.shape || entry.role == .batchesTracked && $0.count == 1
        } ?? false
      // If gaps are allowed, an entry that is not finite is a gap.
      let isSound = fits && !(largestGap > 0 && notFinite.contains(name))
      if let tensor, isSound {
        plan.values.append((entry, tensor))
        plan.match.loaded.append(name)
      } else if entry.isHead, known[entry.name]?.canonical.shape == entry.shape, tensor == nil,
        entry.arena != .parameters
      {
        plan.match.missing.append(name)
      } else if entry.isHead {
        plan.match.replaced.append(name)
      } else if let tensor, !fits {
        throw otherNetwork(
          "\(name): expected shape \(entry.shape), got \(tensor.shape); the file belongs to "
            + "another network, or to a ResNet18 of another width")
      } else if entry.arena != .parameters {
        plan.match.missing.append(name)
      } else if largestGap > 0 {
        plan.match.gaps.append(name)
      } else {
        throw otherNetwork(
          "\(name): expected shape \(entry.shape), got no such entry among "
            + "\(weights.tensors.count); the file holds no complete ResNet18")
      }
    }
    guard plan.match.gaps.count <= largestGap else {
      throw otherNetwork(
        "expected the \(backbone) parameters of a ResNet18's backbone, got "
          + "\(backbone - plan.match.gaps.count) that are finite; the first of the others is "
          + plan.match.gaps[0])
    }
    let otherHead =
      network.entries.filter(\.canonical.isHead).map(\.fileName)
      .filter { weights[$0] != nil && !used.contains($0) } + network.foreignHead
    plan.match.otherHead = otherHead
    let replaced = Set(plan.match.replaced)
    plan.match.replaced += otherHead.filter { !replaced.contains($0) }
    plan.match.unexpected = network.unexpected
    return plan
  }

  private func otherNetwork(_ message: String) -> ModelFileError {
    ModelFileError(.otherNetwork, subject: path, message)
  }
}
