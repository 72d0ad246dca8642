internal import Contract
package import Reporting
internal import Shortcuts
internal import TrainingRun

extension RunReport {
  /// Features that predict the labels of the data without faces, and whether the model's scores
  /// follow them.
  package mutating func shortcuts() -> ReportPage.Section? {
    guard let audit = run.information?.shortcuts else { return nil }
    let scores = run.information?.scoresAgainstFeatures
    var blocks: [ReportPage.Block] = [
      .paragraph(
        """
        A network learns what is easiest. If real and fake videos differ in size or compression, \
        it may learn that instead of faces. A probe that gets only such features, and no picture, \
        tried to tell \(ReportText.counted(audit.realVideos, "real video")) from \
        \(audit.fakeVideos) fake of people that it hadn't seen; \(glossary.link("auc", "AUC")) \
        with \(glossary.link("interval", "95% intervals")).
        """)
    ]
    let conclusion = Markup(text: audit.conclusion)
    blocks.append(audit.outcome == .none ? .paragraph(conclusion) : .note(conclusion))
    blocks.append(.table(Self.features(audit, scores)))
    if let scores {
      blocks.append(
        .paragraph(
          """
          The last columns compare the measured scores with the same features, separately for real \
          videos and for fakes: within a class a score has no reason to follow them. The number is \
          Spearman's rank correlation, from −1 to 1.
          """))
      let striking = scores.striking
      blocks += striking.prefix(5).map { .note("Scores follow a feature: \($0.sentence).") }
      if striking.isEmpty {
        blocks.append(.paragraph("The scores of neither class clearly follow a feature."))
      }
    }
    blocks.append(.table(Self.oneLabel(audit)))
    return ReportPage.Section("shortcuts", "Could it be done without looking at faces?", blocks)
  }

  private static func features(_ audit: ShortcutAudit, _ scores: ScoreAudit?) -> ReportTable {
    var table = ReportTable(
      ["Feature", "AUC", "Median, real", "Median, fake", "Unknown"]
        + (scores == nil ? [] : ["Scores of real", "Scores of fake"]))
    func area(_ area: ShortcutAudit.Area?) -> Markup {
      cell(NumberText.decimals(area?.auc), ReportText.interval(area?.interval))
    }
    table.append(
      ["All together", area(audit.together), "", "", ""] + (scores == nil ? [] : ["", ""]))
    for feature in audit.ordered {
      let correlations = scores.map { scores in
        VideoLabel.allCases.map { label -> Markup in
          let found = scores.correlations.first {
            $0.feature == feature.feature && $0.label == label
          }
          return cell(
            NumberText.decimals(found?.value, 2), ReportText.interval(found?.interval))
        }
      }
      table.append(
        [
          Markup(text: feature.feature.title), area(feature.area),
          Markup(text: feature.real.map(feature.feature.text) ?? "–"),
          Markup(text: feature.fake.map(feature.feature.text) ?? "–"),
          Markup(text: feature.unknown > 0 ? NumberText.count(feature.unknown) : "–"),
        ] + (correlations ?? []))
    }
    return table
  }

  private static func cell(_ value: String, _ interval: String?) -> Markup {
    guard let interval else { return Markup(text: value) }
    return "\(value)<small>\(interval)</small>"
  }

  private static func oneLabel(_ audit: ShortcutAudit) -> ReportTable {
    var table = ReportTable(
      ["One label only", "Values", "Real only", "Fake only", "Of all videos", "Such as"])
    for share in audit.oneLabel {
      table.append([
        Markup(text: share.property), Markup(text: NumberText.count(share.values)),
        Markup(text: NumberText.count(share.realOnly)),
        Markup(text: NumberText.count(share.fakeOnly)),
        Markup(text: share.videos > 0 ? NumberText.percent(share.share) : "–"),
        Markup(text: share.examples.joined(separator: ", ")),
      ])
    }
    return table
  }
}
