package import Contract
package import Evaluation

/// Tells whether a model's scores follow features that a detector must not use: the rank
/// correlation of scores with each feature, among real videos and among fakes, for videos that the
/// model hasn't learned from. Within one label a score has no reason to follow sharpness or size.
package struct ScoreAudit: Codable, Sendable, Equatable {
  /// The correlation of scores with a feature, among the videos of one label.
  package struct Correlation: Codable, Sendable, Equatable {
    package let feature: ShortcutFeature
    package let label: VideoLabel
    /// Spearman's rank correlation, -1...1; nil if the feature is the same for all videos.
    package let value: Double?
    /// Its 95% interval over groups of people; nil if there are too few.
    package let interval: ConfidenceInterval?
    /// Number of videos whose feature is known.
    package let videos: Int
    /// Number of their groups.
    package let groups: Int

    /// Whether scores follow the feature, by more than chance.
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

  /// Sorted by feature, real videos before fakes.
  package let correlations: [Correlation]

  /// Smallest absolute correlation that is reported.
  package static let leastCorrelation = 0.5
  /// With fewer groups such a correlation is not unusual.
  package static let leastGroups = 10

  /// The correlations that are reported, the strongest first.
  package var striking: [Correlation] {
    correlations.filter(\.isStriking).sorted { abs($0.value ?? 0) > abs($1.value ?? 0) }
  }

  /// Correlates scores with features.
  ///
  /// - Parameters:
  ///   - scores: the probability of fake of videos that the model hasn't learned from, by name.
  ///   - videos: the features of videos; those without a score don't count.
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
