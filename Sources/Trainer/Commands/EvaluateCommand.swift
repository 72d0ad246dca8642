import CommandParts
import ArgumentParser
import PipelineConfiguration
import Contract
import Evaluation
import Imaging
import Judging
import ModelFiles
import NeuralNetwork
import Prediction
import PrintableText
import Reporting
import Robustness
import RunReports
import Terminal
import TrainingData
import Workers

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measures a model on a store, and checks that it behaves like a detector.",
    discussion: """
      Examples:
        trainer evaluate --model runs/dfdc/model.pt --store /data/dfdc-faces
        trainer evaluate --model runs/dfdc/model.pt --store /data/celebdf-faces --split all
        trainer evaluate --model model.pt --store faces --split validation --json result.json
        trainer evaluate --model model.pt --store faces --predictions videos.csv --by dataset,method
        trainer evaluate --model model.pt --store faces --json - | jq .report.videos.auc
        trainer evaluate --model model.pt --store faces --robustness --plot robustness.svg
        trainer evaluate --model model.pt --store faces --robustness --robustness-levels 1,3,5

      The split is the one that the model was trained with: the same people on the same side. With \
      --split all a store of another data set is measured whole. Temperature and threshold are those \
      in the model file; nothing is fitted here.

      Beside the AUC of videos, the table has the AUC of the faces' sharpness alone, and the share \
      of pairs of a real and a fake video of one person that are ranked right (docs/evaluation.md).

      With --predictions each video gets a row: its label, group, data set, method, compression, \
      original, number of crops, score, calibrated probability, verdict and blur. With --by there \
      is a table for each named property: a method's fakes are compared with all real videos, \
      those of a data set, a compression or a group with the real videos of the same one.

      With --robustness the same crops are judged again for each perturbation and level of \
      DeeperForensics-1.0, damaged before they are scaled to the network's size. That takes as \
      long as 36 evaluations of the frames it uses; fewer frames, levels or perturbations take less.

      Exit codes: 0 the model is sound; 1 it is broken, or the evaluation failed; 4 these videos can't \
      tell whether it is a detector; 64 wrong usage; 129, 130 or 143 stopped by SIGHUP, Ctrl-C or SIGTERM.
      """)

  enum Part: String, ExpressibleByArgument, CaseIterable {
    case test, validation, train, all
  }

  private static let names = Breakdown.Property.allCases.map(\.rawValue).joined(separator: ", ")

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

  @Option(
    help: ArgumentHelp(
      "Tables of metrics by some of \(names), separated by commas.", valueName: "list"))
  var by: String?

  @Option(
    help: ArgumentHelp(
      "Write a row for each video into this CSV file; - is standard output, in place of the text.",
      valueName: "file"),
    completion: .file(extensions: ["csv"]))
  var predictions: String?

  @OptionGroup var json: JSONOption

  @OptionGroup(title: "Robustness")
  var robustness: RobustnessOptions

  func validate() throws {
    guard (0...1024).contains(workers) else {
      throw ValidationError("--workers: expected 0...1024, got \(workers)")
    }
    guard (0...100_000).contains(bootstrap) else {
      throw ValidationError("--bootstrap: expected 0...100000, got \(bootstrap)")
    }
    _ = try properties()
    if predictions == "" {
      throw ValidationError("--predictions: expected a file, or - for standard output, got nothing")
    }
    if let predictions, predictions == json.json {
      throw ValidationError(
        "--predictions, --json: expected two files, got '\(predictions)' for both")
    }
  }

  /// The properties that --by names, in that order.
  private func properties() throws -> [Breakdown.Property] {
    try by?.split(separator: ",", omittingEmptySubsequences: false).map { name in
      guard
        let property = Breakdown.Property(rawValue: name.trimmingPrefix { $0 == " " }.description)
      else { throw ValidationError("--by: expected some of \(Self.names), got '\(name)'") }
      return property
    } ?? []
  }

  func run() throws {
    let destinations = Destinations(
      json: try json.begin(),
      predictions: try predictions.map { try ResultDestination($0, VideoTable.kind) })
    try MemoryCheck.start(workers: workers, reading: model)
    let file = try ModelFile(contentsOf: model)
    try MemoryCheck.inference(file.state.architecture, workers: workers)
    let catalog = try openStore(file.metadata)
    let videos = try chosenVideos(catalog, file.metadata)
    try run(file, catalog, videos: videos, file.metadata.calibration, destinations)
  }

  /// Destinations of results for programs; nil without the option.
  private struct Destinations {
    var json: ResultDestination?
    var predictions: ResultDestination?
  }

  private func openStore(_ metadata: ModelMetadata) throws -> SampleCatalog {
    let catalog = try SampleCatalog(
      directory: store, framesPerVideo: metadata.framesPerVideo, workerCount: workers)
    try metadata.check(catalog)
    for difference in metadata.recipeDifferences(from: catalog) {
      StandardError.write("Note: \(difference).")
    }
    return catalog
  }

  private func run(
    _ file: ModelFile, _ catalog: SampleCatalog, videos: [Int], _ calibration: Calibration,
    _ destinations: Destinations
  ) throws {
    let grid = try robustness.grid()
    if grid != nil { try checkRobustness(catalog, videos) }
    let pool = WorkerPool(workerCount: workers)
    let console = ConsoleObserver()
    let predictor = Predictor(
      architecture: file.state.architecture, catalog: catalog,
      normalization: file.metadata.normalization, workers: pool.workerCount)
    let judge = ModelJudge(
      catalog: catalog, predictor: predictor, draws: bootstrap, seed: 1, observer: console)
    let predictions = try console.exiting {
      try judge.predict(file.state, videos: videos, name: split.rawValue)
    }
    guard !predictions.frames.isEmpty else {
      throw CommandError(
        "\(store): the \(split.rawValue) side has no picture; choose another --split")
    }
    let report = try judge.report(predictions, calibration)
    let behaviour = try judge.behaviour(
      file.state,
      side: ModelJudge.Side(
        split.rawValue, predictions: predictions, report: report,
        novelty: isUnseen(catalog, file.metadata) ? .unseen : .learned),
      presentEntries: file.state.entries.map(\.name), reloaded: nil)
    StandardOutput.write(
      ResultTable(reports: [(split.rawValue, report)], behaviour: behaviour).render())
    let breakdowns = try self.breakdowns(predictions, calibration)
    let verdict = behaviour.verdict.considering(file.metadata.verdict)
    StandardOutput.write("\n" + verdict.line(behaviour.reason))
    if let stated = file.metadata.verdict, stated.verdict != .sound {
      StandardOutput.write(
        "The file says of itself: \(stated.verdict.rawValue). \(stated.reason)".printable)
    }
    var result = Result(
      model: model, store: store, split: split.rawValue,
      verdict: verdict, stated: file.metadata.verdict, report: report, behaviour: behaviour,
      by: breakdowns.isEmpty ? nil : breakdowns)
    if let destination = destinations.predictions {
      var table = VideoTable()
      try table.append(predictions, calibration)
      try destination.write(text: table.text())
    }
    if let grid {
      let run = RobustnessRun(
        catalog: catalog, predictor: predictor, pool: pool, grid: grid, observer: console)
      result.robustness = try console.exiting {
        try measureRobustness(run, file.state, videos, calibration)
      }
    }
    try destinations.json?.write(result, format: "evaluation/1")
    try verdict.endCommand()
  }

  /// Computes and prints the tables of --by.
  private func breakdowns(
    _ predictions: VideoPredictions, _ calibration: Calibration
  ) throws -> [Breakdown] {
    let properties = try self.properties()
    guard !properties.isEmpty else { return [] }
    let videos = try VideoPrediction.predictions(
      frames: predictions.frames, videosWithoutFaces: predictions.videosWithoutFaces,
      score: calibration.score, temperature: calibration.temperature)
    let breakdowns = properties.map {
      Breakdown(videos, by: $0, threshold: calibration.threshold, draws: bootstrap, seed: 1)
    }
    for breakdown in breakdowns {
      StandardOutput.write("\n" + BreakdownTable(breakdown).render())
    }
    StandardOutput.write("\n" + BreakdownTable.note)
    return breakdowns
  }

  /// Throws if perturbed crops can't be measured or the plot can't be written.
  ///
  /// A separate function that is not inlined, because inside `run` the optimizer of Swift 6.3
  /// crashes on it.
  @inline(never)
  private func checkRobustness(_ catalog: SampleCatalog, _ videos: [Int]) throws {
    try RobustnessRun.check(catalog, videos: videos, side: split.rawValue)
    try OutputPath.check(robustness.plot)
  }

  /// Measures the perturbed crops, prints the table and writes the plot.
  private func measureRobustness(
    _ run: RobustnessRun, _ state: NetworkState, _ videos: [Int], _ calibration: Calibration
  ) throws -> RobustnessReport {
    let report = try run.measure(state, videos: videos, calibration: calibration)
    StandardOutput.write("\n" + report.table)
    if let plot = robustness.plot { try report.writePlot(to: plot) }
    return report
  }

  /// Videos of the chosen side, by the split that the model was trained with.
  private func chosenVideos(
    _ catalog: SampleCatalog, _ metadata: ModelMetadata
  ) throws -> [Int] {
    guard split != .all else { return try allVideos(catalog) }
    guard let settings = metadata.splitSettings else {
      throw CommandError("\(model): it doesn't say how the data was split; use --split all")
    }
    let trained = metadata.provenance.settings["store.fingerprint"]
      .flatMap { UInt64($0, radix: 16) }
    if let trained, !catalog.hasFingerprint(trained) {
      StandardError.write(
        "Note: this is not the store that the model was trained on; groups new to it are split by "
          + "the same rule.")
    }
    let sides = try DataSplit(catalog, settings: settings)
    for warning in sides.warnings { StandardError.write("Warning: \(warning)".printable) }
    switch split {
    case .train: return sides.train
    case .validation: return sides.validation
    case .test, .all: return sides.test
    }
  }

  /// Whether the model has not learned from the chosen side: of its own store, only validation and
  /// test are new to it.
  private func isUnseen(_ catalog: SampleCatalog, _ metadata: ModelMetadata) -> Bool {
    guard split == .train || split == .all else { return true }
    let trained = metadata.provenance.settings["store.fingerprint"]
      .flatMap { UInt64($0, radix: 16) }
    return trained.map { !catalog.hasFingerprint($0) } ?? true
  }

  /// All videos except those whose pictures have both labels, for which no answer is right.
  private func allVideos(_ catalog: SampleCatalog) throws -> [Int] {
    let (leftOut, warning) = try EqualVideos(catalog).leftOut(of: catalog.videos)
    if let warning { StandardError.write("Warning: \(warning)".printable) }
    return catalog.videos.indices.filter { !leftOut.contains($0) }
  }

  private struct Result: Encodable {
    var model: String
    var store: String
    var split: String
    var verdict: ModelVerdict
    /// The verdict in the model's file.
    var stated: StatedVerdict?
    var report: EvaluationReport
    var behaviour: BehaviourCheck
    /// Tables by the properties that --by names.
    var by: [Breakdown]?
    var robustness: RobustnessReport?
  }
}
