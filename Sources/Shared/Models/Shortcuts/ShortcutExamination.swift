internal import Contract
internal import Evaluation
internal import Foundation
internal import Workers

/// Whether what a probe found is more than chance, and which feature it is.
struct ShortcutExamination {
  let table: ProbeTable
  let isFake: [Bool]
  let seed: UInt64

  var exchange: LabelExchange {
    LabelExchange(groups: table.groups, groupCount: table.groupCount, isFake: isFake)
  }

  /// Of all features together (place 0) and each alone, the one that tells labels apart best, if it may
  /// be a shortcut at all.
  func strongest(_ areas: [GroupedArea]) -> Int? {
    areas.indices.filter { place in
      (areas[place].value ?? 0) > ShortcutAudit.leastArea
        && (areas[place].interval?.lower ?? 0) > 0.5
    }.max { (areas[$0].value ?? 0, $1) < (areas[$1].value ?? 0, $0) }
  }

  /// The feature with the largest area alone, of those that are as good the first one that crops show;
  /// where none has much of an area, the feature that all together can do without least.
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

  /// The share of arrangements of the labels, the true one included, with which any of the areas is as
  /// large as this one. Ends early where it can only be above `limit`; then it is what was seen so far.
  func chance(
    _ arrangements: [[Bool]], reaching area: Double, atMost limit: Double, _ workerCount: Int,
    _ observer: any WorkObserver
  ) throws -> Double {
    let probe = ShortcutProbe(table: table)
    let count = arrangements.count
    // More than so many can't be within the limit.
    let most = Int(limit * Double(count) + 1e-9)
    let pool = WorkerPool(workerCount: workerCount)
    // In blocks, so that the result doesn't depend on which worker is ahead.
    let block = 20
    observer.begin(total: count, unit: "arrangements")
    defer { observer.end() }
    var asHigh = 0
    var start = 0
    while start < count, asHigh <= most {
      let end = min(start + block, count)
      let found = Locked(0)
      try pool.forEach(Array(start..<end)) { _ in
        { place in
          if observer.shallStop { throw WorkStopped() }
          let isFake = arrangements[place]
          // The true arrangement reaches its own area.
          let largest =
            place == 0
            ? area
            : probe.scores(isFake: isFake)?.all
              .compactMap { areaUnderCurve($0, isFake) }.max() ?? 0.5
          if largest >= area - 1e-9 { found.withLock { $0 += 1 } }
        }
      }
      asHigh += found.withLock { $0 }
      start = end
      observer.advance(to: end, detail: "whether that is chance")
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

/// How a feature differs between real and fake videos, for people.
struct FeatureComparison {
  /// E.g. "fakes have fewer bits per pixel: median 0.04, of reals 0.11".
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
      text += ": median \(feature.text(fake)), of reals \(feature.text(real))"
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
