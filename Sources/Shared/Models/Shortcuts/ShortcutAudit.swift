internal import Contract
package import Evaluation
package import Workers

/// Whether the labels of a data set can be told apart without looking at faces: by size, compression,
/// borders and the like. A network learns such a shortcut first, and it is worth nothing elsewhere.
///
/// A logistic regression sees the features of a video alone, and is judged on people that it hasn't seen.
/// Found is a shortcut where the area under the ROC curve, of all features together or of one alone, is
/// above ``leastArea`` with an interval over groups of people above 0.5, and chance rarely does as well:
/// the whole procedure is repeated with the labels exchanged between groups (Westfall and Young's largest
/// statistic, so that many features are no excuse). Where there are too few groups for that, labels are
/// exchanged between the videos of each group, and every group must agree.
package struct ShortcutAudit: Codable, Sendable, Equatable {
  /// What an audit comes to.
  package enum Outcome: String, Codable, Sendable {
    /// Nothing tells labels apart.
    case none
    /// Something does.
    case found
    /// There are too few people, or none of a label.
    case cannotTell
  }

  /// How well labels can be told apart.
  package struct Area: Codable, Sendable, Equatable {
    /// Out of fold; nil where there are too few groups to hold any out.
    package let auc: Double?
    /// Over groups of people; nil where there are too few.
    package let interval: ConfidenceInterval?
  }

  /// One feature.
  package struct Feature: Codable, Sendable, Equatable {
    /// Which.
    package let feature: ShortcutFeature
    /// How well it tells labels apart alone; nil where it is unknown or the same everywhere.
    package let area: Area?
    /// The median over real videos; nil for codecs and where unknown.
    package let real: Double?
    /// The same over fake ones.
    package let fake: Double?
    /// Videos of which it isn't known.
    package let unknown: Int
  }

  /// Real videos that were looked at.
  package let realVideos: Int
  /// Fake ones.
  package let fakeVideos: Int
  /// Groups of people.
  package let groups: Int
  /// All features together.
  package let together: Area
  /// Each feature alone.
  package let features: [Feature]
  /// What has one label only.
  package let oneLabel: [OneLabelShare]
  /// What it comes to.
  package private(set) var outcome: Outcome
  /// Why, in a sentence.
  package private(set) var reason: String
  /// The feature that tells labels apart best, and how; nil where nothing does.
  package private(set) var leading: ShortcutFeature?
  /// What it is about the leading feature, in a sentence; nil where nothing tells labels apart.
  package private(set) var finding: String?
  /// The same of other features that tell labels apart alone, up to three; empty where nothing does.
  package private(set) var otherFindings: [String] = []
  /// What to do about it.
  package private(set) var advice: String?
  /// In which share of arrangements of the labels chance does as well; nil where that wasn't looked at.
  package private(set) var chance: Double?

  /// An area above this one may be a shortcut.
  package static let leastArea = 0.7
  /// Chance may do as well in this share of arrangements between groups.
  static let largestChance = 0.025
  /// The same where videos exchange labels within groups.
  static let largestChanceByVideo = 0.01
  /// Where chance does as well in a larger share, it is what chance does; between both it can't be told.
  static let certainChance = 0.1
  /// Arrangements of labels between groups from which on they decide: the true one and its opposite, which
  /// are as good as each other, are then rarer than chance may be.
  static let decisiveArrangements = Int(2 / largestChance)
  /// Groups with either label from which on an interval needs no help: chance doesn't reach such an area.
  static let manyGroups = 100

  /// Looks for shortcuts. The same videos give the same result, whatever their order and the workers.
  ///
  /// - Parameters:
  ///   - draws: resamples of the groups for intervals.
  ///   - workerCount: threads that work, or 0 for one per core.
  ///   - observer: sees the progress where labels are exchanged, and may stop the work.
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
    for (place, part) in table.parts.enumerated() {
      areaOfFeature[part.feature] = areas.map { Area($0[place + 1]) }
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
        ". There are few groups of people: it rests on their videos, which agree in every group"
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

  /// Says which feature does it, and how.
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

/// How many groups have a video of a label.
private func groupsWith(_ label: VideoLabel, _ videos: [AuditedVideo]) -> Int {
  Set(videos.filter { $0.label == label }.map(\.group)).count
}
