internal import Reporting

/// The curves of a training: `metrics.csv` with a row per epoch, and TensorBoard events.
final class TrainingLog {
  private static let columns = [
    "epoch", "learning_rate", "training_loss", "training_accuracy", "images_per_second",
    "wait_share", "validation_frame_log_loss", "validation_frame_auc",
    "validation_video_log_loss", "validation_video_auc", "validation_balanced_accuracy",
    "validation_share_fake", "best",
  ]

  /// Paths of the curves.
  struct Files {
    let metrics: String
    let events: String

    init(_ directory: RunDirectory) {
      metrics = directory.files.metrics
      events = directory.files.events
    }
  }

  private let table: MetricsTable
  private let events: TensorBoardWriter

  /// - Parameter resumedStep: The last step whose rows are kept; nil for a new run.
  init(
    _ files: Files, resumedStep: Int?, configuration: String
  ) throws {
    table = try MetricsTable(
      path: files.metrics, columns: Self.columns, resumedStep: resumedStep)
    events = try TensorBoardWriter(folder: files.events, resumedStep: resumedStep)
    if resumedStep == nil {
      try events.text("configuration", "```yaml\n\(configuration)```", step: 0)
    }
  }

  /// Adds the record of an epoch.
  func append(_ record: EpochRecord, isBest: Bool) throws {
    let validation = record.validation
    let curves: [(column: String, tag: String, value: Double?)] = [
      ("learning_rate", "", record.learningRate),
      ("training_loss", "epoch/training_loss", record.trainingLoss),
      ("training_accuracy", "epoch/training_accuracy", record.trainingAccuracy),
      ("images_per_second", "epoch/images_per_second", record.imagesPerSecond),
      ("wait_share", "epoch/wait_share", record.waitShare),
      ("validation_frame_log_loss", "validation/frame_log_loss", validation?.frameLogLoss),
      ("validation_frame_auc", "validation/frame_auc", validation?.frameAUC),
      ("validation_video_log_loss", "validation/video_log_loss", validation?.videoLogLoss),
      ("validation_video_auc", "validation/video_auc", validation?.videoAUC),
      (
        "validation_balanced_accuracy", "validation/balanced_accuracy",
        validation?.balancedAccuracy
      ),
      ("validation_share_fake", "validation/share_fake", validation?.shareFake),
    ]
    var row: [String: MetricsValue] = [
      "epoch": .integer(record.epoch), "best": .integer(isBest ? 1 : 0),
    ]
    for curve in curves {
      guard let value = curve.value else { continue }
      row[curve.column] = .number(value)
      if !curve.tag.isEmpty { try events.scalar(curve.tag, value, step: record.step) }
    }
    try table.append(step: record.step, row)
    try events.flush()
  }

  /// Adds the result of a step.
  func append(_ outcome: StepOutcome, step: Int, _ throughput: Throughput) throws {
    try events.scalar("step/loss", outcome.loss, step: step)
    try events.scalar("step/learning_rate", Double(outcome.learningRate), step: step)
    try events.scalar("step/gradient_norm", outcome.gradientNorm, step: step)
    try events.scalar("step/images_per_second", throughput.imagesPerSecond, step: step)
    try events.scalar("step/wait_share", throughput.waitShare, step: step)
  }

  /// Writes everything to the disk.
  func flush() throws {
    try events.flush()
    try table.synchronize()
  }
}
