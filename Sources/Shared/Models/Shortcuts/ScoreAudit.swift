package import Contract
package import Evaluation

/// Whether a model's scores follow what a detector must not go by: the rank correlation of the scores of
/// videos that the model hasn't learned from with each feature, among real videos and among fakes. Within
/// one label a score has no reason to follow sharpness or size.
package struct ScoreAudit: Codable, Sendable, Equatable {
  /// Scores against a feature, among the videos of one label.
  package struct Correlation: Codable, Sendable, Equatable {
    /// Which feature.
    package let feature: ShortcutFeature
    /// Among which videos.
    package let label: VideoLabel
    /// Spearman's rank correlation, -1...1; nil where the feature is the same everywhere.
    package let value: Double?
    /// Its 95% interval over groups of people; nil where there are too few.
    package let interval: ConfidenceInterval?
    /// Videos of which the feature is known.
    package let videos: Int
    /// Their groups.
    package let groups: Int

    /// Whether scores follow the feature, and not by chance.
    package var isStriking: Bool {
      guard let value, let interval, groups >= ScoreAudit.leastGroups else { return false }
      return abs(value) >= ScoreAudit.leastCorrelation
        && (interval.lower > 0 || interval.upper < 0)
    }

    /// E.g. "among real videos, scores rise with sharpness: rank correlation 0.62 (0.40 to 0.80)".
    package var sentence: String {
      guard let value, let interval else { return "" }
      return "among \(label.rawValue) videos, scores \(value > 0 ? "rise" : "fall") with "
        + "\(feature.title): rank correlation \(decimalText(value, decimals: 2)) "
        + "(\(decimalText(interval.lower, decimals: 2)) to "
        + "\(decimalText(interval.upper, decimals: 2)))"
    }
  }

  /// By feature, real videos before fakes.
  package let correlations: [Correlation]

  /// A correlation of this size or more is worth a sentence.
  package static let leastCorrelation = 0.5
  /// With fewer groups a correlation of that size is nothing strange.
  package static let leastGroups = 10

  /// What is worth a sentence, the strongest first.
  package var striking: [Correlation] {
    correlations.filter(\.isStriking).sorted { abs($0.value ?? 0) > abs($1.value ?? 0) }
  }

  /// Sets scores against features.
  ///
  /// - Parameters:
  ///   - scores: the probability of fake of videos that the model hasn't learned from, by name.
  ///   - videos: what is known of videos; those without a score don't count.
  ///   - draws: resamples of the groups for intervals.
  package init(
    scores: [String: Double], _ videos: [AuditedVideo], draws: Int = 1_000, seed: UInt64 = 1
  ) {
    let scored = videos.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
      .compactMap { video in
        scores[video.name].flatMap { $0.isFinite ? (video, $0) : nil }
      }
    let names = Set(scored.map(\.0.group)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let numbers = Dictionary(uniqueKeysWithValues: zip(names, 0...))
    correlations = ShortcutFeature.numeric.flatMap { feature in
      VideoLabel.allCases.map { label in
        let own = scored.compactMap { video, score -> (Double, Double, Int)? in
          guard video.label == label, let value = video.traits[feature] else { return nil }
          return (score, value, numbers[video.group] ?? 0)
        }
        let correlation = GroupedCorrelation(
          own.map(\.0), own.map(\.1), groups: own.map(\.2), draws: draws, seed: seed)
        return Correlation(
          feature: feature, label: label, value: correlation.value,
          interval: correlation.interval, videos: own.count, groups: correlation.groups)
      }
    }
  }
}
