extension Finding {
  /// The kinds of findings.
  package enum Identifier: String, Codable, Sendable, CaseIterable {
    // Checks of the behaviour.

    /// Every parameter, buffer and prediction is a finite number.
    case finite
    /// The model has exactly the entries that its architecture has.
    case allEntriesPresent
    /// The running statistics of every BatchNorm layer have moved from 0 and 1.
    case batchNormMoved
    /// Another picture gives another answer.
    case outputFollowsInput
    /// The exported file gives the same answers, to the bit.
    case reloadIdentical
    /// Some crops and some videos are called real and some fake.
    case predictsBothClasses
    /// The probability varies, and is not always 0% or 100%.
    case confidenceSpread
    /// Balanced accuracy or AUC is above chance, with its interval.
    case betterThanChance

    // Defects of a file and of what it holds.

    /// The file can't be read: damaged, cut off, or of no known format.
    case unreadable
    /// The file asks Python to run code.
    case forbiddenCode
    /// The file is intact, but belongs to another program or holds no weights.
    case foreignFile
    /// The network is no ResNet18.
    case otherNetwork
    /// A ResNet18 with a head that can't be computed here, or that can be read in two ways.
    case otherHead
    /// A ResNet18 with another first layer.
    case otherStem
    /// The weights are those before any training.
    case neverTrained
    /// The backbone has learned, but the head's weights are those before any training.
    case headNeverTrained
    /// The network has one output instead of two.
    case singleOutput
    /// The file also holds other networks, or a moving average.
    case otherContainers
    /// The file also holds objects of other programs' classes.
    case foreignObjects
    /// A profiler left its counters in the network.
    case profilerEntries
    /// This product's description of the model is in the file, and can't be used.
    case unusableDescription
    /// The verdict that the file states.
    case statedVerdict
    /// Parameters (weights, biases) are missing.
    case missingParameters
    /// Running statistics of BatchNorm layers are missing.
    case missingStatistics
    /// Counters of batches are missing; nothing depends on them.
    case missingCounters
    /// Entries have another shape than the network.
    case wrongShape
    /// Entries that the network doesn't use.
    case unexpectedEntries
    /// Parameters are NaN or infinite.
    case parametersNotFinite
    /// Statistics are NaN, infinite or negative variances.
    case statisticsNotFinite
    /// BatchNorm layers have mean 0 and variance 1, as before any training.
    case defaultStatistics
    /// BatchNorm layers have no variance in any channel.
    case degenerateStatistics
    /// A layer that everything must pass to reach the output is all zeros.
    case silentLayer
    /// Channels that can give only one value.
    case deadChannels
    /// Channels that BatchNorm multiplies by a huge factor.
    case explodingChannels
    /// Layers with much larger or smaller weights than networks have.
    case weightNorms
    /// All numbers are exact in half precision.
    case halfPrecision
    /// The network's width is too unusual to be computed here.
    case unusualWidth
    /// The head's activations and dropout are assumed, as a file doesn't hold them.
    case assumedHead
    /// Predictions on real pictures aren't those of a detector.
    case predictions
    /// The outputs stand for fake and real instead of real and fake.
    case swappedClasses

    /// The checks of a behaviour check, in their order; all others are defects.
    package static let checks: [Identifier] = [
      .finite, .allEntriesPresent, .batchNormMoved, .outputFollowsInput, .reloadIdentical,
      .predictsBothClasses, .confidenceSpread, .betterThanChance,
    ]

    /// Whether it is a check, which can also pass.
    package var isCheck: Bool { Self.checks.contains(self) }
  }
}
