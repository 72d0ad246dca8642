internal import Contract
internal import Evaluation
internal import Foundation
internal import Workers

/// Examines whether a probe's result is more than chance, and which feature it is due to.
struct ShortcutExamination {
  let table: ProbeTable
  let isFake: [Bool]
  let seed: UInt64

  var exchange: LabelExchange {
    LabelExchange(groups: table.groups, groupCount: table.groupCount, isFake: isFake)
  }

  /// The index of the largest area, of all features together (index 0) or of one alone; nil if none
  /// may be a shortcut.
  func strongest(_ areas: [GroupedArea]) -> Int? {
    areas.indices.filter { index in
      (areas[index].value ?? 0) > ShortcutAudit.leastArea
        && (areas[index].interval?.lower ?? 0) > 0.5
    }.max { (areas[$0].value ?? 0, $1) < (areas[$1].value ?? 0, $0) }
  }

  /// The feature with the largest area alone; of equally good ones, the first that crops show. If
  /// no area is large, the feature without which the others have the smallest joint area.
  func leading(_ features: [ShortcutAudit.Feature]) -> ShortcutFeature? {
    let known = features.filter { $0.area?.auc != nil }
    let best = known.compactMap { $0.area?.auc }.max() ?? 0
    if best > 0.6 {
      let good = known.filter { $0.area?.auc ?? 0 > best - 0.01 }
      return
        (good.first(where: \.feature.isSeenInCrops)
        ?? good.first { $0.area?.auc == best })?.feature
    }
    return known.min { without($0.feature) < without($1.feature) }?.feature
  }

  private func without(_ feature: ShortcutFeature) -> Double {
    let probe = ShortcutProbe(table: table.without(feature))
    return probe.scores(isFake: isFake).flatMap { areaUnderCurve($0.joint, isFake) } ?? 0.5
  }

  /// The share of arrangements of the labels, the true one included, with which any of the areas is
  /// as large as `area`. Stops as soon as the share is certain to be above `limit`, and then
  /// returns the share so far.
  func chance(
    _ arrangements: [[Bool]], reaching area: Double, atMost limit: Double, _ workerCount: Int,
    _ observer: any WorkObserver
  ) throws -> Double {
    let probe = ShortcutProbe(table: table)
    let count = arrangements.count
    // With more than this many the share is above the limit.
    let most = Int(limit * Double(count) + 1e-9)
    let pool = WorkerPool(workerCount: workerCount)
    // In blocks, so that the result doesn't depend on which worker is faster.
    let block = 20
    observer.begin(total: count, unit: "arrangements")
    defer { observer.end() }
    var asHigh = 0
    var start = 0
    while start < count, asHigh <= most {
      let end = min(start + block, count)
      let found = Locked(0)
      try pool.forEach(Array(start..<end)) { _ in
        { index in
          if observer.shallStop { throw WorkStopped() }
          let isFake = arrangements[index]
          // The true arrangement reaches its own area.
          let largest =
            index == 0
            ? area
            : probe.scores(isFake: isFake)?.all
              .compactMap { areaUnderCurve($0, isFake) }.max() ?? 0.5
          if largest >= area - 1e-9 { found.withLock { $0 += 1 } }
        }
      }
      asHigh += found.withLock { $0 }
      start = end
      observer.advance(to: end, detail: "checking whether that is chance")
    }
    return Double(asHigh) / Double(start)
  }

  /// Whether fakes score higher than reals in every group with both.
  func groupsAgree(_ scores: [Double]) -> Bool {
    let members = Dictionary(grouping: scores.indices) { table.groups[$0] }.values
    return members.allSatisfy { videos in
      guard let area = areaUnderCurve(videos.map { scores[$0] }, videos.map { isFake[$0] }) else {
        return true
      }
      return area > 0.5
    }
  }
}

/// How a feature differs between real and fake videos, in words.
struct FeatureComparison {
  /// E.g. "fakes have fewer bits per pixel: median 0.04, reals 0.11".
  let sentence: String

  init(_ feature: ShortcutFeature, _ videos: [AuditedVideo]) {
    let (reals, fakes) = (
      videos.filter { $0.label == .real }, videos.filter { $0.label == .fake }
    )
    guard feature != .codec else {
      sentence =
        "real and fake videos have other codecs: real \(Self.codecs(reals)); fake "
        + Self.codecs(fakes)
      return
    }
    let (real, fake) = (
      reals.compactMap { $0.traits[feature] }, fakes.compactMap { $0.traits[feature] }
    )
    let area =
      areaUnderCurve(
        real + fake, real.map { _ in false } + fake.map { _ in true }) ?? 0.5
    let words = feature.comparison
    var text = "fakes \(area >= 0.5 ? words.more : words.less)"
    if let real = median(real), let fake = median(fake) {
      text += ": median \(feature.text(fake)), reals \(feature.text(real))"
    }
    sentence = text
  }

  /// The most frequent codecs with their shares.
  private static func codecs(_ videos: [AuditedVideo]) -> String {
    let counts = Dictionary(grouping: videos) { $0.traits.codec ?? "unknown" }.mapValues(\.count)
    return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(3)
      .map { name, count in "\(name) \(100 * count / max(videos.count, 1))%" }
      .joined(separator: ", ")
  }
}

/// A number for people, with a fixed count of decimals.
func decimalText(_ value: Double, decimals: Int) -> String {
  String(format: "%.\(decimals)f", value)
}
