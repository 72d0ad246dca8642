internal import Evaluation
package import Reporting
internal import TrainingRun

extension RunReport {
  /// The folds that the metrics come from; nil if one network was measured.
  package mutating func crossValidation() -> ReportPage.Section? {
    guard let summary = run.information?.crossValidation else { return nil }
    var folds = ReportTable(["Fold", "Groups", "Real", "Fake", "AUC of videos", "Training"])
    for (number, fold) in summary.folds.enumerated() {
      folds.append([
        "\(number + 1)", Markup(text: NumberText.count(fold.groups)),
        Markup(text: NumberText.count(fold.realVideos)),
        Markup(text: NumberText.count(fold.fakeVideos)),
        Markup(text: NumberText.decimals(fold.videoAUC)),
        Markup(text: NumberText.decimals(fold.trainedSeconds / 60, 1) + " min"),
      ])
    }
    var blocks: [ReportPage.Block] = [
      .paragraph(
        """
        People were divided into \(summary.folds.count) folds, and each fold was judged by a network \
        that had learned from all others. The numbers above were computed from these answers, \
        after epoch \(summary.epochs); the model has learned from all people for the same number of \
        epochs.
        """),
      .table(folds),
      .paragraph(Markup(text: CrossValidationTable.decided(summary))),
    ]
    let losses = summary.curve.compactMap { epoch in
      epoch.loss.map { LinePlot.Point(x: Double(epoch.epoch), y: $0.value) }
    }
    let line = LinePlot.Line("all folds", losses, colour: .series(0), hasMarks: true)
    let drawing = ReportPlots.curve(
      name: "out-of-fold-loss", title: "Out-of-fold log-loss of videos",
      summary: "Log-loss of all videos after each epoch, both classes counting half.",
      y: PlotAxis("log-loss"), lines: [line])
    if let drawing {
      blocks.append(
        .figures([
          .init(drawing, caption: "Both classes count half; epoch \(summary.epochs) was chosen.")
        ]))
    }
    return ReportPage.Section("folds", "How was it measured?", blocks)
  }
}
