import CommandParts
import ArgumentParser
import Diagnosis
import Evaluation
import Foundation
import Judging
import ModelFiles
import NeuralNetwork
import Reporting
import RunReports
import Terminal
import TrainingData
import Workers

struct DiagnoseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diagnose",
    abstract: "Shows whether a model file can be trusted, what is missing and what to do.",
    discussion: """
      Examples:
        trainer diagnose baseline_student.pkl
        trainer diagnose model.pt --store /data/dfdc-faces
        trainer diagnose model.pt --json diagnosis.json
        trainer diagnose model.pt --json - | jq .diagnosis.condition

      Reads PyTorch's zip and legacy files, whole modules and TorchScript too, safetensors, NumPy's \
      archives, and Python pickles of NumPy arrays or tensors, also packed by gzip or zip, in shards, \
      with prefixes (module.) and inside containers (state_dict). Nothing in a file is ever executed; \
      objects of other programs are ignored. The network is recognised by its entries: a ResNet18 \
      of any width with a head of one or two layers and one or two outputs. With another head or \
      first layer, the rest is diagnosed. If a file holds several networks, --key chooses one.

      With --store the model also judges face crops: which share it calls fake, how its confidence \
      varies, and whether it is better than chance.

      Exit codes: 0 the model is sound; 1 it is broken or can't be read; 4 it can't be told: it is no \
      ResNet18, or one with another head, the file is another program's, or the crops are of too few \
      people; 64 wrong usage; 129, 130 or 143 stopped by SIGHUP, Ctrl-C or SIGTERM.
      """)

  @Argument(help: "The model file.", completion: .file())
  var model: String

  @OptionGroup var reading: ModelReadingOptions

  @Option(help: "A shard store: let the model judge its crops.", completion: .directory)
  var store: String?

  @Option(help: "Crops of each video that are judged; 0 is all.")
  var frames = 8

  @Option(help: "Side of the network's input in pixels, if not that of the crops.")
  var inputSize: Int?

  @Option(help: "Workers that share the pictures; 0 is one per core.")
  var workers = 0

  @OptionGroup var json: JSONOption

  func validate() throws {
    guard (0...1024).contains(workers) else {
      throw ValidationError("--workers: expected 0...1024, got \(workers)")
    }
    guard (0...1_000_000).contains(frames) else {
      throw ValidationError("--frames: expected 0...1000000, got \(frames)")
    }
  }

  func run() throws {
    let destination = try json.begin()
    try MemoryCheck.start(workers: workers, reading: model)
    var (file, diagnosis) = Self.diagnose(model, reading.choices)
    var predictions: PredictionSummary?
    if let store, let file, (try? file.network())?.isComputable == true {
      let subject = try SubjectModel(file)
      if let architecture = try? file.network().architecture {
        try MemoryCheck.inference(architecture, workers: workers)
      }
      let console = ConsoleObserver()
      let trial = try console.exiting {
        try ModelTrial(
          subject, store: store, frames: frames, inputSize: inputSize, workers: workers,
          observer: console)
      }
      predictions = trial.summary
      diagnosis.add(
        trial.findings, ranksFakesHigher: trial.ranksFakesHigher, leansRight: trial.leansRight)
    }
    let result = DiagnosisResult(model: model, diagnosis: diagnosis, predictions: predictions)
    StandardOutput.write(result.text())
    try destination?.write(result, format: DiagnosisResult.format)
    try diagnosis.verdict.endCommand()
  }

  /// A file and its diagnosis; the file is nil if it can't be read.
  static func diagnose(
    _ path: String, _ choices: NetworkFile.Choices
  ) -> (file: NetworkFile?, diagnosis: ModelDiagnosis) {
    do throws(ModelFileError) {
      let file = try NetworkFile.recognize(path, choices)
      return (file, ModelDiagnosis(file))
    } catch {
      return (nil, ModelDiagnosis(unreadable: error))
    }
  }
}
