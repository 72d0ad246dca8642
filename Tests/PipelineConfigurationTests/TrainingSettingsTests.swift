import Collectives
import TrainingRun
import Contract
import SelfBlending
import Testing
import TrainingData

@testable import PipelineConfiguration

@Suite struct TrainConfigurationTests {
  /// A configuration in which no setting has its default.
  static func unusual() -> TrainingSettings {
    var value = TrainingSettings()
    value.store = "/store \"a\""
    value.run = "/run: #1"
    value.workers = 3
    value.seed = 1 << 53
    value.epochs = 7
    value.batchSize = 6
    value.stepsPerEpoch = 100
    value.timeLimitSeconds = 5400
    value.network.width = 32
    value.network.head = .linear
    value.network.hidden = 8
    value.network.dropout = 0
    value.network.inputSize = 96
    value.network.initialWeights = "/weights/é\n"
    value.network.initialWeightsKey = "nets.critic"
    value.network.initialWeightsGaps = true
    value.network.synchronizedBatchNorm = true
    value.network.freezeBackboneEpochs = 2
    value.network.freezeStages = 3
    value.data.split = .hash
    value.data.validationShare = 0.1
    value.data.testShare = 0
    value.data.balance = .none
    value.data.balanceBy = [.method, .dataset]
    value.data.balanceRepeats = 2.5
    value.data.pairing = .source
    value.data.shuffleVideos = 1
    value.data.framesPerVideo = 15
    value.augmentation = augmentation()
    value.selfBlending = selfBlending()
    value.optimizer.kind = .adamw
    value.optimizer.learningRate = 0.1
    value.optimizer.layerDecay = 0.5
    value.optimizer.momentum = 0
    value.optimizer.nesterov = false
    value.optimizer.betas = [0.8, 0.30000000000000004]
    value.optimizer.epsilon = 1e-12
    value.optimizer.weightDecay = 0
    value.optimizer.clipNorm = 0
    value.optimizer.labelSmoothing = 0
    value.optimizer.emaDecay = 0
    value.optimizer.averageLast = 0.25
    value.schedule.warmupEpochs = 1.25
    value.schedule.finalShare = 0
    value.validation.everyEpochs = 2
    value.validation.videoScore = .meanLogit
    value.validation.selection = .oneStandardError
    value.validation.patience = 0
    value.validation.bootstrap = 0
    value.checkpoints.everyMinutes = 0
    value.checkpoints.everySteps = 20
    value.checkpoints.keep = 1
    value.communication.precision = .bfloat16
    return value
  }

  static func augmentation() -> AugmentationSettings {
    var value = AugmentationSettings()
    value.flip = 0
    value.jpeg = 1
    value.jpegQuality = 50...50
    value.noise = 0
    value.noiseSigma = 1...2
    value.blur = 0
    value.blurSigma = 0.1...0.2
    value.downscale = 0
    value.downscaleFactor = 0.5...1
    value.colour = 0
    value.brightness = 0
    value.contrast = 0
    value.saturation = 0
    value.affine = 0
    value.rotation = 0
    value.scale = 1...1
    value.shift = 0
    value.erasing = 0
    value.erasingArea = 0...0.5
    value.recompression = 0.25
    value.recompressionCRF = 30...30
    value.recompressionScale = 0.1...2
    return value
  }

  static func selfBlending() -> SelfBlendingSettings {
    var value = SelfBlendingSettings()
    value.share = 0.25
    value.face = 1
    value.hull = 0
    value.lowerHalf = 2
    value.mouth = 0
    value.nose = 3
    value.eyes = 0
    value.elastic = 0...0
    value.blur = 0...0.1
    value.inside = 0
    value.changedFace = 0.25
    value.full = 1
    value.strength = 0.5...0.5
    value.tint = 0
    value.tintShift = 1
    value.hue = 0
    value.hueTurn = 9
    value.saturation = 1
    value.contrast = 0
    value.contrastChange = 0
    value.downscale = 0
    value.downscaleFactor = 0.1...1
    value.sharpen = 0...4
    value.scale = 1...1
    value.rotation = 0
    value.shiftX = 0
    value.shiftY = 0
    return value
  }

  @Test func defaults() throws {
    #expect(try train("extract: [1, x]\ntrain:\n  data:\n") == TrainingSettings())
    #expect(try train("extract: {dataset: dfdc}") == TrainingSettings())
  }

  @Test func pathsStartAtTheFile() throws {
    let read = try train("train: {store: ./a/../b, run: /c/, network: {initialWeights: ../w.pth}}")
    #expect(read.store == "/data/pipelines/b")
    #expect(read.run == "/c")
    #expect(read.network.initialWeights == "/data/w.pth")
  }

  @Test func readsAFile() throws {
    let yaml = "extract: {dataset: dfdc}\ntrain: {epochs: 3, run: runs/a}\n"
    try withFile(Array(yaml.utf8)) { path in
      let read = try TrainingSettings(contentsOf: path, overrides: ["train.epochs=4"])
      #expect(read.epochs == 4)
      #expect(read.run == folder(of: path) + "/runs/a")
    }
  }

  @Test func renderingReadsBack() throws {
    let unusual = Self.unusual()
    let usual = TrainingSettings()
    let pairs = zip(unusual.lines, usual.lines)
    #expect(pairs.allSatisfy { $0.key == $1.key && $0.value != $1.value }, "a setting is untested")
    #expect(try train(unusual.yaml) == unusual)
    #expect(try train(usual.yaml) == usual)
    #expect(usual.yaml.hasPrefix("train:\n  store: null\n  run: null\n  workers: 0\n"))
    #expect(usual.yaml.contains("  schedule:\n    warmupEpochs: 0.5\n"))
  }

  /// Files and checkpoints of older versions have `shuffleShards`.
  @Test func aReplacedSettingIsReadAndRendered() throws {
    let old = try train("train: {data: {shuffleShards: 5}}")
    #expect(old.data.shuffleShards == 5)
    #expect(old.resultSettings["data.shuffleShards"] == "5")
    #expect(old.resultSettings["data.shuffleVideos"] == nil)
    #expect(try train(old.yaml) == old)
    #expect(TrainingSettings().data.shuffleShards == nil)
    #expect(TrainingSettings().resultSettings["data.shuffleVideos"] == "4096")
    let both = #expect(throws: ConfigurationError.self) {
      try train("train:\n  data:\n    shuffleVideos: 3\n    shuffleShards: 5\n")
    }
    #expect(
      both?.description.contains(
        "'train.data.shuffleShards': was replaced by shuffleVideos, which is there too; remove it")
        == true)
  }

  /// Every stored property is rendered, in the order of the struct.
  @Test func everySettingIsRendered() {
    let names = settingNames(of: TrainingSettings()).map {
      $0 == "timeLimitSeconds" ? "timeLimit" : $0
    }
    // One that another setting replaced is rendered only where it is given.
    #expect(names.filter { $0 != "data.shuffleShards" } == TrainingSettings().lines.map(\.key))
  }

  @Test func overridesHaveTypes() throws {
    let set = [
      "timeLimit=1h30m", "optimizer.kind=adamw", "optimizer.learningRate=3e-4",
      "augmentation.jpegQuality=[30, 90]", "checkpoints={keep: 5}", "validation.videoScore=median",
    ]
    let read = try train("train: {checkpoints: {everySteps: 9}}", set: set)
    #expect(read.timeLimitSeconds == 5400)
    #expect(read.optimizer.kind == .adamw)
    #expect(read.optimizer.learningRate == 0.0003)
    #expect(read.augmentation.jpegQuality == 30...90)
    #expect(read.checkpoints.everySteps == 9)
    #expect(read.checkpoints.keep == 5)
    #expect(read.validation.videoScore == .median)
  }

  // MARK: Resuming

  /// The settings that may change when a run goes on; all others may not.
  static let harmless: Set<String> = [
    "store", "run", "workers", "timeLimit", "validation.bootstrap", "checkpoints.everyMinutes",
    "checkpoints.everySteps", "checkpoints.keep", "network.initialWeightsGaps",
  ]

  @Test func onlyHarmlessSettingsMayChange() {
    let usual = TrainingSettings()
    let differing = Self.unusual().differences(from: usual.resultSettings)
    let names = differing.map { String($0.prefix { $0 != ":" }) }
    let all = usual.lines.map(\.key)
    #expect(Self.harmless.isSubset(of: all))
    #expect(names == all.filter { !Self.harmless.contains($0) })
    // Without blends and recompression, how they would be made is of no influence, nor without parts the
    // bound on them.
    let isDetail = { (name: String) in
      name.hasPrefix("selfBlending.") && name != "selfBlending.share"
        || name.hasPrefix("augmentation.recompression") && name != "augmentation.recompression"
        || name == "data.balanceRepeats"
    }
    #expect(Set(usual.resultSettings.keys) == Set(names.filter { !isDetail($0) }))
    #expect(names.contains(where: isDetail))
    #expect(usual.differences(from: usual.resultSettings).isEmpty)
  }

  @Test func otherSpellingsAreNoDifference() throws {
    let yaml = """
      train:
        store: elsewhere
        timeLimit: 1h
        optimizer: {learningRate: 1e-2, betas: [0.90, +0.999], clipNorm: 1}
        augmentation: {jpegQuality: [40.0, 100]}
        schedule: {finalShare: .01}
      """
    let settings = try train(yaml).resultSettings
    #expect(TrainingSettings().differences(from: settings).isEmpty)
  }

  @Test func differencesNameBothValues() throws {
    let settings = try train("train: {network: {initialWeights: /w.pth}}").resultSettings
    let own = try train("train: {optimizer: {learningRate: 0.1}, data: {balance: none}}")
    #expect(
      own.differences(from: settings) == [
        "network.initialWeights: the checkpoint has \"/w.pth\", this run has null",
        "data.balance: the checkpoint has undersample, this run has none",
        "optimizer.learningRate: the checkpoint has 0.01, this run has 0.1",
      ])
  }

  @Test func differencesOfAForeignCheckpoint() {
    var settings = TrainingSettings().resultSettings
    settings["seed"] = nil
    settings["optimiser.\u{1B}[31m"] = String(repeating: "x", count: 1000) + "\n"
    settings["epochs"] = "20\u{7}"
    #expect(
      TrainingSettings().differences(from: settings) == [
        "seed: the checkpoint has no such setting, this run has 1",
        "epochs: the checkpoint has 20\\u{07}, this run has 20",
        "optimiser.\\u{1B}[31m: the checkpoint has \(String(repeating: "x", count: 200))…, "
          + "this run has no such setting",
      ])
    // Settings that older software didn't have were off in it.
    let all = TrainingSettings().differences(from: [:])
    #expect(all.count == TrainingSettings().resultSettings.count - 10)
  }

  /// Checkpoints of older software go on: what it didn't know was off.
  @Test func whatOlderSoftwareLacksWasOff() {
    var settings = TrainingSettings().resultSettings
    settings["data.pairing"] = nil
    settings["network.initialWeightsKey"] = nil
    settings["selfBlending.share"] = nil
    settings["validation.selection"] = nil
    settings["optimizer.averageLast"] = nil
    settings["augmentation.recompression"] = nil
    settings["data.balanceBy"] = nil
    settings["network.freezeStages"] = nil
    settings["optimizer.layerDecay"] = nil
    settings["communication.precision"] = nil
    #expect(TrainingSettings().differences(from: settings).isEmpty)
    var other = TrainingSettings()
    other.selfBlending.share = 0.5
    #expect(
      other.differences(from: settings).first
        == "selfBlending.share: the checkpoint has no such setting, this run has 0.5")
  }

  /// Pairs need an even number of pictures, and blends a part of the face.
  @Test func pairsAndBlendsAreChecked() {
    for (yaml, text) in [
      ("train: {batchSize: 7, data: {pairing: source}}", "expected an even number"),
      (
        "train: {selfBlending: {share: 1, face: 0, hull: 0, lowerHalf: 0, mouth: 0, nose: 0, eyes: 0}}",
        "one of the parts of a face"
      ),
    ] {
      let error = #expect(throws: ConfigurationError.self) { try train(yaml) }
      #expect(error?.description.contains(text) == true)
    }
  }
}
