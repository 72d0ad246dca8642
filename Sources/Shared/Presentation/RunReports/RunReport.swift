internal import Contract
package import Evaluation
internal import Foundation
internal import Judging
internal import ModelFiles
package import Reporting
internal import Terminal
internal import TrainingRun

/// The report of one run as a page.
package struct RunReport {
  package let run: RecordedRun
  package let pictures: ReportPictures
  package var glossary = ReportGlossary(ReportTerms.all)

  package init(_ run: RecordedRun, _ pictures: ReportPictures) {
    self.run = run
    self.pictures = pictures
  }

  /// The page, which ends with definitions of the terms that it uses.
  package mutating func page() -> ReportPage {
    let numbers = keyNumbers()
    var sections = [
      results(), crossValidation(), curves(), order(), calibration(), subsets(), shortcuts(),
      mistakes(), augmented(), provenance(),
    ].compactMap(\.self)
    let definitions = glossary.definitions
    if !definitions.isEmpty {
      sections.append(ReportPage.Section("definitions", "Definitions", [.markup(definitions)]))
    }
    return ReportPage(
      title: "Deepfake detector: " + run.name, subtitle: Self.subtitle(run),
      verdicts: [Self.verdict(run)], keyNumbers: numbers, sections: sections,
      footer: "Written by trainer \(softwareVersion). One file: nothing is fetched, no script runs."
    )
  }

  package static func subtitle(_ run: RecordedRun) -> String {
    guard let information = run.information else {
      return "Training has not ended; " + ReportText.counted(run.curve.count, "epoch") + " so far."
    }
    let architecture = information.model.architecture
    let data = information.data
    return "ResNet18 of width \(architecture.width), input of \(architecture.inputSize) pixels; "
      + "\(ReportText.counted(data.crops, "face crop")) of "
      + "\(ReportText.counted(data.videos, "video")); epoch \(information.model.provenance.epoch) "
      + "of \(information.curve.count)."
  }

  // MARK: Verdict

  /// The verdict at the top of the page: whether the model can be trusted, and why.
  package static func verdict(_ run: RecordedRun, isNamed: Bool = false) -> ReportPage.Verdict {
    let name = isNamed ? run.name + ": " : ""
    guard let information = run.information else {
      return ReportPage.Verdict(
        .doubtful, name + "No verdict yet", "The training has not ended: no model was judged.")
    }
    let behaviour = information.behaviour
    let basis = Markup(text: basis(run))
    switch behaviour.verdict {
    case .sound:
      return ReportPage.Verdict(.good, name + "Sound: behaves like a detector", basis)
    case .cannotTell:
      return ReportPage.Verdict(
        .doubtful, name + "Cannot tell: not shown to be useful",
        basis + lines(behaviour.undecided))
    case .broken:
      return ReportPage.Verdict(
        .bad, name + "Broken: do not use this model",
        "\(ReportText.counted(behaviour.failures.count, "check")) of its behaviour failed."
          + lines(behaviour.failures))
    }
  }

  /// A line for each finding: what was measured, what it means, what to do.
  private static func lines(_ findings: [Finding]) -> Markup {
    findings.map { finding -> Markup in
      "<br/><b>\(finding.identifier.title)</b>: \(finding.measured). \(finding.meaning) \(finding.advice ?? "")"
    }.joined()
  }

  /// The data that the numbers were measured on, in a sentence.
  private static func basis(_ run: RecordedRun) -> String {
    guard let side = run.decisive else { return "Nothing was measured." }
    let report = side.report
    return "Measured on \(ReportText.counted(report.videos.real, "real video")) and "
      + "\(report.videos.fake) fake of \(ReportText.counted(report.intervals.groups, "group")) of "
      + "people"
      + basisOfSide(side, run)
  }

  private static func basisOfSide(_ side: RecordedRun.Side, _ run: RecordedRun) -> String {
    if side.isTest { return " that neither training nor the choice of the threshold has seen." }
    if let folds = run.information?.crossValidation?.folds.count {
      return ", each video by one of \(folds) networks that had not seen its people. Threshold and "
        + "length of the training were chosen on the same answers."
    }
    return (" on the validation side, which also chose epoch and threshold: expect less elsewhere.")
  }

  // MARK: Key numbers

  private mutating func keyNumbers() -> [ReportPage.KeyNumber] {
    guard let report = run.decisive?.report else { return [] }
    let videos = report.videos
    let intervals = report.intervals
    func note(_ interval: ConfidenceInterval?) -> String {
      ReportText.interval(interval).map { "95%: " + $0 } ?? "no interval"
    }
    return [
      .init(
        glossary.link("auc", "AUC of videos"), NumberText.decimals(videos.auc),
        note: note(intervals.videoAUC)
          + (report.sharpness?.auc.map { "; sharpness alone " + NumberText.decimals($0) } ?? "")),
      .init(
        glossary.link("balanced-accuracy"), NumberText.decimals(videos.balancedAccuracy),
        note: note(intervals.videoBalancedAccuracy)),
      .init(
        glossary.link("recall", "Recall of fake"), NumberText.percent(videos.recallFake),
        note: "of \(ReportText.counted(videos.fake, "fake video"))"),
      .init(
        glossary.link("recall", "Recall of real"), NumberText.percent(videos.recallReal),
        note: "of \(ReportText.counted(videos.real, "real video"))"),
      .init(
        glossary.link("log-loss", "Log-loss of videos"), NumberText.decimals(videos.logLoss),
        note: note(intervals.videoLogLoss)),
      .init(
        glossary.link("auc", "AUC of frames"), NumberText.decimals(report.frames.auc),
        note: note(intervals.frameAUC)),
    ]
  }
}

extension Finding.Identifier {
  /// Title of a check; the raw value for a defect.
  package var title: String {
    switch self {
    case .finite: "All values finite"
    case .allEntriesPresent: "All entries present"
    case .batchNormMoved: "BatchNorm has statistics of data"
    case .outputFollowsInput: "The answer follows the picture"
    case .reloadIdentical: "The file is the measured model"
    case .predictsBothClasses: "Both answers occur"
    case .confidenceSpread: "Confidence varies"
    case .betterThanChance: "Better than chance"
    default: rawValue
    }
  }
}
