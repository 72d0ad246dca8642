internal import Contract
package import Evaluation
internal import Terminal
package import TrainingRun

/// Metrics and checks of a model, as tables.
package struct ResultTable {
  package let reports: [(name: String, report: EvaluationReport)]
  package let behaviour: BehaviourCheck

  package init(_ judgement: ModelExport.Judgement) {
    var reports = [
      (judgement.isOutOfFold ? "out-of-fold" : "validation", judgement.validation)
    ]
    if let test = judgement.test { reports.append(("test", test)) }
    self.init(reports: reports, behaviour: judgement.behaviour)
  }

  package init(reports: [(name: String, report: EvaluationReport)], behaviour: BehaviourCheck) {
    self.reports = reports
    self.behaviour = behaviour
  }

  /// The tables, with notes on the data and advice for each check that failed.
  package func render() -> String {
    var lines = ["", metrics]
    for (name, report) in reports {
      if let note = report.intervals.note { lines.append("\(name): \(note)") }
      let count = report.realVideosWithoutFace + report.fakeVideosWithoutFace
      if count > 0 { lines.append("\(name): \(count) videos without a face count as 0.5") }
      lines.append("\(name): \(report.pairsText)")
      for note in report.calibration.notes where name == reports.first?.name {
        lines.append("calibration: \(note)")
      }
    }
    lines += ["", checks]
    for finding in behaviour.failures + behaviour.undecided {
      lines += ["", "\(finding.identifier.rawValue): \(finding.meaning)"]
      if let advice = finding.advice { lines.append("  try: \(advice)") }
    }
    return lines.joined(separator: "\n")
  }

  /// One column per report, frames and videos.
  private var metrics: String {
    var table = TextTable(
      header: ["metric"] + reports.flatMap { ["\($0.name) frames", "\($0.name) videos"] })
    func row(
      _ name: String, _ value: (BinaryMetrics) -> String,
      _ interval: (BootstrapIntervals) -> ConfidenceInterval? = { _ in nil },
      _ frameInterval: (BootstrapIntervals) -> ConfidenceInterval? = { _ in nil }
    ) {
      table.append(
        [name]
          + reports.flatMap { _, report in
            [
              value(report.frames) + Self.text(frameInterval(report.intervals)),
              value(report.videos) + Self.text(interval(report.intervals)),
            ]
          })
    }
    row("real + fake", { "\($0.real) + \($0.fake)" })
    row("log-loss", { TableCell.number($0.logLoss, 4) }, \.videoLogLoss)
    row("AUC", { TableCell.number($0.auc, 4) }, \.videoAUC, \.frameAUC)
    func videoRow(
      _ name: String, _ value: (EvaluationReport) -> (value: Double?, interval: ConfidenceInterval?)
    ) {
      table.append(
        [name]
          + reports.flatMap { _, report in
            let (value, interval) = value(report)
            return ["-", TableCell.number(value, 4) + Self.text(interval)]
          })
    }
    videoRow("AUC by sharpness") { ($0.sharpness?.auc, $0.sharpness?.interval) }
    videoRow("pairs ranked right") { ($0.pairs?.share, $0.pairs?.interval) }
    videoRow("pairs by sharpness") { ($0.sharpness?.pairs?.share, $0.sharpness?.pairs?.interval) }
    row(
      "balanced accuracy", { TableCell.number($0.balancedAccuracy, 4) }, \.videoBalancedAccuracy)
    row("recall of real", { TableCell.number($0.recallReal, 4) })
    row("recall of fake", { TableCell.number($0.recallFake, 4) })
    row("EER", { TableCell.number($0.eer, 4) })
    row("average precision", { TableCell.number($0.averagePrecision, 4) })
    row("Brier", { TableCell.number($0.brier, 4) })
    row("ECE", { TableCell.number($0.ece, 4) })
    row("called fake", { TableCell.percent($0.shareFake) })
    let calibration = reports.first?.report.calibration
    let bounds = calibration.flatMap { calibration in
      calibration.lowerBound < calibration.upperBound
        ? ", cannot tell from \(TableCell.number(calibration.lowerBound, 3)) to "
          + TableCell.number(calibration.upperBound, 3) : nil
    }
    return table.render() + "\nvideo score \(calibration?.score.rawValue ?? "-"), temperature "
      + TableCell.number(calibration?.temperature, 3) + ", threshold "
      + TableCell.number(calibration?.threshold, 3) + (bounds ?? "")
      + "; in brackets 95% intervals over groups of people"
  }

  private var checks: String {
    var table = TextTable(header: ["check", "result", "measured"])
    for row in behaviour.rows { table.append(row) }
    return table.render()
  }

  private static func text(_ interval: ConfidenceInterval?) -> String {
    guard let interval else { return "" }
    return " [" + TableCell.number(interval.lower, 3) + " "
      + TableCell.number(interval.upper, 3) + "]"
  }
}

extension EvaluationReport {
  /// Number of pairs and people, in words.
  package var pairsText: String {
    guard let pairs else { return "no pairs of a real and a fake video of one person" }
    return "\(pairs.pairs) \(pairs.pairs == 1 ? "pair" : "pairs") of a real and a fake video of "
      + "one person, \(pairs.people) \(pairs.people == 1 ? "person" : "people")"
  }
}
