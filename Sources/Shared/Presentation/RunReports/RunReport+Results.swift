internal import Contract
internal import Evaluation
package import Reporting
internal import TrainingRun

extension RunReport {
  /// All metrics, the confusion matrices, and the checks.
  package mutating func results() -> ReportPage.Section? {
    guard let information = run.information else { return nil }
    var blocks: [ReportPage.Block] = []
    blocks.append(
      .paragraph(
        """
        Numbers of \(measuredOn()), with \
        \(glossary.link("interval", "95% intervals")) below them where there are enough people. A \
        video is called fake when its \(glossary.link("video-score", "score")) is above the \
        \(glossary.link("threshold", "threshold")).
        """))
    blocks.append(.table(metricsTable()))
    blocks += run.sides.flatMap { side in side.remarks.map { .note(Markup(text: $0)) } }
    blocks += confusions()
    blocks.append(
      .paragraph(
        "\(glossary.link("behaviour", "Behaviour check")), which decides on the verdict above:"))
    blocks.append(.table(Self.checks(information.behaviour)))
    return ReportPage.Section("results", "How good is it?", blocks)
  }

  /// Description of the videos that the numbers were measured on.
  private mutating func measuredOn() -> Markup {
    run.information?.crossValidation == nil
      ? glossary.link("split", "test and validation")
      : "videos whose people the network that judged them had not seen"
  }

  /// One column for videos and one for frames of each side.
  private mutating func metricsTable() -> ReportTable {
    let sides = run.sides
    var table = ReportTable(
      ["Metric"]
        + sides.flatMap { side -> [Markup] in ["\(side.name) videos", "\(side.name) frames"] })
    func row(
      _ title: Markup, _ value: (BinaryMetrics) -> String,
      videos: (BootstrapIntervals) -> ConfidenceInterval? = { _ in nil },
      frames: (BootstrapIntervals) -> ConfidenceInterval? = { _ in nil }
    ) {
      table.append(
        [title]
          + sides.flatMap { side in
            [
              Self.cell(value(side.report.videos), videos(side.report.intervals)),
              Self.cell(value(side.report.frames), frames(side.report.intervals)),
            ]
          })
    }
    row("real", { NumberText.count($0.real) })
    row("fake", { NumberText.count($0.fake) })
    row(
      glossary.link("auc"), { NumberText.decimals($0.auc) }, videos: \.videoAUC,
      frames: \.frameAUC)
    func videoRow(
      _ title: Markup,
      _ value: (EvaluationReport) -> (value: Double?, interval: ConfidenceInterval?)
    ) {
      table.append(
        [title]
          + sides.flatMap { side -> [Markup] in
            let (value, interval) = value(side.report)
            return [Self.cell(NumberText.decimals(value), interval), "–"]
          })
    }
    videoRow(glossary.link("sharpness", "AUC by sharpness")) {
      ($0.sharpness?.auc, $0.sharpness?.interval)
    }
    videoRow(glossary.link("pairs", "Pairs ranked right")) { ($0.pairs?.share, $0.pairs?.interval) }
    videoRow(glossary.link("pairs", "Pairs by sharpness")) {
      ($0.sharpness?.pairs?.share, $0.sharpness?.pairs?.interval)
    }
    row(
      glossary.link("balanced-accuracy"), { NumberText.decimals($0.balancedAccuracy) },
      videos: \.videoBalancedAccuracy)
    row(glossary.link("log-loss"), { NumberText.decimals($0.logLoss) }, videos: \.videoLogLoss)
    row(glossary.link("recall", "Recall of real"), { NumberText.percent($0.recallReal) })
    row(glossary.link("recall", "Recall of fake"), { NumberText.percent($0.recallFake) })
    row(glossary.link("eer"), { NumberText.percent($0.eer) })
    row(glossary.link("average-precision"), { NumberText.decimals($0.averagePrecision) })
    row(glossary.link("brier"), { NumberText.decimals($0.brier) })
    row(glossary.link("ece"), { NumberText.decimals($0.ece) })
    row("Called fake", { NumberText.percent($0.shareFake) })
    return table
  }

  private static func cell(_ value: String, _ interval: ConfidenceInterval?) -> Markup {
    guard let text = ReportText.interval(interval) else { return Markup(text: value) }
    return "\(value)<small>\(text)</small>"
  }

  private func confusions() -> [ReportPage.Block] {
    guard let side = run.decisive, side.predictions != nil else { return [] }
    let report = side.report
    var figures: [ReportPage.Figure] = []
    if let drawing = ReportPlots.confusion(
      name: "confusion-videos", title: "Videos: what they were called", side.videos,
      threshold: report.calibration.threshold)
    {
      figures.append(
        .init(
          drawing,
          caption: """
            Of the \(side.name) side. Percentages are of the row: of the truly real, of \
            the truly fake.
            """))
    }
    if let threshold = side.frameThreshold,
      let drawing = ReportPlots.confusion(
        name: "confusion-frames", title: "Frames: what they were called",
        side.frames(temperature: report.calibration.temperature), threshold: threshold)
    {
      figures.append(
        .init(drawing, caption: "The same of single face crops, at the videos' threshold."))
    }
    return figures.isEmpty ? [] : [.figures(figures)]
  }

  private static func checks(_ behaviour: BehaviourCheck) -> ReportTable {
    var table = ReportTable(["Check", "Result", "Measured"])
    for finding in behaviour.findings {
      let advice: Markup = finding.advice.map { "<small>\(finding.meaning) \($0)</small>" } ?? ""
      let result: Markup =
        finding.outcome == .failed ? "<b>failed</b>" : Markup(text: finding.outcomeName)
      table.append([
        Markup(text: finding.identifier.title), result, Markup(text: finding.measured) + advice,
      ])
    }
    return table
  }
}

extension RecordedRun.Side {
  /// Remarks for readers of the numbers, a sentence each.
  fileprivate var remarks: [String] {
    var remarks: [String] = []
    let title = name.prefix(1).uppercased() + name.dropFirst()
    if let note = report.intervals.note { remarks.append("\(title): \(note)") }
    remarks.append("\(title): \(report.pairsText).")
    let withoutFace = report.realVideosWithoutFace + report.fakeVideosWithoutFace
    if withoutFace > 0 {
      remarks.append(
        "\(title): \(ReportText.counted(withoutFace, "video")) without a face; the probability "
          + "of such a video is 50%.")
    }
    return remarks
  }
}
