import Contract
import Foundation
import ModelFiles
import ShardStoreFixtures
import TestSupport
import Testing

/// The trainer as a user runs it, with settings that make a step take milliseconds.
struct TrainingRun {
  /// The folder of the run.
  let folder: String
  var store = TrainingStore.folder
  var workers = 2
  /// Settings besides `small`; later ones win.
  var settings: [String] = []
  /// Whether a model is exported even if it is broken.
  var isForced = false

  /// A narrow network, augmentation, dropout and a running mean; 60 steps, checkpoints at odd places.
  static let small = [
    "network.width=8", "network.inputSize=32", "network.hidden=16", "batchSize=8", "epochs=3",
    "stepsPerEpoch=20", "checkpoints.everySteps=7", "checkpoints.everyMinutes=0",
    "checkpoints.keep=3", "data.validationShare=0.25", "data.testShare=0.25",
    "validation.everyEpochs=1", "validation.bootstrap=50", "optimizer.emaDecay=0.9",
    "optimizer.kind=sgd", "optimizer.learningRate=0.05", "optimizer.weightDecay=0.0001",
    "schedule.warmupEpochs=0.5", "data.split=hash", "network.synchronizedBatchNorm=false",
  ]

  var model: String { folder + "/model.pt" }
  var metrics: String { folder + "/metrics.csv" }
  var checkpoints: CheckpointFolder { CheckpointFolder(folder + "/checkpoints", keep: 3) }

  /// The step of the latest checkpoint; 0 before the first.
  var savedStep: Int { checkpoints.steps.last ?? 0 }

  /// The executable lies beside the test bundle.
  static var trainer: URL {
    URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
      .appendingPathComponent("trainer")
  }

  /// Runs any command of the trainer.
  static func command(
    _ arguments: [String], whileRunning: (pid_t) throws -> Void = { _ in }
  ) throws -> BuiltExecutable.Outcome {
    try BuiltExecutable.run(arguments, program: trainer, whileRunning: whileRunning)
  }

  /// `train`, with the arguments of this run.
  func train(
    _ flags: [String] = [], whileRunning: (pid_t) throws -> Void = { _ in }
  ) throws -> BuiltExecutable.Outcome {
    try Self.command(arguments + flags, whileRunning: whileRunning)
  }

  /// Expects that the same command, in one process, goes on from the last checkpoint.
  func expectToGoOn() throws {
    let saved = savedStep
    let outcome = try train { process in
      while savedStep <= saved, kill(process, 0) == 0 { usleep(500) }
      kill(process, SIGTERM)
    }
    #expect(outcome.output.contains("step \(saved) of"), "\(outcome.output) \(outcome.errors)")
    #expect(savedStep > saved)
  }

  /// What `train` is called with.
  var arguments: [String] {
    ["train", "pipelines/demo.yaml", "--store", store, "--run", folder, "--workers", "\(workers)"]
      + (Self.small + settings).flatMap { ["--set", $0] } + (isForced ? ["--force"] : [])
  }

  /// How an undisturbed run ends: three people on each side are too few to call any model sound.
  var expectedStatuses: [Int32] { isForced ? [3, 4] : [4] }

  /// `train`, ended by a signal a moment after the checkpoint of `step` or a later one is there.
  func train(
    signalled signal: Int32, afterStep step: Int, moment: TimeInterval = 0
  ) throws -> BuiltExecutable.Outcome {
    try train { process in
      while savedStep < step, kill(process, 0) == 0 { usleep(500) }
      Thread.sleep(forTimeInterval: moment)
      kill(process, signal)
    }
  }

  func modelBytes() throws -> Data { try Data(contentsOf: URL(fileURLWithPath: model)) }

  /// Rows of `metrics.csv` without the header, as cells.
  func metricsRows() throws -> [[String]] {
    try String(contentsOfFile: metrics, encoding: .utf8).split(separator: "\n").dropFirst()
      .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
  }
}

/// Undisturbed runs that several tests compare with, each made once.
enum UndisturbedRun {
  static let adamW = ["optimizer.kind=adamw", "optimizer.learningRate=0.003"]

  static let oneWorker = make("one-worker", workers: 1)
  static let twoWorkers = make("two-workers", workers: 2)
  static let adamWTwoWorkers = make("adamw", workers: 2, settings: adamW)

  /// Half of the fakes are blended of real pictures, the others stand beside their originals, and half of
  /// the pictures are encoded as video.
  static let pairsTwoWorkers = make(
    "pairs", workers: 2,
    settings: [
      "selfBlending.share=0.5", "data.pairing=source", "augmentation.recompression=0.5",
    ])

  /// The stem and `layer1` never learn, the other stages at rates of their own, the head alone at first;
  /// batches have equal shares of two data sets. That is too little to learn from, but enough to compare.
  static let fineTunedTwoWorkers = make(
    "fine-tuned", workers: 2,
    settings: adamW + [
      "network.freezeStages=2", "network.freezeBackboneEpochs=1", "optimizer.layerDecay=0.6",
      "data.balanceBy=[dataset, method]",
    ], isForced: true)

  private static let root = FileManager.default.temporaryDirectory
    .appendingPathComponent("training-runs-\(getpid())").path

  private static let removal: Void = {
    atexit { try? FileManager.default.removeItem(atPath: UndisturbedRun.root) }
  }()

  private static func make(
    _ name: String, workers: Int, settings: [String] = [], isForced: Bool = false
  ) -> TrainingRun {
    _ = removal
    let run = TrainingRun(
      folder: root + "/" + name, workers: workers, settings: settings, isForced: isForced)
    do {
      let outcome = try run.train()
      if !run.expectedStatuses.contains(outcome.status) {
        Issue.record("training failed: \(outcome.status) \(outcome.output) \(outcome.errors)")
      }
    } catch {
      Issue.record("the trainer can't be run: \(error)")
    }
    return run
  }
}

/// All suites that run the trainer, one test after the other: most have kills or clocks in them.
@Suite(.serialized) struct TrainerTests {}
