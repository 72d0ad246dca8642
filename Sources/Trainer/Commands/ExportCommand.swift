import CommandParts
import ArgumentParser
import PipelineConfiguration
import Contract
import CrossValidation
import Evaluation
import Foundation
import Judging
import ModelFiles
import NeuralNetwork
import PrintableText
import Terminal
import TrainingData
import TrainingRun
import Workers

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Makes a model file from a checkpoint, or an ONNX model from a model file.",
    discussion: """
      Examples:
        trainer export --checkpoint runs/dfdc/checkpoints/best.pt --output fixed_deepfake_model.pt
        trainer export --checkpoint runs/dfdc/checkpoints/step-00012000.pt --output model.pt \\
          --safetensors --onnx model.onnx
        trainer export --checkpoint runs/dfdc/checkpoints/best.pt --output model.pt --json x.json
        trainer export --model runs/dfdc/model.pt --onnx model.onnx
        trainer export --model model.pt --onnx model.onnx --onnx-fold --json - | jq .verdict

      A checkpoint is judged as at the end of a training: temperature and threshold are fitted on \
      the validation side of the store that it was trained on (or of --store). Its information is \
      written beside it: training_info.json, or fixed_training_info.json beside \
      fixed_deepfake_model.pt.

      A model file contains its usage and its verdict: no store is needed, and nothing is measured \
      again. A file of another program contains neither; `trainer repair` makes a model from it. \
      The ONNX model contains everything that a program needs to use it (docs/onnx.md).

      Exit codes: 0 the model is sound; 1 it is broken and was not exported, or the export failed; \
      4 exported, but the data can't tell whether it is a detector, and the file says so; 64 wrong \
      usage; 129, 130 or 143 stopped by SIGHUP, Ctrl-C or SIGTERM.
      """)

  @Option(help: "The checkpoint, checkpoints/*.pt of a run.", completion: .file())
  var checkpoint: String?

  @Option(
    help: "A finished model instead, model.pt of a run, for --onnx.", completion: .file())
  var model: String?

  @Option(help: "The model file to write from a checkpoint.", completion: .file())
  var output: String?

  @Option(help: "The store, if it has been moved since.", completion: .directory)
  var store: String?

  @Flag(help: "Write the weights as safetensors too, beside the model.")
  var safetensors = false

  @OptionGroup var onnx: ONNXOptions

  @Flag(help: "Export the model even if it is broken.")
  var force = false

  @OptionGroup var json: JSONOption

  func validate() throws {
    switch (checkpoint, model) {
    case (nil, nil):
      throw ValidationError(
        "expected --checkpoint FILE --output FILE, or --model FILE --onnx FILE")
    case (_?, _?): throw ValidationError("--checkpoint, --model: expected one of them")
    case (_?, nil):
      guard let output else {
        throw ValidationError("--checkpoint: expected --output FILE as well")
      }
      guard !output.isEmpty, !output.hasSuffix("/") else {
        throw ValidationError("--output: expected a file such as model.pt, got '\(output)'")
      }
    case (nil, _?):
      guard onnx.onnx != nil else {
        throw ValidationError("--model: expected --onnx FILE as well")
      }
      let others = [
        ("--output", output != nil), ("--store", store != nil), ("--safetensors", safetensors),
      ]
      if let (name, _) = others.first(where: \.1) {
        throw ValidationError("\(name): for checkpoints only, and --model is a finished model")
      }
    }
  }

  func run() throws {
    if let model {
      try export(model: model)
    } else if let checkpoint, let output {
      try export(checkpoint: checkpoint, to: output)
    }
  }

  /// Exports a finished model as an ONNX model.
  private func export(model path: String) throws {
    let destination = try json.begin()
    try onnx.check(others: [("--model", path), ("--json", json.json)])
    try MemoryCheck.start(workers: 1, reading: path)
    let model = try ModelFile(contentsOf: path)
    let stated = model.metadata.verdict
    if let stated, stated.verdict == .broken, !force {
      throw CommandError(
        "\(path): its file says that the model is broken, so it is not exported (--force does it "
          + "anyway): \(stated.reason)")
    }
    let written = try onnx.write(model)
    StandardOutput.write(
      (stated.map { $0.verdict.line($0.reason) }
        ?? "The model's file, of an older version, doesn't say whether it can be trusted; trainer "
        + "evaluate measures it.").printable)
    written?.print()
    try destination?.write(
      ONNXResult(
        model: path, verdict: stated?.verdict, summary: stated?.reason, onnx: written),
      format: "onnx-export/1")
    try stated?.verdict.endCommand()
  }

  /// Exports a checkpoint as a model file, and optionally as an ONNX model.
  private func export(checkpoint: String, to output: String) throws {
    let destination = try json.begin()
    let model = CommandLinePath.absolute(output)
    let target = ModelExport.Target(
      model: model,
      safetensors: safetensors
        ? URL(fileURLWithPath: model).deletingPathExtension().path + ".safetensors" : nil,
      information: InformationFile.path(besideModel: model), replacesInformation: false)
    try onnx.check(others: [
      ("--checkpoint", checkpoint), ("--output", model), ("--safetensors", target.safetensors),
      ("the model's information", target.information), ("--json", json.json),
    ])
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
    let result = try console.exiting {
      try setup.findNearDuplicates(observer: console)
      try setup.findShortcuts(observer: console)
      let export = ModelExport(
        setup: setup, force: force, outOfFold: try outOfFold(setup, checkpoint), observer: console)
      return try export.run(
        saved, try export.answers(of: saved.evaluated), progress: learner.progress, to: target)
    }
    result.print()
    var written: ONNXOptions.Written?
    if result.isExported {
      written = try onnx.write(
        ModelFile(state: saved.evaluated, metadata: result.judgement.metadata))
      written?.print()
    }
    try destination?.write(Result(result, written), format: "export/1")
    try result.judgement.behaviour.verdict.endCommand()
  }

  /// The results of the folds, for a network that has learned from all of them; otherwise nil.
  private func outOfFold(_ setup: TrainingSetup, _ checkpoint: String) throws -> OutOfFold? {
    guard case .allFolds(let folds, _) = setup.division else { return nil }
    let run = URL(fileURLWithPath: CommandLinePath.absolute(checkpoint))
      .deletingLastPathComponent().deletingLastPathComponent().path
    return try CrossValidation(
      setup.configuration, recorded: setup.recorded, store: setup.catalog.directory, folder: run,
      folds: folds, force: force, observer: TrainingConsole()
    ).outOfFold()
  }

  private struct ONNXResult: Encodable {
    var model: String
    /// The verdict in the model's file; nil if there is none.
    var verdict: ModelVerdict?
    /// Reason for the verdict.
    var summary: String?
    var onnx: ONNXOptions.Written?
  }

  private struct Result: Encodable {
    var verdict: ModelVerdict
    /// Reason for the verdict, in one line.
    var summary: String
    /// Paths of the files; nil for those that were not written.
    var model: String?
    var safetensors: String?
    var information: String?
    /// The ONNX model; nil if none was requested or written.
    var onnx: ONNXOptions.Written?
    var validation: EvaluationReport
    var test: EvaluationReport?
    var behaviour: BehaviourCheck

    init(_ result: ModelExport.Result, _ onnx: ONNXOptions.Written?) {
      self.onnx = onnx
      verdict = result.judgement.behaviour.verdict
      summary = result.summary
      model = result.isExported ? result.target.model : nil
      safetensors = result.isExported ? result.target.safetensors : nil
      information = result.isInformationWritten ? result.target.information : nil
      validation = result.judgement.validation
      test = result.judgement.test
      behaviour = result.judgement.behaviour
    }
  }
}
