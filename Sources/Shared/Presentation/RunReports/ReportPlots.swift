package import Contract
package import Evaluation
internal import Judging
package import Reporting
package import TrainingRun

/// The plots of one or several runs. For one run, the lines are its parts (training and validation,
/// frames and videos); for several, each line is a run.
package enum ReportPlots {
  /// A curve of one run with its name in the legend.
  package struct Curve {
    package var name: String
    package var colour: PlotColour
    package var records: [EpochRecord]
    package var best: BestEpoch?
  }

  /// Predictions, and how to draw them.
  package struct Predictions {
    package var name: String
    package var colour: PlotColour
    package var stroke: LinePlot.Stroke = .solid
    package var labelled: [LabelledProbability]
    /// Nil if the threshold doesn't apply to these predictions.
    package var threshold: Double?
  }

  // MARK: Learning curves

  package static func line(
    _ name: String, _ records: [EpochRecord], colour: PlotColour,
    hasMarks: Bool = true, _ value: (EpochRecord) -> Double?
  ) -> LinePlot.Line? {
    // Epochs without a validation leave no gap: the line joins the others.
    let points = records.compactMap { record -> LinePlot.Point? in
      value(record).map { LinePlot.Point(x: Double(record.epoch), y: $0) }
    }
    guard points.contains(where: { $0.y.isFinite }) else { return nil }
    return LinePlot.Line(
      name, points, colour: colour, hasMarks: hasMarks && points.count <= 30)
  }

  package static func curve(
    name: String, title: String, summary: String, y: PlotAxis, lines: [LinePlot.Line?],
    guides: [LinePlot.Guide] = []
  ) -> Drawing? {
    let lines = lines.compactMap(\.self)
    let last = lines.lazy.flatMap(\.points).map(\.x).max() ?? 1
    return LinePlot(
      name: name, title: title, summary: summary,
      x: PlotAxis("epoch", numbers: .whole, range: 1...max(last, 1)), y: y, lines: lines,
      guides: guides
    ).drawing
  }

  // MARK: Order

  package static func receiverOperating(_ predictions: [Predictions]) -> Drawing? {
    let lines = predictions.map { prediction in
      LinePlot.Line(
        prediction.name,
        RankedPredictions(prediction.labelled).rocCurve().map {
          (x: $0.falsePositiveRate, y: $0.truePositiveRate)
        }, colour: prediction.colour, stroke: prediction.stroke)
    }
    let marks = predictions.compactMap { prediction -> LinePlot.Mark? in
      guard let threshold = prediction.threshold else { return nil }
      let counts = ConfusionCounts(prediction.labelled, threshold: threshold)
      guard let x = counts.falseAlarmRate, let y = counts.recallFake else { return nil }
      return mark(prediction, among: predictions, LinePlot.Point(x: x, y: y))
    }
    return LinePlot(
      name: "roc", title: "ROC curve",
      summary: "Share of fakes found against share of reals called fake, for every threshold. "
        + describe(predictions, "AUC") { RankedPredictions($0).areaUnderCurve },
      x: PlotAxis("reals called fake", numbers: .percent, range: 0...1),
      y: PlotAxis("fakes called fake", numbers: .percent, range: 0...1), lines: lines, marks: marks,
      guides: [.segment(LinePlot.Point(x: 0, y: 0), LinePlot.Point(x: 1, y: 1))], isSquare: true
    ).drawing
  }

  package static func precisionRecall(_ predictions: [Predictions]) -> Drawing? {
    let lines = predictions.map { prediction in
      LinePlot.Line(
        prediction.name,
        RankedPredictions(prediction.labelled).precisionRecallCurve().map {
          (x: $0.recall, y: $0.precision)
        }, colour: prediction.colour, stroke: prediction.stroke)
    }
    let marks = predictions.compactMap { prediction -> LinePlot.Mark? in
      guard let threshold = prediction.threshold else { return nil }
      let counts = ConfusionCounts(prediction.labelled, threshold: threshold)
      guard let x = counts.recallFake, let y = counts.precision else { return nil }
      return mark(prediction, among: predictions, LinePlot.Point(x: x, y: y))
    }
    // Chance is the share of fakes, which may differ between runs.
    let judged = predictions.filter { $0.threshold != nil }
    let shares = Set(judged.compactMap { share(of: $0.labelled) })
    return LinePlot(
      name: "precision-recall", title: "Precision and recall",
      summary: "Share of fakes among those called fake against share of fakes found. "
        + describe(predictions, "Average precision") { RankedPredictions($0).averagePrecision },
      x: PlotAxis("fakes called fake (recall)", numbers: .percent, range: 0...1),
      y: PlotAxis("fakes among those called fake (precision)", numbers: .percent, range: 0...1),
      lines: lines, marks: marks,
      guides: shares.count == 1 ? shares.map { .horizontal($0) } : [], isSquare: true
    ).drawing
  }

  private static func mark(
    _ prediction: Predictions, among all: [Predictions], _ point: LinePlot.Point
  ) -> LinePlot.Mark {
    let isAlone = all.count { $0.threshold != nil } == 1
    return LinePlot.Mark(
      isAlone ? "threshold " + NumberText.decimals(prediction.threshold) : "", at: point,
      colour: prediction.colour)
  }

  private static func share(of predictions: [LabelledProbability]) -> Double? {
    guard !predictions.isEmpty else { return nil }
    return Double(predictions.count { $0.label == .fake }) / Double(predictions.count)
  }

  private static func describe(
    _ predictions: [Predictions], _ metric: String, _ value: ([LabelledProbability]) -> Double?
  ) -> String {
    metric + " "
      + predictions.map { "\(NumberText.decimals(value($0.labelled))) (\($0.name))" }
      .joined(separator: ", ") + "."
  }

  // MARK: Probabilities

  package static func scores(
    name: String, title: String, _ predictions: [LabelledProbability], threshold: Double?
  ) -> Drawing? {
    let groups = VideoLabel.allCases.map { label in
      HistogramPlot.Group(
        label.rawValue, predictions.filter { $0.label == label }.map(\.probability),
        colour: label.plotColour)
    }
    return HistogramPlot(
      name: name, title: title,
      summary: "Distribution of the probability of fake among reals and among fakes.",
      x: PlotAxis("probability of fake", numbers: .percent, range: 0...1), groups: groups,
      guides: threshold.map { [.vertical($0, label: "threshold")] } ?? []
    ).drawing
  }

  /// - Parameter lines: Probabilities before and after calibration, or those of several runs.
  package static func reliability(_ lines: [Predictions]) -> Drawing? {
    LinePlot(
      name: "reliability", title: "Reliability",
      summary: "Share of fakes against the probability of fake that was given, in 15 bins. "
        + "Calibrated probabilities lie on the diagonal.",
      x: PlotAxis("probability of fake", numbers: .percent, range: 0...1),
      y: PlotAxis("share that is fake", numbers: .percent, range: 0...1),
      lines: lines.map { line in
        LinePlot.Line(
          line.name,
          ReliabilityBin.bins(line.labelled).compactMap { bin in
            guard let x = bin.meanProbability, let y = bin.shareFake else { return nil }
            return (x: x, y: y)
          }, colour: line.colour, stroke: line.stroke, hasMarks: true)
      },
      guides: [.segment(LinePlot.Point(x: 0, y: 0), LinePlot.Point(x: 1, y: 1))], isSquare: true
    ).drawing
  }

  // MARK: Decisions

  package static func confusion(
    name: String, title: String, _ predictions: [LabelledProbability], threshold: Double
  ) -> Drawing? {
    let counts = ConfusionCounts(predictions, threshold: threshold)
    return ConfusionPlot(
      name: name, title: title,
      summary: "\(counts.realCalledReal) reals called real, \(counts.realCalledFake) reals called "
        + "fake, \(counts.fakeCalledReal) fakes called real, \(counts.fakeCalledFake) fakes called "
        + "fake.",
      rows: [
        ConfusionPlot.Row(
          "real", colour: .real, counts: [counts.realCalledReal, counts.realCalledFake]),
        ConfusionPlot.Row(
          "fake", colour: .fake, counts: [counts.fakeCalledReal, counts.fakeCalledFake]),
      ]
    ).drawing
  }

  package static func subsets(
    name: String, title: String, _ subsets: [SubsetMetrics]
  ) -> Drawing? {
    BarPlot(
      name: name, title: title,
      summary: subsets.prefix(BarPlot.maximumBars).map {
        "\($0.name): AUC \(NumberText.decimals($0.auc)), recall of fake "
          + NumberText.percent($0.recallFake)
      }.joined(separator: "; ") + ".",
      x: PlotAxis("AUC of videos", range: 0...1),
      bars: subsets.map { subset in
        BarPlot.Bar(
          subset.name, subset.auc, text: NumberText.decimals(subset.auc), colour: .fake)
      }, reference: 0.5
    ).drawing
  }
}

extension VideoLabel {
  package var plotColour: PlotColour { self == .real ? .real : .fake }

  /// The name of the class in its colour.
  package var markup: Markup { "<b class=\"\(rawValue)\">\(rawValue)</b>" }
}

extension RecordedRun.Side {
  /// Probabilities of the crops at a temperature.
  package func frames(temperature: Double) -> [LabelledProbability] {
    predictions?.frames.map { $0.labelled(temperature: temperature) } ?? []
  }

  /// Probabilities of the videos, as they were judged.
  package var videos: [LabelledProbability] {
    guard let predictions,
      let videos = try? VideoPrediction.predictions(
        frames: predictions.frames, videosWithoutFaces: predictions.videosWithoutFaces,
        score: report.calibration.score, temperature: report.calibration.temperature)
    else { return [] }
    return videos.map(\.labelled)
  }

  /// Threshold for crops; nil for the rule `maximum`, whose threshold applies only to the largest
  /// probability of a video.
  package var frameThreshold: Double? {
    report.calibration.score == .maximum ? nil : report.calibration.threshold
  }
}
