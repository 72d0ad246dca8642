import ArgumentParser
import Configuration
import Contract
import CrossValidation
import Evaluation
import Foundation
import Judging
import ModelFiles
import NeuralNetwork
import Terminal
import TrainingData
import TrainingRun
import Workers

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Makes a model file of a checkpoint, judged as at the end of a training.",
    discussion: """
      Examples:
        trainer export --checkpoint runs/dfdc/checkpoints/best.pt --output fixed_deepfake_model.pt
        trainer export --checkpoint runs/dfdc/checkpoints/step-00012000.pt --output model.pt \\
          --safetensors
        trainer export --checkpoint runs/dfdc/checkpoints/best.pt --output model.pt --json export.json

      Temperature and threshold are fitted on the validation side of the store that the checkpoint \
      was trained on (or of --store). Beside the model stands its story: training_info.json, \
      fixed_training_info.json beside fixed_deepfake_model.pt.

      Exit codes: 0 the model is sound; 1 it is broken and was not exported, or the export failed; 4 \
      exported, but the data can't tell whether it is a detector, and the file says so; 64 wrong usage; \
      129, 130 or 143 stopped by SIGHUP, Ctrl-C or SIGTERM.
      """)

  @Option(help: "The checkpoint, checkpoints/*.pt of a run.", completion: .file())
  var checkpoint: String

  @Option(help: "The model file to write.", completion: .file())
  var output: String

  @Option(help: "The store, where it has moved since.", completion: .directory)
  var store: String?

  @Flag(help: "Write the weights as safetensors too, beside the model.")
  var safetensors = false

  @Flag(help: "Export the model even if it is broken.")
  var force = false

  @OptionGroup var json: JSONOption

  func validate() throws {
    guard !output.isEmpty, !output.hasSuffix("/") else {
      throw ValidationError("--output: expected a file such as model.pt, got '\(output)'")
    }
  }

  func run() throws {
    let destination = try json.begin()
    try MemoryCheck.start(workers: 0, reading: checkpoint)
    let saved = try Checkpoint(contentsOf: checkpoint)
    try MemoryCheck.inference(saved.state.architecture, workers: 0, copies: 5)
    let document = try ConfigurationDocument(
      yaml: saved.configuration, name: "\(checkpoint): configuration",
      folder: FileManager.default.currentDirectoryPath)
    let configuration = try TrainingSettings(document)
    guard let path = store.map(CommandLinePath.absolute) ?? configuration.store else {
      throw ValidationError("no store: say --store DIR")
    }
    var setup = try TrainingSetup(
      configuration, recorded: configuration.recorded, store: path,
      division: try saved.division(), joinsEqualVideos: saved.joinsEqualVideos)
    let learner = try Learner(
      saved, setup: setup, folder: CheckpointFolder(checkpoint, keep: 1))
    let console = ConsoleObserver()
    let model = CommandLinePath.absolute(output)
    let target = ModelExport.Target(
      model: model,
      safetensors: safetensors
        ? URL(fileURLWithPath: model).deletingPathExtension().path + ".safetensors" : nil,
      information: InformationFile.path(besideModel: model), replacesInformation: false)
    let result = try console.exiting {
      try setup.findNearDuplicates(observer: console)
      try setup.findShortcuts(observer: console)
      let export = ModelExport(
        setup: setup, force: force, outOfFold: try outOfFold(setup), observer: console)
      return try export.run(
        saved, try export.answers(of: saved.evaluated), progress: learner.progress, to: target)
    }
    result.print()
    try destination?.write(Result(result), format: "export/1")
    try result.judgement.behaviour.verdict.endCommand()
  }

  /// What the folds have shown, for the network that has learned from all of them; nil for any other.
  private func outOfFold(_ setup: TrainingSetup) throws -> OutOfFold? {
    guard case .allFolds(let folds, _) = setup.division else { return nil }
    let run = URL(fileURLWithPath: CommandLinePath.absolute(checkpoint))
      .deletingLastPathComponent().deletingLastPathComponent().path
    return try CrossValidation(
      setup.configuration, recorded: setup.recorded, store: setup.catalog.directory, folder: run,
      folds: folds, force: force, observer: TrainingConsole()
    ).outOfFold()
  }

  private struct Result: Encodable {
    var verdict: ModelVerdict
    /// What the verdict rests on, in one line.
    var summary: String
    /// The files that were written; nil where they were not.
    var model: String?
    var safetensors: String?
    var information: String?
    var validation: EvaluationReport
    var test: EvaluationReport?
    var behaviour: BehaviourCheck

    init(_ result: ModelExport.Result) {
      verdict = result.judgement.behaviour.verdict
      summary = result.summary
      model = result.isExported ? result.target.model : nil
      safetensors = result.isExported ? result.target.safetensors : nil
      information = result.isTold ? result.target.information : nil
      validation = result.judgement.validation
      test = result.judgement.test
      behaviour = result.judgement.behaviour
    }
  }
}
