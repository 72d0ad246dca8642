internal import Contract
internal import Evaluation
package import Reporting
internal import TrainingRun

extension RunReport {
  /// Loss, AUC and learning rate over the epochs.
  package mutating func curves() -> ReportPage.Section? {
    let records = run.curve
    guard !records.isEmpty else { return nil }
    let best = run.information?.best
    let guides = best.map { [LinePlot.Guide.vertical(Double($0.epoch), label: "best")] } ?? []
    let loss = ReportPlots.curve(
      name: "loss", title: "Log-loss",
      summary: "Log-loss of training and validation after each epoch.", y: PlotAxis("log-loss"),
      lines: [
        ReportPlots.line("training", records, colour: .series(4), hasMarks: false) {
          $0.trainingLoss
        },
        ReportPlots.line("validation frames", records, colour: .series(1)) {
          $0.validation?.frameLogLoss
        },
        ReportPlots.line("validation videos", records, colour: .series(0)) {
          $0.validation?.videoLogLoss
        },
      ], guides: guides)
    let baseline = run.information?.validation?.sharpness?.auc
    let area = ReportPlots.curve(
      name: "auc", title: "AUC", summary: "AUC on validation after each epoch; 0.5 is chance.",
      y: PlotAxis("AUC"),
      lines: [
        ReportPlots.line("validation frames", records, colour: .series(1)) {
          $0.validation?.frameAUC
        },
        ReportPlots.line("validation videos", records, colour: .series(0)) {
          $0.validation?.videoAUC
        },
        ReportPlots.line(
          "sharpness alone, videos", records, colour: .series(4), hasMarks: false
        ) { $0.validation == nil ? nil : baseline },
      ], guides: guides + [.horizontal(0.5)])
    let rate = ReportPlots.curve(
      name: "learning-rate", title: "Learning rate",
      summary: "Learning rate at the end of each epoch.", y: PlotAxis("learning rate"),
      lines: [ReportPlots.line("learning rate", records, colour: .series(4)) { $0.learningRate }])
    let chosen: Markup =
      best.map { "The dashed line is epoch \($0.epoch), whose weights were judged." } ?? ""
    let figures = [
      loss.map { drawing in
        ReportPage.Figure(
          drawing,
          caption: """
            \(glossary.link("log-loss")) before calibration; training with augmentation \
            and label smoothing. \(chosen)
            """)
      },
      area.map { drawing in
        ReportPage.Figure(
          drawing,
          caption: """
            \(glossary.link("auc")) on validation; the dashed line is chance. What \
            \(glossary.link("sharpness")) alone reaches does not change with training.
            """)
      },
      rate.map { ReportPage.Figure($0, caption: "At the end of each epoch.") },
    ].compactMap(\.self)
    guard !figures.isEmpty else { return nil }
    return ReportPage.Section(
      "curves", "How did it learn?", [.figures(figures), .details("All epochs", [epochs()])])
  }

  private func epochs() -> ReportPage.Block {
    var table = ReportTable([
      "Epoch", "Step", "Learning rate", "Training loss", "Accuracy", "Val. frame loss",
      "Val. video loss", "Val. video AUC", "Images/s",
    ])
    // More rows would make the page too long; metrics.csv has all of them.
    for record in run.curve.suffix(500) {
      let validation = record.validation
      table.append(
        [
          "\(record.epoch)", "\(record.step)", NumberText.short(record.learningRate, digits: 3),
          NumberText.decimals(record.trainingLoss),
          NumberText.percent(record.trainingAccuracy, decimals: 0),
          NumberText.decimals(validation?.frameLogLoss),
          NumberText.decimals(validation?.videoLogLoss), NumberText.decimals(validation?.videoAUC),
          NumberText.decimals(record.imagesPerSecond, 0),
        ].map { Markup(text: $0) })
    }
    return .table(table)
  }

  /// ROC, precision and recall, histograms.
  package mutating func order() -> ReportPage.Section? {
    guard run.information != nil else { return nil }
    guard let side = run.decisive, side.predictions != nil else {
      return ReportPage.Section("order", "Does it tell fakes from reals?", missingPredictions)
    }
    let calibration = side.report.calibration
    let frames = side.frames(temperature: calibration.temperature)
    let predictions = [
      ReportPlots.Predictions(
        name: "frames", colour: .series(1), stroke: .dashed, labelled: frames, threshold: nil),
      ReportPlots.Predictions(
        name: "videos", colour: .series(0), labelled: side.videos,
        threshold: calibration.threshold),
    ]
    let figures = [
      ReportPlots.receiverOperating(predictions).map { drawing in
        ReportPage.Figure(
          drawing,
          caption: """
            Of the \(side.name) side. The further to the upper left, the better; the \
            diagonal is \(glossary.link("auc", "chance")).
            """)
      },
      ReportPlots.precisionRecall(predictions).map { drawing in
        ReportPage.Figure(
          drawing,
          caption: """
            \(glossary.link("precision")) of chance is the share of fakes, the dashed line.
            """)
      },
      ReportPlots.scores(
        name: "scores-videos", title: "Scores of videos", side.videos,
        threshold: calibration.threshold
      ).map { drawing in
        ReportPage.Figure(
          drawing, caption: "What overlaps can't be told apart by any threshold.")
      },
      ReportPlots.scores(
        name: "scores-frames", title: "Scores of frames", frames, threshold: side.frameThreshold
      ).map { drawing in
        ReportPage.Figure(drawing, caption: "The same of single face crops.")
      },
    ].compactMap(\.self)
    guard !figures.isEmpty else { return nil }
    return ReportPage.Section("order", "Does it tell fakes from reals?", [.figures(figures)])
  }

  /// The answers to which the temperature was fitted, and the side that is shown.
  private static func fittedOn(_ side: RecordedRun.Side) -> String {
    side.isOutOfFold
      ? "to the same answers of the folds" : "on validation; this is the \(side.name) side"
  }

  /// Whether the probabilities are calibrated.
  package mutating func calibration() -> ReportPage.Section? {
    guard let side = run.decisive, side.predictions != nil else { return nil }
    let temperature = side.report.calibration.temperature
    let before = side.frames(temperature: 1)
    let after = side.frames(temperature: temperature)
    guard
      let drawing = ReportPlots.reliability([
        .init(name: "before", colour: .series(4), stroke: .dashed, labelled: before),
        .init(
          name: "at temperature " + NumberText.decimals(temperature, 2), colour: .series(0),
          labelled: after),
      ])
    else { return nil }
    let (earlier, later) = (BinaryMetrics(before), BinaryMetrics(after))
    var table = ReportTable(["Frames", "Before", "After"])
    table.append([
      glossary.link("ece"), "\(NumberText.decimals(earlier.ece))",
      "\(NumberText.decimals(later.ece))",
    ])
    table.append([
      glossary.link("log-loss"), "\(NumberText.decimals(earlier.logLoss))",
      "\(NumberText.decimals(later.logLoss))",
    ])
    table.append([
      glossary.link("brier"), "\(NumberText.decimals(earlier.brier))",
      "\(NumberText.decimals(later.brier))",
    ])
    let notes = side.report.calibration.notes.map { ReportPage.Block.note(Markup(text: $0)) }
    return ReportPage.Section(
      "calibration", "Can its probabilities be believed?",
      [
        .paragraph(
          """
          Of the crops that it gives a probability of 80%, about 80% should be fake. The \
          \(glossary.link("temperature", "temperature")) \
          \(NumberText.decimals(temperature, 2)) was fitted \(Self.fittedOn(side)).
          """)
      ] + notes + [
        .figures([
          ReportPage.Figure(
            drawing,
            caption: """
              On the diagonal, probability and share of fakes agree; below it, \
              the model says fake too often. Points of few crops scatter.
              """)
        ]), .table(table),
      ])
  }

  /// Metrics by manipulation method and by compression.
  package mutating func subsets() -> ReportPage.Section? {
    guard let side = run.decisive else { return nil }
    let kinds = [
      (
        "methods", "By manipulation method", side.report.methods,
        "The fakes of each method against all reals." as Markup
      ),
      (
        "compressions", "By compression", side.report.compressions,
        "The fakes of each compression against the reals of the same one."
      ),
    ]
    var blocks: [ReportPage.Block] = []
    var figures: [ReportPage.Figure] = []
    for (name, title, subsets, caption) in kinds {
      guard !subsets.isEmpty else {
        blocks.append(
          .paragraph("\(title): the data set doesn't say, so there is nothing to compare."))
        continue
      }
      if let drawing = ReportPlots.subsets(name: name, title: title, subsets) {
        figures.append(ReportPage.Figure(drawing, caption: "\(caption) The dashed line is chance."))
      }
      blocks.append(.table(subsetTable(title, subsets)))
    }
    if !figures.isEmpty { blocks.insert(.figures(figures), at: 0) }
    return ReportPage.Section("subsets", "On which fakes does it fail?", blocks)
  }

  private mutating func subsetTable(_ title: String, _ subsets: [SubsetMetrics]) -> ReportTable {
    var table = ReportTable(
      [
        Markup(text: title), "Fakes", glossary.link("auc"),
        glossary.link("sharpness", "AUC by sharpness"),
        glossary.link("recall", "Recall of fake"), glossary.link("recall", "of real"),
      ])
    for subset in subsets.prefix(200) {
      table.append([
        Markup(text: subset.name), "\(subset.fake)", "\(NumberText.decimals(subset.auc))",
        "\(NumberText.decimals(subset.sharpnessAUC))",
        "\(NumberText.percent(subset.recallFake))", "\(NumberText.percent(subset.recallReal))",
      ])
    }
    return table
  }

  private var missingPredictions: [ReportPage.Block] {
    let reason =
      run.predictions == nil
      ? "The plots of predictions are missing: the run has no predictions.csv."
      : "The plots of predictions are missing: predictions.csv is not of the model that was judged."
    return [.note(Markup(text: reason))]
  }
}
