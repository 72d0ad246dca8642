/// The samples of the batches of training, epoch by epoch: a function of the settings and the
/// epoch's number.
package protocol TrainingOrder: Sendable {
  /// The seed of this order, and of all random numbers for its samples.
  var seed: UInt64 { get }

  /// Pictures per step.
  var batchSize: Int { get }

  var stepsPerEpoch: Int { get }

  /// The samples of an epoch in order: `stepsPerEpoch * batchSize` of them.
  func plannedSamples(inEpoch epoch: Int) -> [PlannedSample]

  /// The index in an epoch whose random numbers are used for the picture at another index: the same
  /// one, or that of the other member of its pair.
  func drawIndex(of index: Int) -> Int

  /// The samples that an epoch takes from each part of each class; empty if only the classes are
  /// balanced.
  var balancedParts: [BalancedPart] { get }

  /// A number that changes with the assignment of samples to parts; nil if only the classes are
  /// balanced.
  var partsFingerprint: UInt64? { get }
}

extension TrainingOrder {
  package var samplesPerEpoch: Int { stepsPerEpoch * batchSize }

  /// Moves a position with less than a batch after it to the start of the next epoch.
  func normalized(_ position: DataPosition) -> DataPosition {
    position.sample + batchSize <= samplesPerEpoch
      ? position : DataPosition(epoch: position.epoch + 1, sample: 0)
  }
}

/// One sample of an epoch: a stored sample, and what is made of it.
package struct PlannedSample: Sendable, Equatable {
  /// What the network sees.
  package enum Content: UInt8, Sendable {
    /// The stored picture.
    case stored
    /// The stored picture of a real face, as the partner of its blend; it may be changed as a
    /// whole.
    case blendedReal
    /// A fake made of the stored picture of a real face.
    case blendedFake
  }

  /// Index in the catalog.
  package let index: UInt32

  /// What is made of the stored sample.
  package let content: Content

  package init(_ index: UInt32, _ content: Content = .stored) {
    self.index = index
    self.content = content
  }
}

extension EpochOrder: TrainingOrder {
  package var seed: UInt64 { settings.seed }

  package var batchSize: Int { settings.batchSize }

  /// The samples of an epoch, all as they are stored.
  package func plannedSamples(inEpoch epoch: Int) -> [PlannedSample] {
    samples(inEpoch: epoch).map { PlannedSample($0) }
  }

  /// The index itself, as no sample is one of a pair.
  package func drawIndex(of index: Int) -> Int { index }
}
