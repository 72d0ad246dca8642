import ArgumentParser
import Diagnosis
import Evaluation
import Foundation
import NeuralNetwork
import Reporting
import TerminalInterface
import TorchFiles
import TrainingData
import WorkerPool

struct DiagnoseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diagnose",
    abstract: "Says whether a model file can be trusted, what is missing and what to do.",
    discussion: """
      Examples:
        trainer diagnose baseline_student.pkl
        trainer diagnose model.pt --store /data/dfdc-faces
        trainer diagnose model.pt --json > diagnosis.json

      Reads PyTorch's zip and legacy files, safetensors, and Python pickles of NumPy arrays or \
      tensors, also with prefixes (module.) and inside containers (state_dict). Nothing in a file is \
      ever executed. The network is recognised by its entries: a ResNet18 of any width with a head of \
      one or two layers.

      With --store the model also judges real face crops: what share it calls fake, how its \
      confidence varies, whether it is better than chance.

      Exit codes: 0 the model is sound; 1 it is broken, can't be read, or is no ResNet18; 64 wrong \
      usage; 130 or 143 stopped by Ctrl-C or SIGTERM.
      """)

  @Argument(help: "The model file.", completion: .file())
  var model: String

  @Option(help: "A shard store: let the model judge its crops.", completion: .directory)
  var store: String?

  @Option(help: "Crops of each video that are judged; 0 is all.")
  var frames = 8

  @Option(help: "Side of the network's input in pixels, if not that of the crops.")
  var inputSize: Int?

  @Option(help: "Workers that share the pictures; 0 is one per core.")
  var workers = 0

  @Flag(help: "Print the diagnosis as JSON.")
  var json = false

  func validate() throws {
    guard (0...1024).contains(workers) else {
      throw ValidationError("--workers: expected 0...1024, got \(workers)")
    }
    guard (0...1_000_000).contains(frames) else {
      throw ValidationError("--frames: expected 0...1000000, got \(frames)")
    }
  }

  func run() throws {
    var diagnosis = Self.diagnose(model)
    var predictions: PredictionSummary?
    if let store, diagnosis.network != nil {
      let subject = try SubjectModel(contentsOf: model)
      let trial = try ModelTrial(
        subject, store: store, frames: frames, inputSize: inputSize, workers: workers)
      predictions = trial.summary
      diagnosis.add(
        diagnosis.verdict.isSound ? trial.findings : trial.findings.map(\.asConsequence))
    }
    let result = DiagnosisResult(model: model, diagnosis: diagnosis, predictions: predictions)
    StandardOutput.write(try json ? result.json() : result.text())
    if !diagnosis.verdict.isSound { throw ExitCode(1) }
  }

  /// The diagnosis of a file, also of one that can't be read.
  static func diagnose(_ path: String) -> ModelDiagnosis {
    do throws(TorchFileError) {
      return ModelDiagnosis(try ModelWeights.read(contentsOf: path))
    } catch {
      return ModelDiagnosis(unreadable: error)
    }
  }
}

extension ModelFinding {
  /// What predictions show of a model that is known to be broken: no news, and nothing to do about.
  fileprivate var asConsequence: ModelFinding {
    ModelFinding(
      identifier, .warning, measured: measured,
      meaning: meaning + " This may all come from what is broken.", subjects: subjects)
  }
}

/// What a model says of real crops.
struct PredictionSummary: Encodable {
  var store: String
  var crops: Int
  var videos: Int
  /// Share of the videos that are called fake.
  var shareFake: Double?
  /// Mean and standard deviation of the crops' probability of fake.
  var meanProbability: Double?
  var spread: Double?
  var videoAUC: Double?
  var videoAUCInterval: ConfidenceInterval?
  var balancedAccuracy: Double?
  var balancedAccuracyInterval: ConfidenceInterval?
}

/// A model that judges the crops of a store, as it is.
struct ModelTrial {
  let summary: PredictionSummary
  let findings: [ModelFinding]

  init(
    _ subject: SubjectModel, store: String, frames: Int, inputSize: Int?, workers: Int
  ) throws {
    let catalog = try SampleCatalog(directory: store, framesPerVideo: frames, workerCount: workers)
    let state = try subject.state(for: catalog, inputSize: inputSize)
    let interruption = Interruption { if $0 == .abandon { Foundation.exit(130) } }
    let judge = ModelJudge(
      catalog: catalog,
      validator: Validator(
        architecture: state.architecture, catalog: catalog,
        normalization: subject.normalization,
        workers: WorkerPool(workerCount: workers).workerCount),
      draws: 1000, seed: 1, interruption: interruption)
    let predictions = try judge.predict(
      state, videos: Array(catalog.videos.indices), name: "judging")
    guard !predictions.frames.isEmpty else {
      throw TrainerError("\(store): there is no face crop to judge; extract videos first")
    }
    let report = try judge.report(predictions, try subject.calibration())
    let behaviour = try judge.behaviour(
      state, side: ModelJudge.Side(predictions: predictions, report: report),
      presentEntries: state.entries.map(\.name), reloaded: nil)
    summary = PredictionSummary(predictions, report, store: store)
    findings = Self.findings(behaviour, report)
  }

  /// The checks that look at answers; those of entries and statistics are the diagnosis's own.
  private static let checks: Set<BehaviourFinding.Identifier> = [
    .outputFollowsInput, .predictsBothClasses, .confidenceSpread, .betterThanChance,
  ]

  private static func findings(
    _ behaviour: BehaviourCheck, _ report: EvaluationReport
  ) -> [ModelFinding] {
    var findings = behaviour.failures.filter { checks.contains($0.identifier) }.map { finding in
      ModelFinding(
        .predictions, .broken, measured: finding.measured, meaning: finding.meaning,
        advice: finding.advice)
    }
    if report.frames.invalid > 0 {
      findings.append(
        ModelFinding(
          .predictions, .broken,
          measured: "\(report.frames.invalid) of \(report.frames.count) answers are NaN",
          meaning: "The network computes no numbers for these pictures.",
          advice: "See the findings on statistics and weights."))
    }
    if let interval = report.intervals.videoAUC, interval.upper < 0.4 {
      findings.append(
        ModelFinding(
          .swappedClasses, .broken,
          measured: "AUC \(EpochTable.number(report.videos.auc, 3)): fakes score lower than reals",
          meaning:
            "The model tells the classes apart, but its output 0 seems to stand for fake and "
            + "1 for real.",
          advice: "Look at the class names of the training; the backend must read output 0 as fake."
        ))
    }
    return findings
  }
}

extension PredictionSummary {
  init(_ predictions: Validator.Predictions, _ report: EvaluationReport, store: String) {
    let temperature = report.calibration.temperature
    let values = predictions.frames.map { $0.labelled(temperature: temperature).probability }
      .filter { !$0.isNaN }
    let mean = values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    self.init(
      store: store, crops: predictions.frames.count, videos: report.videos.count,
      shareFake: report.videos.shareFake, meanProbability: mean,
      spread: mean.map { mean in
        (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
      },
      videoAUC: report.videos.auc, videoAUCInterval: report.intervals.videoAUC,
      balancedAccuracy: report.videos.balancedAccuracy,
      balancedAccuracyInterval: report.intervals.videoBalancedAccuracy)
  }
}
