internal import PipelineConfiguration
internal import Contract
internal import Evaluation
internal import Foundation
internal import Judging
internal import Measure
internal import ModelFiles
package import Reporting
internal import Terminal
internal import TrainingRun

/// A page that compares several runs: numbers in one table, curves in one plot.
package struct ComparisonReport {
  private let runs: [RecordedRun]
  private var glossary = ReportGlossary(ReportTerms.all)

  package init(_ runs: [RecordedRun]) {
    self.runs = Self.named(runs)
  }

  /// Gives the runs distinct names: as many path components as needed, then numbers.
  static func named(_ runs: [RecordedRun]) -> [RecordedRun] {
    var runs = runs
    for length in 1...4 {
      for index in runs.indices {
        let parts = runs[index].files.path.split(separator: "/")
        runs[index].name = parts.suffix(length).joined(separator: "/")
      }
      if Set(runs.map(\.name)).count == runs.count { return runs }
    }
    for index in runs.indices { runs[index].name += " (\(index + 1))" }
    return runs
  }

  package mutating func page() -> ReportPage {
    var sections = [numbers(), curves(), order(), settings(), commands()].compactMap(\.self)
    sections.append(
      ReportPage.Section("definitions", "Definitions", [.markup(glossary.definitions)]))
    return ReportPage(
      title: "Deepfake detectors: \(runs.count) runs compared",
      subtitle: runs.map(\.name).joined(separator: ", "),
      verdicts: runs.map { RunReport.verdict($0, isNamed: true) }, sections: sections,
      footer: "Written by trainer \(softwareVersion). One file: nothing is fetched, no script runs."
    )
  }

  // MARK: Numbers

  private mutating func numbers() -> ReportPage.Section? {
    var table = ReportTable(["Run"] + runs.map { Markup(text: $0.name) })
    func row(
      _ title: Markup, _ value: (EvaluationReport) -> String,
      _ interval: (EvaluationReport) -> ConfidenceInterval? = { _ in nil }
    ) {
      table.append(
        [title]
          + runs.map { run -> Markup in
            guard let report = run.decisive?.report else { return "–" }
            guard let text = ReportText.interval(interval(report)) else {
              return Markup(text: value(report))
            }
            return "\(value(report))<small>\(text)</small>"
          })
    }
    table.append(["Measured on"] + runs.map { Markup(text: $0.decisive?.name ?? "–") })
    row("Videos", { "\(NumberText.count($0.videos.count))" })
    row(
      glossary.link("auc", "AUC of videos"), { NumberText.decimals($0.videos.auc) },
      { $0.intervals.videoAUC })
    row(
      glossary.link("sharpness", "AUC by sharpness"), { NumberText.decimals($0.sharpness?.auc) },
      { $0.sharpness?.interval })
    row(
      glossary.link("pairs", "Pairs ranked right"), { NumberText.decimals($0.pairs?.share) },
      { $0.pairs?.interval })
    row(
      glossary.link("balanced-accuracy"), { NumberText.decimals($0.videos.balancedAccuracy) },
      { $0.intervals.videoBalancedAccuracy })
    row(
      glossary.link("log-loss"), { NumberText.decimals($0.videos.logLoss) },
      { $0.intervals.videoLogLoss })
    row(glossary.link("recall", "Recall of real"), { NumberText.percent($0.videos.recallReal) })
    row(glossary.link("recall", "Recall of fake"), { NumberText.percent($0.videos.recallFake) })
    row(
      glossary.link("auc", "AUC of frames"), { NumberText.decimals($0.frames.auc) },
      { $0.intervals.frameAUC })
    row(glossary.link("ece", "ECE of frames"), { NumberText.decimals($0.frames.ece) })
    row(glossary.link("temperature"), { NumberText.decimals($0.calibration.temperature, 2) })
    row(glossary.link("threshold"), { NumberText.decimals($0.calibration.threshold) })
    table.append(
      ["Best epoch"]
        + runs.map { run in
          Markup(text: run.information?.best.map { "\($0.epoch) of \(run.curve.count)" } ?? "–")
        })
    var blocks: [ReportPage.Block] = [.table(table)]
    if Set(runs.map { Self.data($0) }).count > 1 {
      blocks.append(
        .note(
          """
          The runs were not measured on the same videos: their numbers can't be compared directly.
          """))
    } else {
      blocks.append(
        .paragraph(
          """
          All were measured on the same videos. Where the \
          \(glossary.link("interval", "intervals")) of two runs overlap widely, their difference may \
          be chance.
          """))
    }
    return ReportPage.Section("results", "Which is better?", blocks)
  }

  /// Key of the data that a run was measured on: store, side, and the settings of the split.
  private static func data(_ run: RecordedRun) -> String {
    guard let information = run.information, let side = run.decisive else { return "" }
    let settings = information.model.provenance.settings
    let keys = ["seed", "data.split", "data.validationShare", "data.testShare"]
    return ([information.data.fingerprint, side.name] + keys.map { settings[$0] ?? "" })
      .joined(separator: "\n")
  }

  // MARK: Plots

  private mutating func curves() -> ReportPage.Section? {
    func lines(_ value: @escaping (EpochRecord) -> Double?) -> [LinePlot.Line?] {
      runs.enumerated().map { index, run in
        ReportPlots.line(run.name, run.curve, colour: .series(index), value)
      }
    }
    let figures = [
      ReportPlots.curve(
        name: "validation-loss", title: "Log-loss of validation videos",
        summary: "Log-loss of the validation videos after each epoch, by run.",
        y: PlotAxis("log-loss"), lines: lines { $0.validation?.videoLogLoss }),
      ReportPlots.curve(
        name: "validation-auc", title: "AUC of validation videos",
        summary: "AUC of the validation videos after each epoch, by run.", y: PlotAxis("AUC"),
        lines: lines { $0.validation?.videoAUC }, guides: [.horizontal(0.5)]),
      ReportPlots.curve(
        name: "training-loss", title: "Training loss",
        summary: "Training loss of each epoch, by run.", y: PlotAxis("log-loss"),
        lines: lines { $0.trainingLoss }),
      ReportPlots.curve(
        name: "learning-rate", title: "Learning rate",
        summary: "Learning rate at the end of each epoch, by run.", y: PlotAxis("learning rate"),
        lines: lines { $0.learningRate }),
    ].compactMap(\.self).map { ReportPage.Figure($0, caption: "") }
    guard !figures.isEmpty else { return nil }
    return ReportPage.Section("curves", "How did they learn?", [.figures(figures)])
  }

  private mutating func order() -> ReportPage.Section? {
    var videos: [ReportPlots.Predictions] = []
    var frames: [ReportPlots.Predictions] = []
    var missing: [String] = []
    for (index, run) in runs.enumerated() {
      guard let side = run.decisive, side.predictions != nil else {
        missing.append(run.name)
        continue
      }
      let calibration = side.report.calibration
      videos.append(
        .init(
          name: run.name, colour: .series(index), labelled: side.videos,
          threshold: calibration.threshold))
      frames.append(
        .init(
          name: run.name, colour: .series(index),
          labelled: side.frames(temperature: calibration.temperature)))
    }
    var blocks: [ReportPage.Block] = []
    let figures = [
      ReportPlots.receiverOperating(videos).map {
        ReportPage.Figure($0, caption: "Of videos; the marks are the chosen thresholds.")
      },
      ReportPlots.precisionRecall(videos).map {
        ReportPage.Figure($0, caption: "Of videos; the marks are the chosen thresholds.")
      },
      ReportPlots.reliability(frames).map {
        ReportPage.Figure($0, caption: "Of frames, at each run's temperature.")
      },
    ].compactMap(\.self)
    if !figures.isEmpty { blocks.append(.figures(figures)) }
    if !missing.isEmpty {
      blocks.append(
        .note(
          """
          Without predictions.csv of the judged model, and so without a line: \
          \(missing.joined(separator: ", ")).
          """))
    }
    return blocks.isEmpty
      ? nil : ReportPage.Section("order", "Do they tell fakes from reals?", blocks)
  }

  // MARK: Settings

  /// The settings that differ between the runs.
  private func settings() -> ReportPage.Section? {
    let all = runs.map { $0.information?.model.provenance.settings ?? [:] }
    let keys = Set(all.flatMap(\.keys)).sorted()
    let differing = keys.filter { key in Set(all.map { $0[key] ?? "" }).count > 1 }
    var table = ReportTable(["Setting"] + runs.map { Markup(text: $0.name) })
    for key in differing.prefix(200) {
      table.append([Markup(text: key)] + all.map { Markup(text: $0[key] ?? "–") })
    }
    func row(_ title: Markup, _ value: (TrainingInformation) -> String) {
      table.append(
        [title] + runs.map { Markup(text: $0.information.map(value) ?? "–") })
    }
    row("Training crops") { information in
      let counts = information.data.splits["train"]
      return counts.map { NumberText.count($0.realCrops + $0.fakeCrops) } ?? "–"
    }
    row("Training time") { NumberText.decimals($0.trainedSeconds / 60, 1) + " min" }
    row("Software") { $0.software }
    row("Machine") { $0.hardware.processor }
    return ReportPage.Section("settings", "What differs?", [.table(table)])
  }

  private func commands() -> ReportPage.Section? {
    let blocks = runs.flatMap { run -> [ReportPage.Block] in
      [.paragraph("<b>\(run.name)</b>"), .code(RunReport.commands(run))]
    }
    return ReportPage.Section("provenance", "How to do it again", blocks)
  }
}
