import Foundation
import Terminal

/// The learning curve as a table: one row per epoch, the best one marked.
struct EpochTable {
  private static let columns: [(title: String, width: Int)] = [
    ("", 1), ("epoch", 5), ("step", 7), ("rate", 8), ("loss", 7), ("accuracy", 8),
    ("val frame", 9), ("val video", 9), ("AUC", 6), ("bal. acc.", 9), ("fake", 5),
    ("images/s", 8), ("wait", 4),
  ]

  /// Titles and rule of the table that grows while training goes on.
  static var heading: String {
    line(columns.map(\.title)) + "\n"
      + line(columns.map { String(repeating: "-", count: $0.width) })
  }

  /// A row of the table.
  static func row(_ record: EpochRecord, isBest: Bool) -> String {
    let validation = record.validation
    return line([
      isBest ? "*" : "", "\(record.epoch)", "\(record.step)",
      String(format: "%.2e", record.learningRate), number(record.trainingLoss, 4),
      percent(record.trainingAccuracy), number(validation?.frameLogLoss, 4),
      number(validation?.videoLogLoss, 4), number(validation?.videoAUC, 3),
      number(validation?.balancedAccuracy, 3), percent(validation?.shareFake),
      number(record.imagesPerSecond, 1), percent(record.waitShare),
    ])
  }

  /// The whole table.
  static func render(_ progress: TrainingProgress) -> String {
    ([heading]
      + progress.history.map { row($0, isBest: $0.step == progress.best?.step) })
      .joined(separator: "\n")
  }

  static func number(_ value: Double?, _ digits: Int) -> String {
    guard let value else { return "-" }
    return String(format: "%.\(digits)f", value)
  }

  static func percent(_ value: Double?) -> String {
    guard let value else { return "-" }
    return String(format: "%.0f%%", 100 * value)
  }

  private static func line(_ cells: [String]) -> String {
    zip(cells, columns).map { cell, column in
      String(repeating: " ", count: max(column.width - cell.count, 0)) + cell
    }.joined(separator: "  ")
  }
}
