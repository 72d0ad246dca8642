/// Which samples the batches of training have, epoch by epoch: a function of settings and number.
package protocol TrainingOrder: Sendable {
  /// The seed of this order, and of all that is drawn for its samples.
  var seed: UInt64 { get }

  /// Pictures of one step.
  var batchSize: Int { get }

  /// Steps of an epoch.
  var stepsPerEpoch: Int { get }

  /// The samples of an epoch in order: `stepsPerEpoch * batchSize` of them.
  func plannedSamples(inEpoch epoch: Int) -> [PlannedSample]

  /// The place whose random numbers change the picture at a place of an epoch: its own, or that of the
  /// other member of its pair.
  func drawPlace(of place: Int) -> Int

  /// What an epoch takes of each part of each class; empty where nothing but the classes is balanced.
  var balancedParts: [BalancedPart] { get }

  /// A number that changes with what is counted to which part; nil where nothing but the classes is
  /// balanced.
  var partsFingerprint: UInt64? { get }
}

extension TrainingOrder {
  /// Samples of an epoch.
  package var samplesPerEpoch: Int { stepsPerEpoch * batchSize }

  /// The step after which an epoch is complete begins a new one.
  func normalized(_ position: DataPosition) -> DataPosition {
    position.sample + batchSize <= samplesPerEpoch
      ? position : DataPosition(epoch: position.epoch + 1, sample: 0)
  }
}

/// A place of an epoch: a stored sample, and what is made of it.
package struct PlannedSample: Sendable, Equatable {
  /// What the network sees.
  package enum Content: UInt8, Sendable {
    /// The stored picture.
    case stored
    /// The stored picture of a real face as it is beside its blend: perhaps changed as a whole.
    case blendedReal
    /// A fake made of the stored picture of a real face.
    case blendedFake
  }

  /// Position in the catalog.
  package let index: UInt32

  /// What is made of it.
  package let content: Content

  /// Creates a place.
  package init(_ index: UInt32, _ content: Content = .stored) {
    self.index = index
    self.content = content
  }
}

extension EpochOrder: TrainingOrder {
  /// The seed of the order.
  package var seed: UInt64 { settings.seed }

  /// Pictures of one step.
  package var batchSize: Int { settings.batchSize }

  /// The samples of an epoch, all as they are stored.
  package func plannedSamples(inEpoch epoch: Int) -> [PlannedSample] {
    samples(inEpoch: epoch).map { PlannedSample($0) }
  }

  /// The place itself: no sample is one of a pair.
  package func drawPlace(of place: Int) -> Int { place }
}
