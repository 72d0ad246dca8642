import CommandParts
import ArgumentParser
import PipelineConfiguration
import Contract
import Diagnosis
import Evaluation
import Foundation
import Judging
import ModelFiles
import NeuralNetwork
import PrintableText
import RunReports
import Terminal
import TrainingData
import Workers

struct RepairCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "repair",
    abstract:
      "Restores a model's BatchNorm statistics or the order of its classes, without training.",
    discussion: """
      Examples:
        trainer repair baseline_student.pkl --store /data/dfdc-faces --output fixed_deepfake_model.pt
        trainer repair model.pth --store faces --output fixed.pt --frames 4 --split hash
        trainer repair sorted_by_name.pth --store faces --output fixed.pt --swap-classes
        trainer repair gan.pth --key discriminator --store faces --output fixed.pt
        trainer repair model.pth --store faces --output fixed.pt --json repair.json

      For models whose weights are right and whose statistics are missing, reset or ruined (see \
      `trainer diagnose`). Every BatchNorm layer gets the mean and variance of its true input over \
      all crops of the training side, layer after layer. Then temperature and threshold are fitted on \
      the validation side, and the model must not be broken. The file keeps the names of the \
      network it came from and loads with load_state_dict(strict=True). A file beside it has the \
      metrics before and after: fixed_training_info.json beside fixed_deepfake_model.pt.

      A file of this trainer says how its data was split. For other files the data is split again, \
      and the model may have been trained on the videos that it is measured on.

      With --swap-classes the two answers are exchanged: for models whose answers are fake and real, in \
      this order, as from programs that sort folders by name. Sound statistics are kept then.

      A head of Linear, BatchNorm and Linear can have its ReLU before or after BatchNorm. If \
      neither the file nor --head-order says which, nothing is repaired: statistics for the wrong \
      order would be wrong. A network with one output (sigmoid) is written with two that give the \
      same answers.

      Exit codes: 0 the model is sound; 1 failed, the model needs training, or the repaired one is broken \
      and was not written; 4 written, but the data can't tell whether it is a detector, and the file \
      says so; 64 wrong usage; 129, 130 or 143 stopped by SIGHUP, Ctrl-C or SIGTERM.
      """)

  enum Split: String, ExpressibleByArgument, CaseIterable {
    case dataset, hash
  }

  @Argument(help: "The model file.", completion: .file())
  var model: String

  @OptionGroup var reading: ModelReadingOptions

  @Option(
    help: "A shard store of crops like those the model was trained on.", completion: .directory)
  var store: String

  @Option(help: "The model file to write.", completion: .file())
  var output: String

  @Option(help: "Crops of each video that are used; 0 is all. (default: as in training, or all)")
  var frames: Int?

  @Option(help: "Source of the split, dataset or hash, if the file doesn't say.")
  var split = Split.dataset

  @Option(help: "Side of the network's input in pixels, if not that of the crops.")
  var inputSize: Int?

  @Option(help: "Workers that share the crops; 0 is one per core.")
  var workers = 0

  @Option(help: "Mebibytes for feature maps between passes; more saves computations.")
  var cache = 1024

  @Flag(help: "Exchange the two answers: real becomes fake, and fake real.")
  var swapClasses = false

  @Flag(help: "Repair a sound model too; write the result even if it is broken.")
  var force = false

  @OptionGroup var json: JSONOption

  func validate() throws {
    guard (0...1024).contains(workers) else {
      throw ValidationError("--workers: expected 0...1024, got \(workers)")
    }
    guard (0...1_000_000).contains(frames ?? 0) else {
      throw ValidationError("--frames: expected 0...1000000, got \(frames ?? 0)")
    }
    guard (0...1 << 20).contains(cache) else {
      throw ValidationError("--cache: expected 0...1048576 mebibytes, got \(cache)")
    }
    guard !output.isEmpty, !output.hasSuffix("/") else {
      throw ValidationError("--output: expected a file such as model.pt, got '\(output)'")
    }
  }

  func run() throws {
    let destination = try json.begin()
    try MemoryCheck.start(workers: workers, reading: model)
    let (file, diagnosis) = DiagnoseCommand.diagnose(model, reading.choices)
    if let architecture = try? file?.network().architecture {
      try MemoryCheck.inference(architecture, workers: workers, copies: 5)
    }
    if diagnosis.network != nil, let obstacle = try file?.network().obstacle {
      throw CommandError("\(model): can't be repaired: \(obstacle)" + orderAdvice(file))
    }
    switch diagnosis.condition {
    case .repairable:
      let isSwapped = diagnosis.findings.contains {
        $0.identifier == .swappedClasses && $0.outcome == .failed
      }
      if isSwapped, !swapClasses, !force { throw swapRefusal() }
    case .swappedClasses, .sound, .undecided, .misbehaving:
      // The model's answers count more than the class names in its file.
      if !force, !swapClasses { return try judge(file, diagnosis, destination) }
    case .needsTraining:
      if diagnosis.findings.contains(where: { $0.identifier == .neverTrained }) {
        throw CommandError(
          "\(model): the network was never trained: there is nothing to repair. Train one: trainer "
            + "train pipelines/dfdc.yaml --store \(store.shellWord)")
      }
      throw CommandError(
        "\(model): weights are missing, ruined or were never trained, which no statistics give back. "
          + training(file))
    case .otherHead, .otherStem, .otherNetwork, .foreignFile, .unreadable: throw refusal(diagnosis)
    }
    guard let file else { throw refusal(diagnosis) }
    let target = CommandLinePath.absolute(output)
    guard target != CommandLinePath.absolute(model) else {
      throw ValidationError("--output: the broken file is kept; name another one")
    }
    try OutputPath.check(target)
    let console = ConsoleObserver()
    let subject = try SubjectModel(file)
    let repair = try ModelRepair(
      subject, diagnosis,
      ModelRepair.Settings(
        store: CommandLinePath.absolute(store), frames: frames,
        split: split == .hash ? .hash : .dataset,
        inputSize: inputSize, workers: workers, cacheBytes: MemoryCheck.cache(cache << 20),
        estimatesStatistics: diagnosis.condition == .repairable || force && !swapClasses,
        swapsClasses: swapClasses), observer: console)
    // The last verdict printed is that of the repaired model; this is the one before.
    StandardOutput.write("Before     \(diagnosis.verdict.rawValue): \(diagnosis.summary)".printable)
    StandardOutput.write(repair.dataSummary)
    let outcome = try console.exiting { try repair.run(force: force, to: target) }
    report(outcome, subject, target)
    try destination?.write(
      Result(
        model: model, verdict: outcome.information.verdict,
        output: outcome.isWritten ? target : nil, information: outcome.information),
      format: "repair/1")
    try outcome.information.verdict.endCommand()
  }

  /// Judges a file that needs no repair on the store, and says what could be done.
  private func judge(
    _ file: NetworkFile?, _ diagnosis: ModelDiagnosis, _ destination: ResultDestination?
  ) throws {
    guard let file else { throw refusal(diagnosis) }
    let console = ConsoleObserver()
    let subject = try SubjectModel(file)
    let trial = try console.exiting {
      try ModelTrial(
        subject, store: CommandLinePath.absolute(store), frames: frames ?? 8, inputSize: inputSize,
        workers: workers, observer: console)
    }
    var diagnosis = diagnosis
    diagnosis.add(
      trial.findings, ranksFakesHigher: trial.ranksFakesHigher, leansRight: trial.leansRight)
    let result = DiagnosisResult(
      model: model, diagnosis: diagnosis, predictions: trial.summary)
    StandardOutput.write(result.judgement)
    try destination?.write(
      Result(model: model, verdict: diagnosis.verdict, diagnosis: result), format: "repair/1")
    if diagnosis.condition == .swappedClasses { throw swapRefusal() }
    StandardOutput.write(
      "\nThere is nothing to repair. --force estimates the statistics anew, for instance on "
        + "another data set.")
    try diagnosis.verdict.endCommand()
  }

  private struct Result: Encodable {
    /// Path of the broken file.
    var model: String
    /// Verdict on the repaired model, or on the unchanged one if there was nothing to repair.
    var verdict: ModelVerdict
    /// Path of the repaired file; nil if none was written.
    var output: String?
    /// Content of the information file; nil if there was nothing to repair.
    var information: RepairInformation?
    /// Diagnosis of the unchanged file, if there was nothing to repair.
    var diagnosis: DiagnosisResult?
  }

  /// Advice for a head whose layers can be in two orders.
  private func orderAdvice(_ file: NetworkFile?) -> String {
    guard case .ambiguous? = try? file?.network().head else { return "" }
    return
      ". Statistics that are estimated for the wrong order are wrong. If BatchNorm comes before "
      + "ReLU, run again with --head-order \(HeadOrder.batchNormFirst.rawValue)"
  }

  private func swapRefusal() -> CommandError {
    CommandError(
      "\(model): its answers are fake and real, in this order; run again with --swap-classes to "
        + "exchange them, or with --force if the file says so wrongly")
  }

  private func report(_ outcome: ModelRepair.Outcome, _ subject: SubjectModel, _ target: String) {
    StandardOutput.write(RepairTable(outcome.information).render())
    if outcome.isWritten, !subject.file.container.isEmpty {
      StandardOutput.write(
        "Note: in the broken file the weights were under "
          + "'\(subject.file.container.joined(separator: "/"))'; the repaired one is a plain "
          + "state_dict.")
    }
    if outcome.isWritten, let single = subject.network.singleOutput {
      StandardOutput.write(
        "Note: the network had one output, z, taken as the answer \(single.label.rawValue); the "
          + "repaired one has two, whose softmax is z's sigmoid: it loads into the same network with "
          + "two outputs in its last layer.")
    }
    StandardOutput.write("\n" + outcome.information.verdict.line(outcome.information.summary))
    if outcome.isWritten { StandardOutput.write("Model      \(target)") }
    if let path = outcome.informationPath { StandardOutput.write("Details    \(path)") }
  }

  private func refusal(_ diagnosis: ModelDiagnosis) -> CommandError {
    CommandError("\(model): can't be repaired: \(diagnosis.summary)")
  }

  /// Advice for a file whose weights only training can restore.
  private func training(_ file: NetworkFile?) -> String {
    if let obstacle = file?.startingObstacle {
      return "Training can't start from it either: \(obstacle.message)"
    }
    var settings = "--set network.initialWeights=\(model)"
    if let key = reading.key { settings += " --set network.initialWeightsKey=\(key)" }
    if let width = try? file?.network().architecture.width, width != ResNet18Architecture().width {
      settings += " --set network.width=\(width)"
    }
    if file?.isStartWithGaps == true { settings += " --set network.initialWeightsGaps=true" }
    return
      "Train from its weights:\n  trainer train pipelines/dfdc.yaml --store \(store.shellWord) "
      + settings
  }
}
