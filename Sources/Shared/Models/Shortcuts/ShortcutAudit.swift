internal import Contract
package import Evaluation
package import Workers

/// Checks whether the labels of a data set can be told apart without looking at faces: by size,
/// compression, borders and the like. A network learns such a shortcut first, and it is useless on
/// other data.
///
/// A logistic regression sees only the features of a video, and is judged on people that it hasn't
/// seen. A shortcut is found if the area under the ROC curve, of all features together or of one
/// alone, is above ``leastArea``, its interval over groups of people lies above 0.5, and chance
/// rarely does as well. For the latter the whole procedure is repeated with the labels exchanged
/// between groups (Westfall and Young's largest statistic, which allows for the number of
/// features). If there are too few groups for that, labels are exchanged between the videos of each
/// group, and every group must agree.
package struct ShortcutAudit: Codable, Sendable, Equatable {
  /// The result of an audit.
  package enum Outcome: String, Codable, Sendable {
    /// Nothing tells labels apart.
    case none
    /// A feature, or all together, tells labels apart.
    case found
    /// There are too few people, or a label is missing.
    case cannotTell
  }

  /// How well labels can be told apart.
  package struct Area: Codable, Sendable, Equatable {
    /// Out of fold; nil if there are too few groups to hold any out.
    package let auc: Double?
    /// The 95% interval over groups of people; nil if there are too few.
    package let interval: ConfidenceInterval?
  }

  /// One feature.
  package struct Feature: Codable, Sendable, Equatable {
    package let feature: ShortcutFeature
    /// How well it tells labels apart alone; nil if it is unknown or the same for all videos.
    package let area: Area?
    /// The median over real videos; nil for codecs and if unknown.
    package let real: Double?
    /// The median over fake videos; nil for codecs and if unknown.
    package let fake: Double?
    /// Number of videos for which it isn't known.
    package let unknown: Int
  }

  /// Number of real videos.
  package let realVideos: Int
  /// Number of fake videos.
  package let fakeVideos: Int
  /// Number of groups of people.
  package let groups: Int
  /// All features together.
  package let together: Area
  /// Each feature alone.
  package let features: [Feature]
  /// For each property, the values that occur with one label only.
  package let oneLabel: [OneLabelShare]
  package private(set) var outcome: Outcome
  /// The reason for the outcome, in a sentence.
  package private(set) var reason: String
  /// The feature that tells labels apart best; nil if nothing does.
  package private(set) var leading: ShortcutFeature?
  /// How the leading feature differs, in a sentence; nil if nothing tells labels apart.
  package private(set) var finding: String?
  /// The same for other features that tell labels apart alone, up to three; empty if none does.
  package private(set) var otherFindings: [String] = []
  /// What to do about the leading feature.
  package private(set) var advice: String?
  /// Share of the arrangements of the labels in which chance does as well; nil if not computed.
  package private(set) var chance: Double?

  /// A larger area may be a shortcut.
  package static let leastArea = 0.7
  /// Largest share of arrangements between groups in which chance may do as well.
  static let largestChance = 0.025
  /// The same for labels exchanged between videos within groups.
  static let largestChanceByVideo = 0.01
  /// If chance does as well in a larger share, no shortcut is found; between the two limits the
  /// audit can't tell.
  static let certainChance = 0.1
  /// Smallest number of arrangements between groups that decides: the true one and its opposite,
  /// which do equally well, make up no more than `largestChance` of them.
  static let decisiveArrangements = Int(2 / largestChance)
  /// Smallest number of groups with either label with which the interval alone decides: chance
  /// doesn't reach such an area.
  static let manyGroups = 100

  /// Looks for shortcuts. The same videos give the same result, whatever their order and the
  /// workers.
  ///
  /// - Parameters:
  ///   - draws: resamples of the groups for intervals.
  ///   - workerCount: threads that work, or 0 for one per core.
  ///   - observer: sees the progress while labels are exchanged, and may stop the work.
  /// - Throws: `WorkStopped`.
  package init(
    _ videos: [AuditedVideo], draws: Int = 1_000, seed: UInt64 = 1, workerCount: Int = 0,
    observer: any WorkObserver = SilentObserver()
  ) throws {
    let videos = videos.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    let table = ProbeTable(videos)
    let isFake = videos.map { $0.label == .fake }
    fakeVideos = isFake.count { $0 }
    realVideos = isFake.count - fakeVideos
    groups = table.groupCount
    oneLabel = OneLabelShare.all(videos)
    let scores = ShortcutProbe(table: table).scores(isFake: isFake)
    let areas = scores.map { scores in
      scores.all.map { scores in
        GroupedArea(
          scores: scores, labels: videos.map(\.label), groups: table.groups,
          groupCount: table.groupCount, draws: draws, seed: seed)
      }
    }
    together = Area(areas?.first)
    var areaOfFeature: [ShortcutFeature: Area] = [:]
    for (index, part) in table.parts.enumerated() {
      areaOfFeature[part.feature] = areas.map { Area($0[index + 1]) }
    }
    features = ShortcutFeature.allCases.map { feature in
      func middle(_ label: VideoLabel) -> Double? {
        median(videos.filter { $0.label == label }.compactMap { $0.traits[feature] })
      }
      return Feature(
        feature: feature, area: areaOfFeature[feature], real: middle(.real), fake: middle(.fake),
        unknown: videos.count { !$0.knows(feature) })
    }
    outcome = .none
    reason = ""
    try decide(
      videos, ShortcutExamination(table: table, isFake: isFake, seed: seed), scores, areas,
      workerCount, observer)
  }

  private mutating func decide(
    _ videos: [AuditedVideo], _ examination: ShortcutExamination, _ scores: ShortcutProbe.Scores?,
    _ areas: [GroupedArea]?, _ workerCount: Int, _ observer: any WorkObserver
  ) throws {
    guard realVideos > 0, fakeVideos > 0 else {
      cannotTell(
        realVideos + fakeVideos == 0
          ? "there is no video with a face and one label"
          : "the videos are all \(realVideos > 0 ? "real" : "fake")")
      return
    }
    guard let scores, let areas, let best = examination.strongest(areas) else {
      let (real, fake) = (groupsWith(.real, videos), groupsWith(.fake, videos))
      guard min(real, fake) >= BootstrapIntervals.minimumGroups else {
        cannotTell(
          "\(real) groups of people with real and \(fake) with fake videos are too few; "
            + "\(BootstrapIntervals.minimumGroups) of each are needed")
        return
      }
      reason = "nothing but faces tells real and fake videos apart"
      return
    }
    let area = areas[best].value ?? 0.5
    find(videos, examination)
    if min(groupsWith(.real, videos), groupsWith(.fake, videos)) >= Self.manyGroups {
      found(area, areas[best].interval)
      return
    }
    let exchange = examination.exchange
    let byGroups = exchange.arrangementCount >= Self.decisiveArrangements
    guard byGroups || exchange.mixedGroups >= 3 else {
      cannotTell(tooFew(area, exchange))
      return
    }
    let chance = try examination.chance(
      byGroups
        ? exchange.betweenGroups(seed: examination.seed)
        : exchange.betweenVideos(seed: examination.seed),
      reaching: area, atMost: Self.certainChance, workerCount, observer)
    self.chance = chance
    let share = "\(decimalText(100 * chance, decimals: chance < 0.1 ? 1 : 0))% of all arrangements"
    if chance > Self.certainChance {
      reason =
        "the area of \(decimalText(area, decimals: 2)) is no more than chance, which does as well in "
        + "\(share) of the labels"
      (finding, advice, leading, otherFindings) = (nil, nil, nil, [])
    } else if byGroups, chance <= Self.largestChance {
      found(area, areas[best].interval)
    } else if byGroups {
      cannotTell(
        "the area of \(decimalText(area, decimals: 2)) may be chance, which does as well in \(share) "
          + "of the labels; more people may tell")
    } else if chance <= Self.largestChanceByVideo, examination.groupsAgree(scores.all[best]) {
      found(area, areas[best].interval)
      reason +=
        ". There are few groups of people: this is based on their videos, which agree in every group"
    } else {
      cannotTell(tooFew(area, exchange))
    }
  }

  private func tooFew(_ area: Double, _ exchange: LabelExchange) -> String {
    "an area of \(decimalText(area, decimals: 2)) may be chance with so few people: "
      + "\(exchange.comparedGroups) groups whose labels can be exchanged; "
      + "\(PermutationTest.decisiveGroups) with real and fake videos may decide"
  }

  private mutating func cannotTell(_ why: String) {
    outcome = .cannotTell
    reason = why
  }

  private mutating func found(_ area: Double, _ interval: ConfidenceInterval?) {
    outcome = .found
    reason =
      "on people that it hasn't seen, a probe tells fake from real with an area under the ROC curve of "
      + decimalText(area, decimals: 2)
    if let interval {
      reason +=
        " (95% interval \(decimalText(interval.lower, decimals: 2)) to "
        + "\(decimalText(interval.upper, decimals: 2)))"
    }
  }

  /// Records which feature tells labels apart, and how.
  private mutating func find(_ videos: [AuditedVideo], _ examination: ShortcutExamination) {
    guard let feature = examination.leading(features) else { return }
    leading = feature
    finding = FeatureComparison(feature, videos).sentence
    advice = feature.remedy
    let others = features.filter {
      $0.feature != feature && $0.area?.auc ?? 0 > Self.leastArea
        && $0.area?.interval?.lower ?? 0 > 0.5
    }
    otherFindings = others.sorted { ($0.area?.auc ?? 0) > ($1.area?.auc ?? 0) }.prefix(3)
      .map { FeatureComparison($0.feature, videos).sentence }
  }
}

extension ShortcutAudit.Area {
  fileprivate init(_ area: GroupedArea?) {
    auc = area?.value
    interval = area?.interval
  }
}

/// The number of groups with a video of a label.
private func groupsWith(_ label: VideoLabel, _ videos: [AuditedVideo]) -> Int {
  Set(videos.filter { $0.label == label }.map(\.group)).count
}
