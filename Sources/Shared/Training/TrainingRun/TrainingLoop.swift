internal import Collectives
internal import Contract
internal import Evaluation
internal import Measure
internal import ModelFiles
internal import NeuralNetwork
internal import Prediction
internal import TrainingData
internal import VideoCatalog
internal import Workers

/// Steps, validations and checkpoints, until the last epoch, the patience, the time limit or the
/// user ends them.
struct TrainingLoop: ~Copyable {
  /// How a loop ended.
  enum End {
    /// Finally, or at the time limit: a model can be exported.
    case finished
    /// The observer asked to stop.
    case stopped
  }

  private(set) var learner: Learner
  private let observer: any TrainingObserver
  private let setup: TrainingSetup
  private let collective: any Collective
  private let folder: CheckpointFolder
  private let step: TrainingStep
  private let predictor: Predictor
  /// Nil in all processes but the first.
  private var log: TrainingLog?
  private let directory: RunDirectory?
  private let clock = Stopwatch()
  /// Time of the last checkpoint, in seconds since the loop was created.
  private var lastCheckpointSeconds = 0.0
  /// The step of the last checkpoint that was written or read; nil before the first.
  private var savedStep: Int?
  private var throughput = Throughput()
  /// Whether this process has done a step.
  private var hasStepped = false

  init(
    setup: TrainingSetup, folder: CheckpointFolder, directory: RunDirectory?,
    learner: consuming Learner, observer: any TrainingObserver
  ) throws {
    self.setup = setup
    collective = setup.collective
    self.folder = folder
    self.directory = directory
    self.learner = learner
    savedStep = learner.progress.step > 0 ? learner.progress.step : nil
    step = setup.makeStep(setup.makeEngine())
    predictor = Predictor(
      architecture: setup.architecture, catalog: setup.catalog,
      normalization: setup.normalization, workers: setup.workers, borrowingFrom: step.engine,
      sharedOver: collective)
    self.observer = observer
    try collective.onFirst { log = try Self.openLog(directory, learner.progress, setup) }
  }

  private static func openLog(
    _ directory: RunDirectory?, _ progress: TrainingProgress, _ setup: TrainingSetup
  ) throws -> TrainingLog? {
    try directory.map { directory in
      try TrainingLog(
        TrainingLog.Files(directory),
        resumedStep: progress.loggedStep(setup.order.samplesPerEpoch),
        configuration: setup.recorded.yaml)
    }
  }

  mutating func run() throws -> End {
    observer.observe(.loopBegan(learner.progress, totalSteps: setup.totalSteps))
    defer { observer.observe(.loopEnded) }
    // Every pass begins at the learner's position, also after a step back.
    while learner.progress.ending == nil {
      let loader = try setup.makeLoader(
        from: DataPosition(epoch: learner.progress.epoch, sample: learner.progress.sample),
        pictured: step.engine.samples)
      defer { loader.stop() }
      if let end = try run(loader) { return end }
    }
    return .finished
  }

  /// What a process asks for before the next step. All processes do what the highest value among
  /// them asks for.
  private enum Wish: Int {
    case goOn, saveCheckpoint, endAtTimeLimit, stop
  }

  /// What this process asks for before its next step.
  private var wish: Wish {
    if observer.shallStop { return .stop }
    // Each run takes at least one step, however short the time limit.
    if let limit = setup.configuration.timeLimitSeconds, clock.seconds >= limit, hasStepped {
      return .endAtTimeLimit
    }
    return hasStepped && isCheckpointDue ? .saveCheckpoint : .goOn
  }

  /// Steps until training ends; nil if a step back requires another loader.
  private mutating func run(_ loader: BatchLoader) throws -> End? {
    while learner.progress.ending == nil {
      switch Wish(rawValue: try collective.agree(wish.rawValue)) ?? .stop {
      case .stop:
        try save(isBest: false)
        return .stopped
      case .endAtTimeLimit:
        observer.observe(.timeLimitReached)
        try validateForExport()
        try save(isBest: false)
        return .finished
      case .saveCheckpoint: try save(isBest: false)
      case .goOn: break
      }
      if learner.progress.sample >= setup.order.samplesPerEpoch {
        // If the observer stops the validation, the epoch has not ended, and
        // a resumed run validates.
        if let isBest = try endEpoch(), isBest || learner.progress.ending != nil {
          try save(isBest: isBest)
        }
        continue
      }
      guard try takeStep(loader) else { return nil }
    }
    return .finished
  }

  /// Takes one step; false if it went back to a checkpoint instead.
  private mutating func takeStep(_ loader: BatchLoader) throws -> Bool {
    collective.begin("step \(learner.progress.step + 1)")
    let waitedBefore = loader.times.waitSeconds
    let started = clock.seconds
    let batch = try loader.next()
    let outcome = try step.run(batch, &learner)
    // Every process has the same outcome; if one has not, all of them step back.
    guard try !collective.agree(!outcome.isFinite) else {
      try stepBack(outcome)
      return false
    }
    hasStepped = true
    let seconds = clock.seconds - started
    throughput.add(
      images: batch.count, seconds: seconds, waited: loader.times.waitSeconds - waitedBefore)
    learner.progress.trainedSeconds += seconds
    try report(outcome)
    return true
  }

  // MARK: Epochs

  /// Validates if it is due, judges the epoch and begins the next.
  ///
  /// - Returns: Whether the epoch is the best so far; nil if the observer stopped the validation.
  ///   Then nothing has changed, and a resumed run ends the epoch again.
  private mutating func endEpoch() throws -> Bool? {
    var progress = learner.progress
    collective.begin("step \(progress.step), the end of epoch \(progress.epoch + 1)")
    if !collective.isAlone {
      try collective.check(
        learner.state.fingerprint, isSameFor: "weights after epoch \(progress.epoch + 1)")
    }
    let isLast = progress.epoch + 1 == setup.lastEpoch
    let isDue = (progress.epoch + 1) % setup.configuration.validation.everyEpochs == 0
    var validation: ValidationRecord?
    if (isDue || isLast) && setup.isValidated {
      guard let record = try validate() else { return nil }
      validation = record
    }
    let rate = Double(step.learningRate(after: progress))
    let record = EpochRecord(
      epoch: progress.epoch + 1, step: progress.step, learningRate: rate,
      trainingLoss: progress.running.loss ?? 0, trainingAccuracy: progress.running.accuracy ?? 0,
      imagesPerSecond: throughput.imagesPerSecond, waitShare: throughput.waitShare,
      validation: validation)
    let isBest = judge(record, &progress, isLast: isLast)
    progress.history.append(record)
    progress.epoch += 1
    progress.sample = 0
    progress.running = RunningLoss()
    throughput = Throughput()
    let patience = setup.configuration.validation.patience
    if progress.epoch == setup.lastEpoch {
      progress.ending = .allEpochs
    } else if setup.division == .sides, patience > 0, progress.validationsSinceBest >= patience {
      progress.ending = .patience
    }
    learner.progress = progress
    try collective.onFirst { try log?.append(record, isBest: isBest) }
    observer.observe(.epochEnded(record, isBest: isBest))
    if progress.ending == .patience { observer.observe(.patienceExhausted(patience)) }
    return isBest
  }

  /// Whether an epoch's weights are those to export so far. In a fold no epoch is chosen; in a
  /// training on all folds it is the last one, which the folds have chosen before.
  private func judge(
    _ record: EpochRecord, _ progress: inout TrainingProgress, isLast: Bool
  ) -> Bool {
    switch setup.division {
    case .sides: return progress.judge(record, by: setup.configuration.validation.selection)
    case .fold: return false
    case .allFolds(_, let length):
      guard isLast else { return false }
      progress.best = BestEpoch(
        epoch: record.epoch, step: record.step, videoLogLoss: length.videoLogLoss)
      return true
    }
  }

  /// Measures validation at temperature 1 and threshold 0.5; nil if the observer stopped it. All
  /// processes compute predictions, and the first one evaluates them.
  private func validate() throws -> ValidationRecord? {
    let predictions: VideoPredictions
    do {
      predictions = try predictor.predict(
        learner.evaluated, videos: setup.split.validation, blends: setup.validationBlends,
        name: "validating",
        observer: ValidationObserver(
          training: observer, step: learner.progress.step,
          total: setup.validationSamples))
    } catch is WorkStopped {
      return nil
    }
    return try collective.fromFirst { try record(of: predictions) }
  }

  private func record(of predictions: VideoPredictions) throws -> ValidationRecord {
    let report = try EvaluationReport(
      frames: predictions.frames, videosWithoutFaces: predictions.videosWithoutFaces,
      calibration: Calibration(score: setup.configuration.videoScore))
    if case .fold = setup.division, let directory {
      // Written before the epoch counts as done: a process that is killed
      // in between validates again.
      try HeldOutAnswers(run: directory.files.path).write(
        predictions.frames.map { PictureAnswer(margin: $0.margin, blur: $0.blur) },
        epoch: learner.progress.epoch + 1)
    }
    return ValidationRecord(
      selection: SelectionLoss(
        try VideoPrediction.predictions(
          frames: predictions.frames, videosWithoutFaces: predictions.videosWithoutFaces,
          score: setup.configuration.videoScore)),
      frameLogLoss: report.frames.logLoss, frameAUC: report.frames.auc,
      videoLogLoss: report.videos.logLoss, videoAUC: report.videos.auc,
      balancedAccuracy: report.videos.balancedAccuracy,
      shareFake: report.videos.shareFake)
  }

  /// Validates the current weights if the time limit comes before any validation, so that there is
  /// a model to export.
  private mutating func validateForExport() throws {
    guard setup.division == .sides, learner.progress.best == nil, learner.progress.step > 0,
      let record = try validate(),
      let loss = record.videoLogLoss
    else { return }
    let best = BestEpoch(
      epoch: learner.progress.epoch + 1, step: learner.progress.step, videoLogLoss: loss)
    // Not part of the progress: a run that is resumed with more time ends like one without a limit.
    var copy = learner
    copy.progress.best = best
    try collective.onFirst { [copy] in try copy.checkpoint(setup).write(to: folder.best) }
  }

  // MARK: Checkpoints

  private var isCheckpointDue: Bool {
    let settings = setup.configuration.checkpoints
    if settings.everySteps > 0, learner.progress.step % settings.everySteps == 0 { return true }
    return settings.everyMinutes > 0
      && clock.seconds - lastCheckpointSeconds >= settings.everyMinutes * 60
  }

  private mutating func save(isBest: Bool) throws {
    guard isBest || savedStep != learner.progress.step || learner.progress.ending != nil else {
      return
    }
    observer.observe(.savingCheckpoint(step: learner.progress.step))
    try collective.onFirst {
      try log?.flush()
      try folder.save(try learner.checkpoint(setup), isBest: isBest)
    }
    savedStep = learner.progress.step
    lastCheckpointSeconds = clock.seconds
  }

  /// Goes back to the last checkpoint with half the learning rate.
  private mutating func stepBack(_ outcome: StepOutcome) throws {
    let failed = learner.progress
    let what =
      "the loss (\(outcome.loss)) or the gradient (norm \(outcome.gradientNorm)) is not finite at "
      + "step \(failed.step + 1)"
    guard failed.recoveries < 3 else {
      throw TrainingRunError(
        "\(what), for the fourth time, at a learning rate of \(outcome.learningRate); lower "
          + "optimizer.learningRate, or check the data, and begin a new run")
    }
    var restored = try setup.makeLearner(readingFiles: collective.isFirst).learner
    try collective.onFirst {
      if let checkpoint = try folder.latest(onDamage: { _ in }) {
        restored = try Learner(checkpoint, setup: setup, folder: folder)
      }
    }
    learner = try Learner.shared(restored, over: collective)
    learner.progress.learningRateScale = failed.learningRateScale / 2
    learner.progress.recoveries = failed.recoveries + 1
    // Reopening the log removes rows after the checkpoint, which would otherwise appear twice.
    try collective.onFirst {
      try log?.flush()
      log = try Self.openLog(directory, learner.progress, setup)
    }
    observer.observe(.steppedBack(reason: what, learner.progress))
  }

  // MARK: What is reported

  private func report(_ outcome: StepOutcome) throws {
    let progress = learner.progress
    observer.observe(
      .stepped(progress, outcome, throughput, epochs: setup.lastEpoch))
    let interval = max(1, setup.order.stepsPerEpoch / 100)
    if progress.step % interval == 0 {
      try log?.append(outcome, step: progress.step, throughput)
    }
  }
}

/// Reports the pictures of a validation between epochs as a part of the training.
private struct ValidationObserver: WorkObserver {
  let training: any TrainingObserver
  let step: Int
  let total: Int

  func begin(total: Int, unit: String) {}

  func advance(to done: Int, detail: String) {
    training.observe(.validating(step: step, done: done, total: total))
  }

  func end() {}

  var shallStop: Bool { training.shallStop }
}
