package import Contract
package import Evaluation
internal import Files
package import Prediction
package import Terminal

/// A model's answer for each video as a table for other programs: one row per video, in the order
/// of the names.
package struct VideoTable {
  fileprivate struct Row {
    var prediction: VideoPrediction
    /// The video's probability before calibration.
    var score: Double
    var verdict: VideoVerdict
  }

  package static let columns = [
    "video", "label", "group", "dataset", "method", "compression", "original", "frames", "score",
    "probability", "verdict", "blur",
  ]

  /// Kind of the table as a result of a command.
  package static let kind = ResultDestination.Kind.table(firstColumn: columns[0])

  private var rows: [Row] = []

  package init() {}

  /// Adds predictions. Predictions of several models or folds may be added one after the other,
  /// each with its own calibration.
  package mutating func append(
    _ predictions: VideoPredictions, _ calibration: Calibration
  ) throws(EvaluationError) {
    func videos(_ temperature: Double) throws(EvaluationError) -> [VideoPrediction] {
      try VideoPrediction.predictions(
        frames: predictions.frames, videosWithoutFaces: predictions.videosWithoutFaces,
        score: calibration.score, temperature: temperature)
    }
    // Both are in the order of the names.
    for (raw, calibrated) in zip(try videos(1), try videos(calibration.temperature)) {
      rows.append(
        Row(
          prediction: calibrated, score: raw.probability,
          verdict: Self.verdict(calibrated, calibration)))
    }
  }

  /// Real or fake; "cannot tell" if the probability lies between the calibration's bounds, if the
  /// video has no face, and if the network's output is NaN.
  private static func verdict(_ video: VideoPrediction, _ calibration: Calibration) -> VideoVerdict
  {
    VideoVerdict(video.hasFace ? calibration.verdict(probability: video.probability) : nil)
  }

  /// The table as CSV text (RFC 4180).
  package func text() -> String {
    CSVTable.text(
      columns: Self.columns,
      rows: rows.sorted { $0.prediction.video.name < $1.prediction.video.name }.map(\.cells))
  }
}

extension VideoTable.Row {
  fileprivate var cells: [String] {
    let video = prediction.video
    return [
      video.name, video.label.rawValue, video.group, video.dataset ?? "", video.method ?? "",
      video.compression ?? "", video.original ?? "", "\(prediction.frames)", "\(score)",
      "\(prediction.probability)", verdict.rawValue, prediction.blur.map { "\($0)" } ?? "",
    ]
  }
}
