internal import Contract
package import Evaluation
internal import Files
internal import PrintableText
package import Reporting
internal import Terminal

/// Metrics of a model on perturbed pictures.
package struct RobustnessReport: Encodable {
  /// Metrics at one level of one perturbation; level 0 is no perturbation.
  package struct Cell: Encodable {
    package var level: Int
    /// The perturbation's parameter at that level.
    package var parameter: Double?
    package var videos: BinaryMetrics
    package var frames: BinaryMetrics
  }

  package struct Row: Encodable {
    package var perturbation: Perturbation
    /// The source's abbreviation.
    package var code: String
    package var levels: [Cell]
    /// Mean over the levels.
    package var mean: Mean
    /// Why there are no levels.
    package var note: String?
  }

  /// Means of metrics by video; nil if a value is missing.
  package struct Mean: Encodable {
    package var auc: Double?
    package var balancedAccuracy: Double?

    init(_ cells: [Cell]) {
      auc = Self.mean(cells.map(\.videos.auc))
      balancedAccuracy = Self.mean(cells.map(\.videos.balancedAccuracy))
    }

    private static func mean(_ values: [Double?]) -> Double? {
      let known = values.compactMap { $0 }
      guard !known.isEmpty, known.count == values.count else { return nil }
      return known.reduce(0, +) / Double(known.count)
    }
  }

  package let source = "DeeperForensics-1.0"
  package let seed: UInt64
  /// Largest number of frames per video; 0 is all frames of the store.
  package let framesPerVideo: Int
  /// Pictures per level.
  package let pictures: Int
  package let clean: Cell
  package let perturbations: [Row]
  /// Mean over all levels of all perturbations.
  package let mean: Mean

  private let levels: [Int]

  private enum CodingKeys: String, CodingKey {
    case source, seed, framesPerVideo, pictures, clean, perturbations, mean
  }

  /// - Parameter predictions: Returns the predictions at a perturbation and level; nil if this
  ///   machine can't apply the perturbation.
  init(
    grid: RobustnessGrid, calibration: Calibration, pictures: Int, clean: [FramePrediction],
    videosWithoutFaces: [EvaluatedVideo],
    predictions: (Perturbation, Int) -> [FramePrediction]?
  ) throws {
    func cell(
      _ level: Int, _ parameter: Double?, _ frames: [FramePrediction]
    ) throws -> Cell {
      let report = try EvaluationReport(
        frames: frames, videosWithoutFaces: videosWithoutFaces, calibration: calibration)
      return Cell(
        level: level, parameter: parameter, videos: report.videos, frames: report.frames)
    }
    seed = grid.seed
    framesPerVideo = grid.framesPerVideo
    self.pictures = pictures
    levels = grid.levels
    self.clean = try cell(0, nil, clean)
    perturbations = try grid.perturbations.map { perturbation in
      let cells = try grid.levels.compactMap { level in
        try predictions(perturbation, level).map {
          try cell(level, perturbation.parameter(level: level), $0)
        }
      }
      return Row(
        perturbation: perturbation, code: perturbation.code, levels: cells, mean: Mean(cells),
        note: cells.isEmpty ? "this machine's FFmpeg has no libx264" : nil)
    }
    mean = Mean(perturbations.flatMap(\.levels))
  }

  /// AUC by video: one row per perturbation, one column per level.
  package var table: String {
    var table = TextTable(
      header: ["perturbation", "clean"] + levels.map { "level \($0)" } + ["mean"])
    func number(_ value: Double?) -> String { TableCell.number(value, 4) }
    for row in perturbations {
      table.append(
        [row.perturbation.title, number(clean.videos.auc)]
          + levels.map { level in
            number(row.levels.first { $0.level == level }?.videos.auc)
          } + [number(row.mean.auc)])
    }
    let byLevel = levels.map { level in
      Mean(perturbations.flatMap { $0.levels.filter { $0.level == level } })
    }
    table.append(
      ["mean", number(clean.videos.auc)] + byLevel.map { number($0.auc) } + [number(mean.auc)])
    let notes = perturbations.compactMap { row in
      row.note.map { "\n" + "\(row.perturbation.rawValue): not measured, \($0)".printable }
    }
    return "Robustness: AUC by video under the perturbations of \(source)\n\n" + table.render()
      + "\n\(pictures) pictures per level, "
      + (framesPerVideo > 0 ? "at most \(framesPerVideo) frames per video" : "all frames")
      + "; mean balanced accuracy \(number(mean.balancedAccuracy)), clean "
      + number(clean.videos.balancedAccuracy) + notes.joined()
  }

  /// AUC by video against level, one line per perturbation.
  package var plot: LinePlot {
    let lines = perturbations.enumerated().compactMap { index, row -> LinePlot.Line? in
      let points = ([clean] + row.levels).map {
        LinePlot.Point(x: Double($0.level), y: $0.videos.auc ?? .nan)
      }
      guard !row.levels.isEmpty else { return nil }
      return LinePlot.Line(
        row.perturbation.title, points, colour: .series(index), hasMarks: true)
    }
    let lowest = lines.flatMap(\.points).map(\.y).filter(\.isFinite).min() ?? 0.5
    let worst = perturbations.min { ($0.mean.auc ?? 2) < ($1.mean.auc ?? 2) }
    return LinePlot(
      name: "robustness", title: "Robustness: AUC by video against level",
      summary: "Clean \(TableCell.number(clean.videos.auc, 3)), mean under "
        + "perturbation \(TableCell.number(mean.auc, 3)); worst under "
        + "\(worst?.perturbation.title ?? "-") with \(TableCell.number(worst?.mean.auc, 3)).",
      x: PlotAxis("level (0 is clean)", numbers: .whole, range: 0...Double(levels.last ?? 5)),
      y: PlotAxis("AUC by video", range: min(0.5, (lowest * 10).rounded(.down) / 10)...1),
      lines: lines, guides: lowest < 0.55 ? [.horizontal(0.5)] : [])
  }

  /// Writes the plot as an SVG file.
  package func writePlot(to path: String) throws {
    guard let drawing = plot.drawing else {
      throw RobustnessError(.noResult, "\(path): there is no AUC to draw")
    }
    try AtomicFile.write(text: drawing.file, to: path)
  }
}
