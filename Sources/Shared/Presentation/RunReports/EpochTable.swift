internal import Foundation
internal import Terminal
package import TrainingRun

/// The learning curve as a table: one row per epoch, the best one marked.
package struct EpochTable {
  private static let columns: [(title: String, width: Int)] = [
    ("", 1), ("epoch", 5), ("step", 7), ("rate", 8), ("loss", 7), ("accuracy", 8),
    ("val frame", 9), ("val video", 9), ("AUC", 6), ("bal. acc.", 9), ("fake", 5),
    ("images/s", 8), ("wait", 4),
  ]

  /// Titles and rule of a table that grows during training.
  package static var heading: String {
    line(columns.map(\.title)) + "\n"
      + line(columns.map { String(repeating: "-", count: $0.width) })
  }

  package static func row(_ record: EpochRecord, isBest: Bool) -> String {
    let validation = record.validation
    return line([
      isBest ? "*" : "", "\(record.epoch)", "\(record.step)",
      String(format: "%.2e", record.learningRate), TableCell.number(record.trainingLoss, 4),
      TableCell.percent(record.trainingAccuracy), TableCell.number(validation?.frameLogLoss, 4),
      TableCell.number(validation?.videoLogLoss, 4), TableCell.number(validation?.videoAUC, 3),
      TableCell.number(validation?.balancedAccuracy, 3), TableCell.percent(validation?.shareFake),
      TableCell.number(record.imagesPerSecond, 1), TableCell.percent(record.waitShare),
    ])
  }

  /// The whole table.
  package static func render(_ progress: TrainingProgress) -> String {
    ([heading]
      + progress.history.map { row($0, isBest: $0.step == progress.best?.step) })
      .joined(separator: "\n")
  }

  private static func line(_ cells: [String]) -> String {
    zip(cells, columns).map { cell, column in
      String(repeating: " ", count: max(column.width - cell.count, 0)) + cell
    }.joined(separator: "  ")
  }
}
