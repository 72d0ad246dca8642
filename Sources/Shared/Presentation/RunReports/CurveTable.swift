internal import Files
package import TrainingRun

/// Reads the learning curve from `metrics.csv` of a run.
package enum CurveTable {
  /// Size of the largest table that is read.
  private static let maximumBytes = 64 << 20

  private static let columns = [
    "step", "epoch", "learning_rate", "training_loss", "training_accuracy", "images_per_second",
    "wait_share", "validation_frame_log_loss", "validation_frame_auc",
    "validation_video_log_loss", "validation_video_auc", "validation_balanced_accuracy",
    "validation_share_fake",
  ]

  package static func read(_ path: String) throws -> [EpochRecord] {
    var records: [EpochRecord] = []
    try CSVTable.read(path, columns: columns, maximumBytes: maximumBytes) {
      (cells, line) throws(FileError) in
      guard let record = record(cells) else {
        throw FileError.malformed(
          path, line: line, "expected the numbers of an epoch, got \(cells.prefix(4))")
      }
      records.append(record)
    }
    return records
  }

  /// The record of a row; an empty cell is a number that wasn't measured.
  private static func record(_ cells: [String]) -> EpochRecord? {
    let numbers = cells.map { Double($0) }
    guard let step = Int(cells[0]), let epoch = Int(cells[1]), let rate = numbers[2],
      let loss = numbers[3], zip(cells, numbers).allSatisfy({ $0.isEmpty || $1 != nil })
    else { return nil }
    let validation = ValidationRecord(
      frameLogLoss: numbers[7], frameAUC: numbers[8], videoLogLoss: numbers[9],
      videoAUC: numbers[10], balancedAccuracy: numbers[11], shareFake: numbers[12])
    return EpochRecord(
      epoch: epoch, step: step, learningRate: rate, trainingLoss: loss,
      trainingAccuracy: numbers[4] ?? .nan, imagesPerSecond: numbers[5] ?? .nan,
      waitShare: numbers[6] ?? .nan,
      validation: numbers[7...].contains { $0 != nil } ? validation : nil)
  }
}
