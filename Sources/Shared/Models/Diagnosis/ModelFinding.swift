/// One thing that a diagnosis found in a model file.
public struct ModelFinding: Codable, Sendable, Equatable {
  /// What can be found.
  public enum Identifier: String, Codable, Sendable, CaseIterable {
    /// The file can't be read: damaged, cut off, or of no known format.
    case unreadable
    /// The file asks Python to run something.
    case forbiddenCode
    /// The network is no ResNet18, or one with a width or head that isn't computed here.
    case otherNetwork
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
    /// The scores order fakes below reals.
    case swappedClasses
  }

  /// How bad it is.
  public enum Severity: String, Codable, Sendable, Comparable {
    /// Nothing to do.
    case note
    /// Unusual; the model may work all the same.
    case warning
    /// The model doesn't work as it is.
    case broken

    /// Orders by weight.
    public static func < (left: Severity, right: Severity) -> Bool {
      left.rank < right.rank
    }

    private var rank: Int {
      switch self {
      case .note: 0
      case .warning: 1
      case .broken: 2
      }
    }
  }

  /// What was found.
  public let identifier: Identifier
  /// How bad it is.
  public let severity: Severity
  /// What was measured: "60 of 60 running statistics are missing".
  public let measured: String
  /// What that means for the model, as a sentence.
  public let meaning: String
  /// What to do; nil where there is nothing.
  public let advice: String?
  /// Entries or layers it is about; all of them.
  public let subjects: [String]

  /// Describes a finding.
  public init(
    _ identifier: Identifier, _ severity: Severity, measured: String, meaning: String,
    advice: String? = nil, subjects: [String] = []
  ) {
    self.identifier = identifier
    self.severity = severity
    self.measured = measured
    self.meaning = meaning
    self.advice = advice
    self.subjects = subjects
  }
}
