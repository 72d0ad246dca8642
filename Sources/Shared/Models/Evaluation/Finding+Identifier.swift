extension Finding {
  /// What can be found.
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
    /// The file asks Python to run something.
    case forbiddenCode
    /// The file is sound, but another program's, or holds no weights.
    case foreignFile
    /// The network is no ResNet18.
    case otherNetwork
    /// A ResNet18 with another head than those that are computed here, or one that can be read in two
    /// ways.
    case otherHead
    /// A ResNet18 whose first layer is another one.
    case otherStem
    /// The weights are those of before any training.
    case neverTrained
    /// The head's are, in a backbone that has learned.
    case headNeverTrained
    /// One output stands for two.
    case singleOutput
    /// The file has other networks too, or a moving average.
    case otherContainers
    /// Objects of other programs' classes stand beside the weights.
    case foreignObjects
    /// A profiler left its counters in the network.
    case profilerEntries
    /// This product's description of the model is in the file, and can't be used.
    case unusableDescription
    /// What the file says of its own verdict.
    case statedVerdict
    /// Parameters (weights, biases) are missing.
    case missingParameters
    /// Running statistics of BatchNorm layers are missing.
    case missingStatistics
    /// Counters of batches are missing; nothing depends on them.
    case missingCounters
    /// Entries have another shape than the network.
    case wrongShape
    /// Entries that the network has no use for.
    case unexpectedEntries
    /// Parameters are NaN or infinite.
    case parametersNotFinite
    /// Statistics are NaN, infinite or negative variances.
    case statisticsNotFinite
    /// BatchNorm layers have mean 0 and variance 1, as before any training.
    case defaultStatistics
    /// BatchNorm layers have no variance in any channel.
    case degenerateStatistics
    /// A layer without which nothing reaches the output is all zeros.
    case silentLayer
    /// Channels that can only give one value.
    case deadChannels
    /// Channels that BatchNorm multiplies by a huge factor.
    case explodingChannels
    /// Layers with much larger or smaller weights than networks have.
    case weightNorms
    /// All numbers are those of half precision.
    case halfPrecision
    /// The network is too unusual to be computed here.
    case unusualWidth
    /// Activations and dropout of the head leave no trace in a file.
    case assumedHead
    /// Predictions on real pictures aren't those of a detector.
    case predictions
    /// The answers stand for fake and real instead of real and fake.
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
