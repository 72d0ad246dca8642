import PipelineConfiguration
import Testing

/// The exact words and places of what is wrong in the section `train:`.
@Suite struct TrainValueErrorTests {
  static let sections =
    "store, run, workers, seed, epochs, batchSize, stepsPerEpoch, timeLimit, network, data, "
    + "augmentation, selfBlending, optimizer, schedule, validation, checkpoints, "
    + "communication"

  @Test func misspeltKeys() {
    let yaml = "extract: {dataset: dfdc}\ntrain:\n  epoch: 3\n  optimizer:\n    learningrate: 1\n"
    #expect(
      trainFailure(yaml) == """
        x.yaml:3:3: unknown key 'epoch' in 'train'; did you mean 'epochs'? \
        known keys: \(Self.sections)
        x.yaml:5:5: unknown key 'learningrate' in 'train.optimizer'; did you mean 'learningRate'? \
        known keys: kind, learningRate, layerDecay, momentum, nesterov, betas, epsilon, \
        weightDecay, clipNorm, labelSmoothing, emaDecay, averageLast
        """)
    #expect(
      trainFailure("trian: {}\n")
        == "x.yaml:1:1: unknown key 'trian' at the top level; did you mean 'train'? "
        + "known keys: train, extract")
    #expect(
      trainFailure("train:\n  dropout: 0.1\n").hasPrefix(
        "x.yaml:2:3: unknown key 'dropout' in 'train'; did you mean 'train.network.dropout'?"))
  }

  @Test func overridesOfTheOtherSection() {
    #expect(
      trainFailure("train: {}", set: ["extract.workers=1"])
        == "--set: 'extract.workers' is not a setting of 'train', which is read here")
    #expect(
      trainFailure("train: {}", set: ["networks.width=8"]).hasPrefix(
        "--set: unknown key 'networks' in 'train'; did you mean 'network'?"))
  }

  @Test(arguments: [
    ("seed: -1", "2:9", "'train.seed': expected an integer from 0 to 9007199254740992, got '-1'"),
    (
      "seed: 9007199254740993", "2:9",
      "'train.seed': expected an integer from 0 to 9007199254740992, got '9007199254740993'"
    ),
    ("epochs: 1.5", "2:11", "'train.epochs': expected an integer from 1 to 100000, got '1.5'"),
    (
      "timeLimit: 2 hours", "2:14",
      "'train.timeLimit': expected a time such as 2h, 90m, 1h30m or 45s, or null, got '2 hours'"
    ),
    (
      "network: {width: 20}", "2:20",
      "'train.network.width': expected a multiple of 8 from 8 to 256, got '20'"
    ),
    (
      "network: {width: 0}", "2:20",
      "'train.network.width': expected a multiple of 8 from 8 to 256, got '0'"
    ),
    (
      "network: {inputSize: 225}", "2:24",
      "'train.network.inputSize': expected a multiple of 32 from 32 to 1024 or 0 (the crops' own), "
        + "got '225'"
    ),
    (
      "network: {head: mpl}", "2:19",
      "'train.network.head': expected one of linear, mlp, got 'mpl'; did you mean 'mlp'?"
    ),
    (
      "optimizer: {learningRate: 0}", "2:29",
      "'train.optimizer.learningRate': expected a number above 0 up to 10, got '0'"
    ),
    (
      "optimizer: {momentum: 1}", "2:25",
      "'train.optimizer.momentum': expected a number from 0 to 0.9999, got '1'"
    ),
    (
      "optimizer: {betas: 0.9}", "2:22",
      "'train.optimizer.betas': expected a list of 2 numbers from 0 to 0.999999, got '0.9'"
    ),
    (
      "augmentation: {jpegQuality: [100, 40]}", "2:31",
      "'train.augmentation.jpegQuality': expected the smaller number first, got [100, 40]; "
        + "swap them"
    ),
    (
      "augmentation: {jpegQuality: [40]}", "2:31",
      "'train.augmentation.jpegQuality': expected a list of 2 numbers from 1 to 100, got 1"
    ),
    (
      "augmentation: {jpegQuality: [0, 100]}", "2:32",
      "'train.augmentation.jpegQuality': expected a list of 2 numbers from 1 to 100, got '0'"
    ),
    (
      "augmentation: {scale: 1}", "2:25",
      "'train.augmentation.scale': expected a list of 2 numbers from 0.5 to 2, got '1'"
    ),
    (
      "data: {validationShare: 0.5, testShare: 0.5}", "2:27",
      "'train.data.validationShare': expected that it and testShare leave something to train on "
        + "(a sum below 1), got 0.5 + 0.5"
    ),
    (
      "data: {balanceBy: method}", "2:21",
      "'train.data.balanceBy': expected a list of some of dataset, method, such as [dataset], got "
        + "'method'"
    ),
    (
      "data: {balanceBy: [methods]}", "2:22",
      "'train.data.balanceBy': expected a list of some of dataset, method, got 'methods'; did you "
        + "mean 'method'?"
    ),
    (
      "data: {balanceBy: [method, method]}", "2:30",
      "'train.data.balanceBy': expected a list of some of dataset, method, each once, got 'method'"
    ),
    (
      "data: {balance: none, balanceBy: [method]}", "2:36",
      "'train.data.balanceBy': expected [] where balance is none: shares are those of a class; take "
        + "balance: undersample"
    ),
    (
      "data: {validationShare: 0}", "2:27",
      "'train.data.validationShare': expected a number from 0.01 to 0.9, got '0'"
    ),
    (
      "schedule: {warmupEpochs: 20.5}", "2:28",
      "'train.schedule.warmupEpochs': expected at most as many as epochs (20), got 20.5"
    ),
    (
      "validation: {videoScore: average}", "2:28",
      "'train.validation.videoScore': expected one of mean, median, meanLogit, maximum, confident, "
        + "got 'average'"
    ),
    (
      "checkpoints: {keep: 0}", "2:23",
      "'train.checkpoints.keep': expected an integer from 1 to 1000, got '0'"
    ),
    (
      "communication: {precision: float16}", "2:30",
      "'train.communication.precision': expected one of float32, bfloat16, got 'float16'; "
        + "did you mean 'bfloat16'?"
    ),
  ])
  func value(line: String, place: String, message: String) {
    #expect(trainFailure("train:\n  \(line)\n") == "x.yaml:\(place): \(message)")
  }

  /// Both ends of every documented range are taken, and what lies beyond is not.
  @Test(arguments: [
    ("workers", ["0", "1024"], ["-1", "1025"]),
    ("seed", ["0", "9007199254740992"], ["-1", "1e3"]),
    ("epochs", ["2", "100000"], ["0", "100001"]),
    ("batchSize", ["2", "4096"], ["1", "4097"]),
    ("stepsPerEpoch", ["0", "10000000"], ["-1", "10000001"]),
    ("timeLimit", ["null", "0.5", "366d"], ["0", "-1", "367d", "[2h]"]),
    ("network.width", ["8", "256"], ["4", "264"]),
    ("network.hidden", ["8", "4096"], ["7", "4097"]),
    ("network.dropout", ["0", "0.95"], ["-0.1", "0.96"]),
    ("network.inputSize", ["0", "32", "1024"], ["16", "1056"]),
    ("network.freezeBackboneEpochs", ["0", "100000"], ["-1", "100001"]),
    ("network.freezeStages", ["0", "5"], ["-1", "6"]),
    ("data.balanceRepeats", ["1", "1000"], ["0.9", "1001"]),
    ("optimizer.layerDecay", ["0.01", "1"], ["0.009", "1.1"]),
    ("data.validationShare", ["0.01", "0.8"], ["0.009", "0.91"]),
    ("data.testShare", ["0", "0.8"], ["-0.1", "0.91"]),
    ("data.shuffleVideos", ["1", "10000000"], ["0", "10000001"]),
    ("data.shuffleShards", ["1", "100000"], ["0", "100001"]),
    ("data.framesPerVideo", ["0", "10000"], ["-1", "10001"]),
    ("augmentation.flip", ["0", "1"], ["-0.1", "1.1"]),
    ("augmentation.jpeg", ["0", "1"], ["-0.1", "1.1"]),
    ("augmentation.jpegQuality", ["[1, 100]"], ["[0, 1]", "[1, 101]"]),
    ("augmentation.noise", ["0", "1"], ["-0.1", "1.1"]),
    ("augmentation.noiseSigma", ["[0, 100]"], ["[-1, 1]", "[1, 101]"]),
    ("augmentation.blur", ["0", "1"], ["-0.1", "1.1"]),
    ("augmentation.blurSigma", ["[0, 10]"], ["[-1, 1]", "[1, 11]"]),
    ("augmentation.downscale", ["0", "1"], ["-0.1", "1.1"]),
    ("augmentation.downscaleFactor", ["[0.1, 1]"], ["[0, 1]", "[0.5, 1.1]"]),
    ("augmentation.colour", ["0", "1"], ["-0.1", "1.1"]),
    ("augmentation.brightness", ["0", "1"], ["-0.1", "1.1"]),
    ("augmentation.contrast", ["0", "1"], ["-0.1", "1.1"]),
    ("augmentation.saturation", ["0", "1"], ["-0.1", "1.1"]),
    ("augmentation.affine", ["0", "1"], ["-0.1", "1.1"]),
    ("augmentation.rotation", ["0", "45"], ["-1", "46"]),
    ("augmentation.scale", ["[0.5, 2]"], ["[0.4, 1]", "[1, 2.1]"]),
    ("augmentation.shift", ["0", "0.5"], ["-0.1", "0.6"]),
    ("augmentation.erasing", ["0", "1"], ["-0.1", "1.1"]),
    ("augmentation.erasingArea", ["[0, 0.5]"], ["[-0.1, 0.1]", "[0, 0.6]"]),
    ("augmentation.recompression", ["0", "1"], ["-0.1", "1.1"]),
    ("augmentation.recompressionCRF", ["[0, 51]"], ["[-1, 1]", "[1, 52]"]),
    ("augmentation.recompressionScale", ["[0.1, 2]"], ["[0, 1]", "[0.5, 2.1]"]),
    ("optimizer.learningRate", ["1e-300", "10"], ["0", "10.1", "-0.01", ".inf"]),
    ("optimizer.momentum", ["0", "0.9999"], ["-0.1", "1"]),
    ("optimizer.betas", ["[0, 0.999999]", "[0.9, 0.5]"], ["[0, 1]", "[-0.1, 0]"]),
    ("optimizer.epsilon", ["1e-12", "1"], ["0", "1.1"]),
    ("optimizer.weightDecay", ["0", "1"], ["-0.1", "1.1"]),
    ("optimizer.clipNorm", ["0", "1000000"], ["-1", "1000001"]),
    ("optimizer.labelSmoothing", ["0", "0.5"], ["-0.1", "0.6"]),
    ("optimizer.emaDecay", ["0", "0.999999"], ["-0.1", "1"]),
    ("optimizer.averageLast", ["0", "1"], ["-0.1", "1.1"]),
    ("schedule.warmupEpochs", ["0", "20"], ["-1", "1001"]),
    ("schedule.finalShare", ["0", "1"], ["-0.1", "1.1"]),
    ("validation.everyEpochs", ["1", "100000"], ["0", "100001"]),
    ("validation.patience", ["0", "100000"], ["-1", "100001"]),
    ("validation.bootstrap", ["0", "100000"], ["-1", "100001"]),
    ("checkpoints.everyMinutes", ["0", "10000"], ["-1", "10001"]),
    ("checkpoints.everySteps", ["0", "10000000"], ["-1", "10000001"]),
    ("checkpoints.keep", ["1", "1000"], ["0", "1001"]),
  ])
  func range(key: String, allowed: [String], refused: [String]) throws {
    for value in allowed {
      #expect(throws: Never.self, "\(value)") { try train("train:", set: ["\(key)=\(value)"]) }
    }
    for value in refused {
      #expect(
        trainFailure("train:", set: ["\(key)=\(value)"]).hasPrefix(
          "--set: 'train.\(key)': expected"),
        "\(value)")
    }
  }
}

/// Times such as `1h30m`.
@Suite struct TimeTextTests {
  @Test(arguments: [
    ("2h", 7200.0), ("90m", 5400), ("1h30m", 5400), ("45s", 45), ("5400", 5400), ("0.5", 0.5),
    ("1.5h", 5400), ("1d", 86400), ("1d2h3m4s", 93784), ("1h5s", 3605), ("0h1m", 60), ("1e3", 1000),
    ("366d", 31_622_400),
  ])
  func reads(text: String, expected: Double) {
    #expect(seconds(ofTimeText: text) == expected)
  }

  @Test(arguments: [
    "", "h", "2 h", "2hours", "30m1h", "1h1h", "1h30", "-1h", "0", "0h", "1:30", "2H", "1..5h",
    ".h",
    "nan", "inf", "0x10", "367d", "1e9", "99999999999999999999999999h", "1h\u{301}", "٢h",
  ])
  func refuses(text: String) {
    #expect(seconds(ofTimeText: text) == nil)
  }

  @Test func endlessText() {
    #expect(seconds(ofTimeText: String(repeating: "1", count: 100_000) + "h") == nil)
    #expect(seconds(ofTimeText: String(repeating: "0", count: 65)) == nil)
  }

  @Test func writesWhatItReads() {
    for value in [1, 45, 60, 3599, 3600, 5400, 86400, 31_622_400, 0.25, 5400.1, 1e-5] {
      #expect(seconds(ofTimeText: timeText(seconds: value)) == value)
    }
    #expect(timeText(seconds: 5400) == "1h30m")
    #expect(timeText(seconds: 45) == "45s")
    #expect(timeText(seconds: 90000) == "25h")
  }
}
