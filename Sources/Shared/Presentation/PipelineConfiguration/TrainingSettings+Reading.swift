internal import Collectives
internal import Contract
package import TrainingRun

extension TrainingSettings {
  /// Reads the section `train:` of a pipeline file. The section `extract:` may stand beside it and is
  /// left alone.
  ///
  /// - Parameters:
  ///   - path: The pipeline file. Relative paths inside it start at its folder.
  ///   - overrides: What `--set` gave, see `ConfigurationDocument.read`.
  package init(
    contentsOf path: String, overrides: [String] = []
  ) throws(ConfigurationError) {
    try self.init(ConfigurationDocument(contentsOf: path), overrides: overrides)
  }

  /// Reads the section `train:` of a document.
  package init(
    _ document: ConfigurationDocument, overrides: [String] = []
  ) throws(ConfigurationError) {
    self = try document.read("train", ignoring: ["extract"], overrides: overrides) {
      TrainingSettings(reading: $0)
    }
  }

  private init(reading section: SectionReader) {
    self.init()
    store = section.optionalPath("store")
    run = section.optionalPath("run")
    workers = section.integer("workers", default: workers, in: 0...1024)
    seed = section.integer("seed", default: seed, in: 0...(1 << 53))
    epochs = section.integer("epochs", default: epochs, in: 1...100_000)
    batchSize = section.integer("batchSize", default: batchSize, in: 2...4096)
    stepsPerEpoch = section.integer("stepsPerEpoch", default: stepsPerEpoch, in: 0...10_000_000)
    timeLimitSeconds = section.optionalSeconds("timeLimit")
    network.read(section.section("network"))
    let dataSection = section.section("data")
    data.read(dataSection)
    augmentation.read(section.section("augmentation"))
    selfBlending.read(section.section("selfBlending"))
    optimizer.read(section.section("optimizer"))
    let scheduleSection = section.section("schedule")
    schedule.read(scheduleSection)
    validation.read(section.section("validation"))
    checkpoints.read(section.section("checkpoints"))
    communication.read(section.section("communication"))
    let hasPairs = data.pairing != .none || selfBlending.share > 0
    if hasPairs, batchSize % 2 != 0 {
      section.reject(
        "batchSize", "expected an even number, as batches are made of pairs, got \(batchSize)")
    }
    if data.balance == .none, !data.balanceBy.isEmpty, !hasPairs {
      dataSection.reject(
        "balanceBy",
        "expected [] where balance is none: shares are those of a class; take balance: undersample")
    }
    if schedule.warmupEpochs > Double(epochs) {
      scheduleSection.reject(
        "warmupEpochs",
        "expected at most as many as epochs (\(epochs)), got \(shortText(schedule.warmupEpochs))")
    }
  }
}

extension TrainingSettings.Network {
  fileprivate mutating func read(_ section: SectionReader) {
    width = section.integer("width", default: width, in: 8...256, multipleOf: 8)
    head = section.choice("head", default: head)
    hidden = section.integer("hidden", default: hidden, in: 8...4096)
    dropout = section.number("dropout", default: dropout, in: 0...0.95)
    inputSize = section.integer(
      "inputSize", default: inputSize, in: 32...1024, multipleOf: 32, zeroMeans: "the crops' own")
    initialWeights = section.optionalPath("initialWeights")
    initialWeightsKey = section.optionalString("initialWeightsKey")
    initialWeightsGaps = section.flag("initialWeightsGaps", default: initialWeightsGaps)
    synchronizedBatchNorm = section.flag("synchronizedBatchNorm", default: synchronizedBatchNorm)
    freezeBackboneEpochs = section.integer(
      "freezeBackboneEpochs", default: freezeBackboneEpochs, in: 0...100_000)
    freezeStages = section.integer("freezeStages", default: freezeStages, in: 0...5)
  }
}

extension TrainingSettings.Data {
  fileprivate mutating func read(_ section: SectionReader) {
    split = section.choice("split", default: split)
    validationShare = section.number("validationShare", default: validationShare, in: 0.01...0.9)
    testShare = section.number("testShare", default: testShare, in: 0...0.9)
    balance = section.choice("balance", default: balance)
    balanceBy = section.choices("balanceBy", default: balanceBy)
    balanceRepeats = section.number("balanceRepeats", default: balanceRepeats, in: 1...1000)
    pairing = section.choice("pairing", default: pairing)
    shuffleVideos = section.integer("shuffleVideos", default: shuffleVideos, in: 1...10_000_000)
    shuffleShards = section.replacedInteger(
      "shuffleShards", by: "shuffleVideos", in: 1...100_000)
    framesPerVideo = section.integer("framesPerVideo", default: framesPerVideo, in: 0...10000)
    if validationShare + testShare >= 1 {
      let shares = "\(shortText(validationShare)) + \(shortText(testShare))"
      section.reject(
        "validationShare",
        "expected that it and testShare leave something to train on (a sum below 1), got \(shares)")
    }
  }
}

extension TrainingSettings.Augmentation {
  fileprivate mutating func read(_ section: SectionReader) {
    flip = section.number("flip", default: flip, in: 0...1)
    jpeg = section.number("jpeg", default: jpeg, in: 0...1)
    jpegQuality = section.ascendingPair("jpegQuality", default: jpegQuality, in: 1...100)
    noise = section.number("noise", default: noise, in: 0...1)
    noiseSigma = section.ascendingPair("noiseSigma", default: noiseSigma, in: 0...100)
    blur = section.number("blur", default: blur, in: 0...1)
    blurSigma = section.ascendingPair("blurSigma", default: blurSigma, in: 0...10)
    downscale = section.number("downscale", default: downscale, in: 0...1)
    downscaleFactor = section.ascendingPair(
      "downscaleFactor", default: downscaleFactor, in: 0.1...1)
    colour = section.number("colour", default: colour, in: 0...1)
    brightness = section.number("brightness", default: brightness, in: 0...1)
    contrast = section.number("contrast", default: contrast, in: 0...1)
    saturation = section.number("saturation", default: saturation, in: 0...1)
    affine = section.number("affine", default: affine, in: 0...1)
    rotation = section.number("rotation", default: rotation, in: 0...45)
    scale = section.ascendingPair("scale", default: scale, in: 0.5...2)
    shift = section.number("shift", default: shift, in: 0...0.5)
    erasing = section.number("erasing", default: erasing, in: 0...1)
    erasingArea = section.ascendingPair("erasingArea", default: erasingArea, in: 0...0.5)
    recompression = section.number("recompression", default: recompression, in: 0...1)
    recompressionCRF = section.ascendingPair(
      "recompressionCRF", default: recompressionCRF, in: 0...51)
    recompressionScale = section.ascendingPair(
      "recompressionScale", default: recompressionScale, in: 0.1...2)
  }
}

extension TrainingSettings.SelfBlending {
  fileprivate mutating func read(_ section: SectionReader) {
    share = section.number("share", default: share, in: 0...1)
    face = section.number("face", default: face, in: 0...1000)
    hull = section.number("hull", default: hull, in: 0...1000)
    lowerHalf = section.number("lowerHalf", default: lowerHalf, in: 0...1000)
    mouth = section.number("mouth", default: mouth, in: 0...1000)
    nose = section.number("nose", default: nose, in: 0...1000)
    eyes = section.number("eyes", default: eyes, in: 0...1000)
    if face + hull + lowerHalf + mouth + nose + eyes == 0 {
      section.reject("face", "expected that one of the parts of a face has a number above 0")
    }
    elastic = section.ascendingPair("elastic", default: elastic, in: 0...0.2)
    blur = section.ascendingPair("blur", default: blur, in: 0...0.2)
    inside = section.number("inside", default: inside, in: 0...1)
    full = section.number("full", default: full, in: 0...1)
    strength = section.ascendingPair("strength", default: strength, in: 0.05...1)
    tint = section.number("tint", default: tint, in: 0...1)
    tintShift = section.number("tintShift", default: tintShift, in: 0...255)
    hue = section.number("hue", default: hue, in: 0...1)
    hueTurn = section.number("hueTurn", default: hueTurn, in: 0...180)
    saturation = section.number("saturation", default: saturation, in: 0...1)
    contrast = section.number("contrast", default: contrast, in: 0...1)
    contrastChange = section.number("contrastChange", default: contrastChange, in: 0...1)
    downscale = section.number("downscale", default: downscale, in: 0...1)
    downscaleFactor = section.ascendingPair(
      "downscaleFactor", default: downscaleFactor, in: 0.1...1)
    sharpen = section.ascendingPair("sharpen", default: sharpen, in: 0...4)
    scale = section.ascendingPair("scale", default: scale, in: 0.5...2)
    rotation = section.number("rotation", default: rotation, in: 0...45)
    shiftX = section.number("shiftX", default: shiftX, in: 0...0.5)
    shiftY = section.number("shiftY", default: shiftY, in: 0...0.5)
  }
}

extension TrainingSettings.Optimizer {
  fileprivate mutating func read(_ section: SectionReader) {
    kind = section.choice("kind", default: kind)
    learningRate = section.positiveNumber("learningRate", default: learningRate, upTo: 10)
    layerDecay = section.number("layerDecay", default: layerDecay, in: 0.01...1)
    momentum = section.number("momentum", default: momentum, in: 0...0.9999)
    nesterov = section.flag("nesterov", default: nesterov)
    betas = section.numbers("betas", default: betas, in: 0...0.999999)
    epsilon = section.number("epsilon", default: epsilon, in: 1e-12...1)
    weightDecay = section.number("weightDecay", default: weightDecay, in: 0...1)
    clipNorm = section.number("clipNorm", default: clipNorm, in: 0...1_000_000)
    labelSmoothing = section.number("labelSmoothing", default: labelSmoothing, in: 0...0.5)
    emaDecay = section.number("emaDecay", default: emaDecay, in: 0...0.999999)
    averageLast = section.number("averageLast", default: averageLast, in: 0...1)
  }
}

extension TrainingSettings.Schedule {
  fileprivate mutating func read(_ section: SectionReader) {
    warmupEpochs = section.number("warmupEpochs", default: warmupEpochs, in: 0...1000)
    finalShare = section.number("finalShare", default: finalShare, in: 0...1)
  }
}

extension TrainingSettings.Validation {
  fileprivate mutating func read(_ section: SectionReader) {
    everyEpochs = section.integer("everyEpochs", default: everyEpochs, in: 1...100_000)
    videoScore = section.choice("videoScore", default: videoScore)
    selection = section.choice("selection", default: selection)
    patience = section.integer("patience", default: patience, in: 0...100_000)
    bootstrap = section.integer("bootstrap", default: bootstrap, in: 0...100_000)
  }
}

extension TrainingSettings.Checkpoints {
  fileprivate mutating func read(_ section: SectionReader) {
    everyMinutes = section.number("everyMinutes", default: everyMinutes, in: 0...10000)
    everySteps = section.integer("everySteps", default: everySteps, in: 0...10_000_000)
    keep = section.integer("keep", default: keep, in: 1...1000)
  }
}

extension TrainingSettings.Communication {
  fileprivate mutating func read(_ section: SectionReader) {
    precision = section.choice("precision", default: precision)
  }
}
