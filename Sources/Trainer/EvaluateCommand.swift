import ArgumentParser
import Evaluation
import Foundation
import Imaging
import ModelFiles
import NeuralNetwork
import PipelineConfiguration
import Reporting
import ShardStore
import TerminalInterface
import TrainingData
import VideoCatalog
import WorkerPool

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measures a model on a store, and checks that it behaves like one.",
    discussion: """
      Examples:
        trainer evaluate --model runs/dfdc/model.pt --store /data/dfdc-faces
        trainer evaluate --model runs/dfdc/model.pt --store /data/celebdf-faces --split all
        trainer evaluate --model model.pt --store faces --split validation --json result.json
        trainer evaluate --model model.pt --store faces --robustness --plot robustness.svg
        trainer evaluate --model model.pt --store faces --robustness --robustness-levels 1,3,5

      The split is the one that the model was trained with: the same people on the same side. With \
      --split all a store of another data set is measured whole. Temperature and threshold are those \
      in the model file; nothing is fitted here.

      With --robustness the same crops are judged once more for each perturbation and level of \
      DeeperForensics-1.0, damaged before they are brought to the network's size. That takes as long \
      as 36 evaluations of the frames it uses; fewer frames, levels or perturbations take less.

      Exit codes: 0 done; 1 failed; 3 the model failed its behaviour check; 64 wrong usage; 130 or \
      143 stopped by Ctrl-C or SIGTERM.
      """)

  enum Part: String, ExpressibleByArgument, CaseIterable {
    case test, validation, train, all
  }

  @Option(help: "The model file, model.pt of a run.", completion: .file())
  var model: String

  @Option(help: "The folder of the shard store.", completion: .directory)
  var store: String

  @Option(help: "The side of the split to measure.")
  var split = Part.test

  @Option(help: "Workers that share the pictures; 0 is one per core.")
  var workers = 0

  @Option(help: "Draws for the confidence intervals; 0 is none.")
  var bootstrap = 1000

  @Option(help: "Write the report as JSON into this file.", completion: .file())
  var json: String?

  @OptionGroup(title: "Robustness")
  var robustness: RobustnessOptions

  func validate() throws {
    guard (0...1024).contains(workers) else {
      throw ValidationError("--workers: expected 0...1024, got \(workers)")
    }
    guard (0...100_000).contains(bootstrap) else {
      throw ValidationError("--bootstrap: expected 0...100000, got \(bootstrap)")
    }
  }

  func run() throws {
    let file = try ModelFile(contentsOf: model)
    let metadata = file.metadata
    guard let score = VideoScore(rawValue: metadata.videoScore) else {
      throw TrainerError("\(model): unknown rule for the score of a video: \(metadata.videoScore)")
    }
    let catalog = try SampleCatalog(
      directory: store,
      framesPerVideo: metadata.provenance.settings["data.framesPerVideo"].flatMap(Int.init) ?? 0,
      workerCount: workers)
    guard catalog.description.geometry == metadata.geometry else {
      throw TrainerError(
        "\(store): its crops are not those that the model was trained on: expected "
          + "\(metadata.geometry), got \(catalog.description.geometry); extract the videos with the "
          + "model's geometry")
    }
    let videos = try chosenVideos(catalog, metadata)
    try checkRobustness(catalog, videos)
    let pool = WorkerPool(workerCount: workers)
    let interruption = Interruption { if $0 == .abandon { Foundation.exit(130) } }
    let validator = Validator(
      architecture: file.state.architecture, catalog: catalog,
      normalization: metadata.normalization, workers: pool.workerCount)
    let judge = ModelJudge(
      catalog: catalog, validator: validator, draws: bootstrap, seed: 1,
      interruption: interruption)
    let predictions = try judge.predict(file.state, videos: videos, name: split.rawValue)
    guard !predictions.frames.isEmpty else {
      throw TrainerError(
        "\(store): the \(split.rawValue) side has no picture; choose another --split")
    }
    let calibration = Calibration(
      score: score, temperature: metadata.temperature, threshold: metadata.threshold)
    let report = try judge.report(predictions, calibration)
    let behaviour = try judge.behaviour(
      file.state, side: ModelJudge.Side(predictions: predictions, report: report),
      presentEntries: file.state.entries.map(\.name), reloaded: nil)
    ResultTable(reports: [(split.rawValue, report)], behaviour: behaviour).print()
    StandardOutput.write("\n" + behaviour.verdictLine)
    try finish(report, behaviour) {
      RobustnessRun(
        catalog: catalog, validator: validator, pool: pool, grid: $0, interruption: interruption)
    } measure: {
      try $0.measure(file.state, videos: videos, calibration: calibration)
    }
    if !behaviour.passed { throw ExitCode(3) }
  }

  /// Throws where measuring on damaged pictures would come to nothing.
  @inline(never)
  private func checkRobustness(_ catalog: SampleCatalog, _ videos: [Int]) throws {
    guard try robustness.grid() != nil else { return }
    try RobustnessRun.check(catalog, videos: videos, side: split.rawValue)
    try RobustnessRun.check(output: robustness.plot)
    try RobustnessRun.check(output: json)
  }

  /// Judges damaged pictures if asked to, and writes the files.
  ///
  /// A function of its own: inside of `run` the optimizer of Swift 6.3 crashes on it.
  @inline(never)
  private func finish(
    _ report: EvaluationReport, _ behaviour: BehaviourCheck,
    makeRun: (RobustnessGrid) -> RobustnessRun,
    measure: (RobustnessRun) throws -> RobustnessReport
  ) throws {
    var damaged: RobustnessReport?
    if let grid = try robustness.grid() {
      let found = try measure(makeRun(grid))
      StandardOutput.write("\n" + found.table)
      if let plot = robustness.plot { try found.writePlot(to: plot) }
      damaged = found
    }
    if let json { try write(report, behaviour, damaged, to: json) }
  }

  /// Videos of the side, by the split that the model was trained with.
  private func chosenVideos(
    _ catalog: SampleCatalog, _ metadata: ModelMetadata
  ) throws -> [Int] {
    guard split != .all else { return Array(catalog.videos.indices) }
    let known = metadata.provenance.settings
    var settings = DataSplit.Settings()
    guard
      let source = known["data.split"].flatMap({ DataSplit.Source(rawValue: $0) }),
      let validationShare = known["data.validationShare"].flatMap(Double.init),
      let testShare = known["data.testShare"].flatMap(Double.init),
      let seed = known["seed"].flatMap(UInt64.init)
    else {
      throw TrainerError("\(model): it doesn't say how the data was split; use --split all")
    }
    settings.source = source
    settings.validationShare = validationShare
    settings.testShare = testShare
    settings.seed = seed
    if let trained = known["store.fingerprint"], trained != String(catalog.fingerprint, radix: 16) {
      FileHandle.standardError.write(
        Data(
          """
          Note: this is not the store that the model was trained on; groups new to it are split by \
          the same rule.\n
          """.utf8))
    }
    let sides = try DataSplit(catalog, settings: settings)
    switch split {
    case .train: return sides.train
    case .validation: return sides.validation
    case .test, .all: return sides.test
    }
  }

  private struct Result: Encodable {
    var model: String
    var store: String
    var split: String
    var report: EvaluationReport
    var behaviour: BehaviourCheck
    var robustness: RobustnessReport?
  }

  private func write(
    _ report: EvaluationReport, _ behaviour: BehaviourCheck, _ robustness: RobustnessReport?,
    to path: String
  ) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let result = Result(
      model: model, store: store, split: split.rawValue, report: report, behaviour: behaviour,
      robustness: robustness)
    try AtomicFile.write([UInt8](encoder.encode(result)), to: path)
  }
}
