import TrainingData
import SelfBlending
import TrainingRun
import Foundation
import PipelineConfiguration
import Contract
import Testing

/// The files in `pipelines/`.
@Suite struct PipelineFileTests {
  static let names = [
    "celebdf", "demo", "dfdc", "faceforensics", "folders", "pictures", "real-only",
  ]

  static func path(_ name: String) -> String {
    packageRoot.appendingPathComponent("pipelines/\(name).yaml").path
  }

  @Test func everyFileIsTested() throws {
    let folder = packageRoot.appendingPathComponent("pipelines").path
    let files = try FileManager.default.contentsOfDirectory(atPath: folder)
      .filter { $0.hasSuffix(".yaml") }
    #expect(files.sorted() == Self.names.map { "\($0).yaml" })
  }

  @Test(arguments: names)
  func hasTheDefaults(name: String) throws {
    var expected = ExtractConfiguration(
      dataset: ["demo", "pictures", "real-only"].contains(name)
        ? .folders : try #require(.init(rawValue: name)))
    if ["pictures", "real-only"].contains(name) { expected.label = .real }
    expected.detection.weights = packageRoot.appendingPathComponent("weights/mtcnn").path
    if name == "demo" {
      expected.input = packageRoot.appendingPathComponent("demo/clips").path
      expected.store = packageRoot.appendingPathComponent("demo/store").path
      expected.sampling.framesPerVideo = 8
      expected.tracks.maximumPerVideo = 1
    }
    #expect(try ExtractConfiguration(contentsOf: Self.path(name)) == expected)
  }

  /// What the data sets train with, where it isn't the default.
  @Test(arguments: names)
  func trainsWithTheSettingsOfItsDataSet(name: String) throws {
    var expected = TrainingSettings()
    expected.epochs = 30
    expected.schedule.warmupEpochs = 1
    expected.data.framesPerVideo = 16
    expected.validation.selection = .oneStandardError
    if name == "demo" {
      #expect(try TrainingSettings(contentsOf: Self.path(name)) == demo(expected))
      return
    }
    expected.selfBlending.share = 0.5
    expected.selfBlending.changedFace = 0.9
    expected.selfBlending.downscale = 0.85
    expected.data.pairing = .source
    expected.network.dropout = 0.2
    expected.network.synchronizedBatchNorm = true
    expected.augmentation.recompression = 0.3
    expected.optimizer.kind = .adamw
    expected.optimizer.learningRate = 0.001
    expected.optimizer.weightDecay = 0.05
    switch name {
    case "dfdc":
      expected.epochs = 12
      expected.stepsPerEpoch = 2000
      expected.data.validationShare = 0.03
      expected.data.testShare = 0.05
      expected.schedule.warmupEpochs = 0.5
      expected.validation.patience = 4
    case "celebdf":
      expected.epochs = 25
    case "folders", "pictures":
      expected.selfBlending.share = 1
      expected.data.pairing = .none
      expected.network.head = .linear
      expected.optimizer.emaDecay = 0.99
    case "real-only":
      expected.selfBlending.share = 1
      expected.data.pairing = .none
      expected.network.head = .linear
      expected.network.dropout = 0.5
      expected.optimizer.emaDecay = 0.99
    default:
      break
    }
    #expect(try TrainingSettings(contentsOf: Self.path(name)) == expected)
  }

  private func demo(_ usual: TrainingSettings) -> TrainingSettings {
    var demo = usual
    demo.store = packageRoot.appendingPathComponent("demo/store").path
    demo.run = packageRoot.appendingPathComponent("demo/run").path
    demo.epochs = 30
    demo.batchSize = 32
    demo.network.width = 16
    demo.network.hidden = 64
    demo.network.dropout = 0.2
    demo.network.inputSize = 96
    demo.network.synchronizedBatchNorm = true
    demo.data.validationShare = 0.34
    demo.data.testShare = 0
    demo.data.framesPerVideo = 0
    demo.augmentation.jpeg = 0.2
    demo.augmentation.noise = 0.1
    demo.augmentation.blur = 0.05
    demo.augmentation.downscale = 0.05
    demo.augmentation.erasing = 0
    demo.optimizer.kind = .adamw
    demo.optimizer.learningRate = 0.001
    demo.optimizer.weightDecay = 0.02
    demo.optimizer.emaDecay = 0.98
    demo.schedule.warmupEpochs = 3
    demo.validation.everyEpochs = 10
    demo.validation.selection = .lowest
    demo.validation.patience = 0
    demo.checkpoints.everyMinutes = 1
    demo.checkpoints.keep = 2
    return demo
  }

  /// The trainer reads what the extractor wrote.
  @Test func demoGoesOnWithItsOwnStore() throws {
    let path = Self.path("demo")
    #expect(
      try TrainingSettings(contentsOf: path).store == ExtractConfiguration(contentsOf: path).store
    )
  }

  /// Without its comments, a pipeline file is what rendering its configurations gives, but for paths.
  @Test(arguments: names)
  func namesEveryKeyInOrder(name: String) throws {
    let text = try String(contentsOfFile: Self.path(name), encoding: .utf8)
    func keys(_ yaml: String) -> [String] {
      yaml.split(separator: "\n")
        .map { $0.prefix { $0 != "#" } }
        .filter { $0.contains(":") }
        .map { String($0.prefix { $0 != ":" }) }
    }
    let path = Self.path(name)
    let rendered =
      try ExtractConfiguration(contentsOf: path).yaml + TrainingSettings(contentsOf: path).yaml
    #expect(keys(text) == keys(rendered))
  }

  @Test(arguments: names)
  func opensWithPurposeAndCommand(name: String) throws {
    let text = try String(contentsOfFile: Self.path(name), encoding: .utf8)
    let head = text.prefix { $0 != "\n" }
    #expect(head.hasPrefix("# ") && head.hasSuffix("."))
    #expect(text.contains("#   swift run -c release extractor run pipelines/\(name).yaml"))
    #expect(text.contains("#   swift run -c release trainer train pipelines/\(name).yaml"))
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 100 })
  }
}
