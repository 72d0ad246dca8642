import Contract
import Foundation
import ModelFiles
import NeuralNetwork
import ShardStore
import TestSupport
import Testing

/// Models and videos for the detector, made once.
enum DetectorModels {
  /// The executable lies beside the test bundle.
  static var detector: URL {
    URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
      .appendingPathComponent("detector")
  }

  /// A folder that is removed at the end.
  static let folder: String = {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("detector-\(getpid())").path
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    atexit { try? FileManager.default.removeItem(atPath: DetectorModels.folder) }
    return folder
  }()

  /// The sample clips' faces, as pipelines/demo.yaml has them.
  static let store: String = {
    let store = folder + "/store"
    do {
      let outcome = try BuiltExecutable.extract("demo", input: SampleClips.folder, store: store)
      if outcome.status != 0 {
        Issue.record("the sample clips can't be extracted: \(outcome.errors)")
      }
    } catch {
      Issue.record("the sample clips can't be extracted: \(error)")
    }
    return store
  }()

  /// Writes a model with random weights that cuts faces out as a store's recipe says.
  static func write(
    to path: String, store: String = store, calibration: Calibration = Calibration(),
    verdict: StatedVerdict? = StatedVerdict(.sound, reason: "made for a test"),
    settings: [String: String] = [:], architecture kind: String = "linear",
    change: (inout NetworkState) -> Void = { _ in }
  ) throws {
    let recipe = try ShardReader(directory: store).description.recipe
    let architecture =
      switch kind {
      case "mlp":
        ResNet18Architecture(
          width: 16, inputSize: 96, head: .mlp(hidden: 24, batchNorm: true, dropout: 0.2))
      case "full":
        ResNet18Architecture(head: .mlp(hidden: 32, batchNorm: false, dropout: 0.5))
      default: ResNet18Architecture(width: 8, inputSize: 64, head: .linear)
      }
    var state = NetworkState(randomFor: architecture, seed: 5)
    change(&state)
    try ModelFile(
      state: state,
      metadata: ModelMetadata(
        architecture: architecture, recipe: recipe, normalization: .imageNet,
        calibration: calibration,
        provenance: .init(software: "test", epoch: 1, step: 1, settings: settings),
        verdict: verdict)
    ).write(to: path)
  }

  /// A sound model that decides every video.
  static let model: String = {
    let path = folder + "/model.pt"
    do {
      try write(to: path)
    } catch {
      Issue.record("the model can't be written: \(error)")
    }
    return path
  }()

  /// The paths of the sample clips.
  static let clips: [String] = {
    let paths = FileManager.default.enumerator(atPath: SampleClips.folder)?.compactMap {
      $0 as? String
    }
    return (paths ?? []).filter { $0.hasSuffix(".mp4") }.sorted().map {
      SampleClips.folder + "/" + $0
    }
  }()

  static func run(
    _ arguments: [String], whileRunning: (pid_t) throws -> Void = { _ in }
  ) throws -> BuiltExecutable.Outcome {
    try BuiltExecutable.run(arguments, program: detector, whileRunning: whileRunning)
  }

  /// Judges inputs and gives the lines of JSON as objects.
  static func answers(
    _ inputs: [String], model: String = model, flags: [String] = [], status: Int32 = 0
  ) throws -> [[String: Any]] {
    let outcome = try run(["predict", model] + inputs + ["--json", "-"] + flags)
    #expect(outcome.status == status, "\(outcome.output) \(outcome.errors)")
    return try outcome.output.split(separator: "\n").map { line in
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return try #require(object)
    }
  }
}
