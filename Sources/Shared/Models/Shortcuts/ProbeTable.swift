internal import Contract

/// The features of some videos as columns that a probe can work with: on a common scale, and
/// complete.
///
/// Numbers are scaled to mean 0 and standard deviation 1 (over all videos, whatever their labels)
/// and clamped to four deviations. An unknown number becomes 0, the mean: that it is unknown is not
/// a feature itself, as no network sees it. A feature that is unknown for half of the videos of a
/// label or more, or that is the same for all videos, is left out.
struct ProbeTable {
  /// One feature's columns.
  struct Part {
    let feature: ShortcutFeature
    /// Column by column, a number per video.
    let columns: [[Double]]
  }

  /// The features that can be used.
  let parts: [Part]
  /// The group of each video, 0..<`groupCount`.
  let groups: [Int]
  let groupCount: Int
  /// All columns, video after video.
  let rows: [Double]
  let columnCount: Int

  /// Largest number of codecs with a column of their own: the most frequent ones.
  private static let maximumCodecs = 6

  init(_ videos: [AuditedVideo]) {
    let names = Set(videos.map(\.group)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let numbers = Dictionary(uniqueKeysWithValues: zip(names, 0...))
    let numbered = videos.map { numbers[$0.group] ?? 0 }
    var parts: [Part] = []
    for feature in ShortcutFeature.allCases where Self.isKnown(feature, of: videos) {
      let columns =
        feature == .codec
        ? Self.codecs(videos)
        : Self.standardized(videos.map { $0.traits[feature].map(feature.scaled) }).map { [$0] }
          ?? []
      if !columns.isEmpty { parts.append(Part(feature: feature, columns: columns)) }
    }
    self.init(parts: parts, groups: numbered, groupCount: names.count)
  }

  private init(parts: [Part], groups: [Int], groupCount: Int) {
    self.parts = parts
    self.groups = groups
    self.groupCount = groupCount
    let columns = parts.flatMap(\.columns)
    columnCount = columns.count
    rows = Self.rows(of: columns, count: groups.count)
  }

  /// The table without one feature.
  func without(_ feature: ShortcutFeature) -> ProbeTable {
    ProbeTable(
      parts: parts.filter { $0.feature != feature }, groups: groups, groupCount: groupCount)
  }

  /// Transposes columns to rows.
  static func rows(of columns: [[Double]], count: Int) -> [Double] {
    (0..<count).flatMap { row in columns.map { $0[row] } }
  }

  private static func isKnown(_ feature: ShortcutFeature, of videos: [AuditedVideo]) -> Bool {
    [true, false].allSatisfy { isFake in
      let own = videos.filter { ($0.label == .fake) == isFake }
      return 2 * own.count { $0.knows(feature) } > own.count
    }
  }

  /// Nil if all known numbers are the same.
  private static func standardized(_ numbers: [Double?]) -> [Double]? {
    let known = numbers.compactMap(\.self)
    guard !known.isEmpty else { return nil }
    let mean = known.reduce(0, +) / Double(known.count)
    let variance =
      known.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(known.count)
    let deviation = variance.squareRoot()
    guard deviation > 1e-9 * max(abs(mean), 1) else { return nil }
    return numbers.map { number in
      number.map { min(max(($0 - mean) / deviation, -4), 4) } ?? 0
    }
  }

  /// A column for each of the most frequent codecs: 1 if a video has it, else 0, standardised.
  private static func codecs(_ videos: [AuditedVideo]) -> [[Double]] {
    let counts = Dictionary(grouping: videos.compactMap(\.traits.codec)) { $0 }.mapValues(\.count)
    guard counts.count > 1 else { return [] }
    let known = Double(counts.values.reduce(0, +))
    let frequent = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(maximumCodecs)
    return frequent.map { name, count in
      let share = Double(count) / known
      // A rare codec's column would be huge with a deviation of 1.
      let deviation = max((share * (1 - share)).squareRoot(), 0.2)
      return videos.map { video in
        video.traits.codec.map { (($0 == name ? 1 : 0) - share) / deviation } ?? 0
      }
    }
  }
}

extension AuditedVideo {
  /// Whether a feature of the video is known.
  func knows(_ feature: ShortcutFeature) -> Bool {
    feature == .codec ? traits.codec != nil : traits[feature] != nil
  }
}
