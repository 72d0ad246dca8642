package import Collectives
package import Contract
internal import Foundation
internal import Imaging
package import NeuralNetwork
internal import PrintableText
internal import SelfBlending
internal import ShardStore
package import Shortcuts
package import TrainingData
internal import VideoCatalog
package import Workers

/// The inputs of a training: settings, data and its split, the network's architecture.
package struct TrainingSetup {
  package let configuration: TrainingSettings
  /// The same settings as the run's files record them.
  package let recorded: RecordedSettings
  package let catalog: SampleCatalog
  package let split: DataSplit
  /// Near duplicates on different sides of the split; nil before the search.
  package private(set) var nearDuplicates: NearDuplicates?
  /// Whether labels can be predicted without looking at faces; nil before that was examined.
  package private(set) var shortcuts: ShortcutAudit?
  /// The videos that were examined for shortcuts, with their features.
  package private(set) var auditedVideos: [AuditedVideo] = []
  package let order: any TrainingOrder
  package let architecture: ResNet18Architecture
  package let normalization = InputNormalization.imageNet
  package let division: Division
  private let joinsEqualVideos: Bool
  /// Number of workers of this process, the same in every process.
  package let workers: Int
  /// The processes that train together.
  package let collective: any Collective

  /// The data that a run learns from, and how the run ends.
  package enum Division: Sendable, Equatable {
    /// The run learns from the training side; the validation side chooses the epoch.
    case sides
    /// The run learns in all epochs from the people of all folds but one, counted from 0. Its
    /// answers for the held-out people are kept, but choose no epoch.
    case fold(Int, of: Int)
    /// The run learns from all people, for the number of epochs that the folds have
    /// shown to be best.
    case allFolds(Int, ChosenLength)
  }

  /// Length of a training on all folds.
  package struct ChosenLength: Sendable, Equatable {
    /// Number of epochs of the schedule to train.
    package var epochs: Int
    /// Log-loss of the folds' videos after that epoch.
    package var videoLogLoss: Double

    package init(epochs: Int, videoLogLoss: Double) {
      self.epochs = epochs
      self.videoLogLoss = videoLogLoss
    }
  }

  /// Opens the store and splits its data.
  ///
  /// - Parameter joinsEqualVideos: Whether the split keeps equal videos on one side; false for a
  ///   run of an older version, which did not.
  /// - Throws: `TrainingDataError`, or `TrainingRunError` if the settings don't fit the store.
  package init(
    _ configuration: TrainingSettings, recorded: RecordedSettings, store: String,
    division: Division = .sides, joinsEqualVideos: Bool = true, purpose: Purpose = .training,
    collective: any Collective = LocalCollective()
  ) throws {
    self.collective = collective
    self.division = division
    self.configuration = configuration
    self.recorded = recorded
    catalog = try SampleCatalog(
      directory: store, framesPerVideo: configuration.data.framesPerVideo,
      orderVersion: configuration.data.shuffleShards == nil ? .videos : .shards,
      workerCount: configuration.workers)
    architecture = try configuration.architecture(cropSize: catalog.sizePixels)
    var splitSettings = configuration.splitSettings
    splitSettings.division = division.ofData
    splitSettings.joinsEqualVideos = joinsEqualVideos
    self.joinsEqualVideos = joinsEqualVideos
    split = try DataSplit(catalog, settings: splitSettings)
    if purpose == .training {
      try Self.requireClasses(
        of: split, share: configuration.selfBlending.share, division, store: store)
    }
    let steps = try Self.stepsPerEpoch(configuration, catalog, splitSettings)
    order = try configuration.order(catalog, videos: split.train, stepsPerEpoch: steps)
    let workers = WorkerPool(workerCount: configuration.workers).workerCount
    // BatchNorm has nothing to normalise with one picture per worker.
    let most = configuration.batchSize / (2 * collective.size)
    guard most > 0 else {
      throw TrainingRunError(
        "batches of \(configuration.batchSize) pictures, expected two or more for each of "
          + "\(collective.size) processes; raise batchSize, or take fewer processes")
    }
    self.workers = min(workers, most, Self.mostWorkers(configuration, processes: collective.size))
    try collective.check(catalog.fingerprint, isSameFor: "content of the store")
    try collective.check(UInt64(self.workers), isSameFor: "number of workers")
  }

  package enum Purpose {
    /// Training, or reporting on one.
    case training
    /// Showing pictures, which needs no validation side.
    case preview
  }

  /// Throws if a side lacks a class that is needed. With self-blending only real videos are needed
  /// here: a validation side without fakes gets blends, and the order checks the training side.
  private static func requireClasses(
    of split: DataSplit, share: Double, _ division: Division, store: String
  ) throws {
    let fakes = DatasetSplit.allCases.reduce(0) { $0 + split.counts(of: $1).fakeSamples }
    if share == 0, fakes == 0 {
      throw TrainingRunError(
        store,
        "the store has no picture of a fake video at all; extract some, or make fakes of the real "
          + "faces: --set selfBlending.share=1")
    }
    let needed = share > 0 ? [.real] : VideoLabel.allCases
    // A fold may lack a class, because its videos are judged together with those of all others.
    try split.require(needed, on: division == .sides ? [.train, .validation] : [.train])
  }

  /// Number of steps of an epoch, 0 to derive it from the data. All trainings of a cross-validation
  /// have the same number, so that their epochs can be compared: without a setting, the average
  /// over the folds.
  private static func stepsPerEpoch(
    _ configuration: TrainingSettings, _ catalog: SampleCatalog, _ split: DataSplit.Settings
  ) throws -> Int {
    guard configuration.stepsPerEpoch == 0 else { return configuration.stepsPerEpoch }
    let folds: Int
    switch split.division {
    case .sides: return 0
    case .fold(_, of: let count), .allFolds(let count): folds = count
    }
    var whole = split
    whole.division = .allFolds(folds)
    let all = try configuration.order(
      catalog, videos: DataSplit(catalog, settings: whole).train, stepsPerEpoch: 0)
    return max(1, all.stepsPerEpoch * (folds - 1) / folds)
  }

  /// Blends of real faces as fakes for validation; nil if the validation side has fakes (in a
  /// cross-validation: if any fold has), or if training uses no blends.
  package var validationBlends: HeldOutBlends? {
    let sides: [DatasetSplit] = division == .sides ? [.validation] : [.train, .validation]
    guard configuration.selfBlending.share > 0,
      sides.allSatisfy({ split.counts(of: $0).fakeSamples == 0 })
    else { return nil }
    return HeldOutBlends(configuration.selfBlending, seed: seed)
  }

  /// Whether epochs are validated; false for a training on all folds.
  package var isValidated: Bool {
    if case .allFolds = division { return false }
    return true
  }

  /// Number of pictures in a validation.
  package var validationSamples: Int {
    let counts = split.counts(of: .validation)
    return counts.samples + (validationBlends == nil ? 0 : counts.realSamples)
  }

  /// Searches for near duplicates on different sides of the split, for the summary
  /// and the model's information.
  ///
  /// - Throws: `WorkStopped` if the observer ended the work.
  package mutating func findNearDuplicates(observer: any WorkObserver) throws {
    try collective.onFirst {
      nearDuplicates = try NearDuplicates(
        in: catalog, split: split, workerCount: configuration.workers, observer: observer)
    }
  }

  /// Searches for features that predict labels without faces, for the summary and the model's
  /// information. Only the first of several processes does so, as training doesn't depend on it.
  ///
  /// - Throws: `WorkStopped` if the observer ended the work.
  package mutating func findShortcuts(observer: any WorkObserver) throws {
    try collective.onFirst {
      let collector = try TraitCollector(catalog, workerCount: configuration.workers)
      auditedVideos = try collector.collect(collector.chosen, observer: observer)
      shortcuts = try ShortcutAudit(
        auditedVideos, seed: seed, workerCount: configuration.workers, observer: observer)
    }
  }

  /// Number of workers of all processes.
  package var allWorkers: Int { workers * collective.size }

  package var seed: UInt64 { UInt64(configuration.seed) }

  /// Number of epochs after which training ends at the latest; the schedule may be longer.
  package var lastEpoch: Int {
    if case .allFolds(_, let length) = division { return length.epochs }
    return configuration.epochs
  }

  /// Number of steps until then.
  package var totalSteps: Int { lastEpoch * order.stepsPerEpoch }

  package var schedule: LearningRateSchedule {
    let steps = configuration.epochs * order.stepsPerEpoch
    return LearningRateSchedule(
      peak: configuration.optimizer.learningRate,
      warmupSteps: min(
        Int((configuration.schedule.warmupEpochs * Double(order.stepsPerEpoch)).rounded()),
        steps),
      totalSteps: steps, finalShare: configuration.schedule.finalShare)
  }

  /// Settings and description of the data, which must equal those of a checkpoint to resume it.
  package var settings: [String: String] {
    recorded.decisive.merging(dataSettings) { first, _ in first }
  }

  /// Differences between a checkpoint's settings and these, one line each.
  package func differences(from settings: [String: String]) -> [String] {
    let known = dataSettings
    let data = known.keys.sorted().compactMap { key -> String? in
      let theirs = settings[key] ?? "no such setting"
      return theirs == known[key]
        ? nil : "\(key): the checkpoint has \(theirs), this run has \(known[key] ?? "")"
    }
    return recorded.differences(settings.filter { known[$0.key] == nil }) + data
  }

  private var dataSettings: [String: String] {
    var settings = [
      "store.samples": "\(catalog.sampleCount)",
      "store.fingerprint": String(catalog.fingerprint, radix: 16),
    ]
    if let parts = order.partsFingerprint { settings["store.parts"] = String(parts, radix: 16) }
    let record = DataSplit.Settings.joiningRecord
    if joinsEqualVideos { settings[record.key] = record.value }
    var division = DataSplit.Settings()
    division.division = self.division.ofData
    settings[DataSplit.Settings.divisionKey] = division.divisionRecord
    if case .allFolds(_, let length) = self.division {
      settings["crossValidation.epochs"] = "\(length.epochs)"
    }
    return settings
  }

  /// Training batches from a position on; their content depends only on the settings and the data.
  ///
  /// - Parameter pictured: The samples of each batch that get pictures; nil is all.
  package func makeLoader(
    from position: DataPosition, augmented: Bool = true, pictured: Range<Int>? = nil
  ) throws -> BatchLoader {
    try BatchLoader(
      catalog, order: order, augmentation: augmented ? configuration.augmentation : nil,
      selfBlending: configuration.selfBlending, inputSize: architecture.inputSize,
      from: position, pictured: pictured,
      options: LoaderOptions(threads: min(workers, 4), prefetch: 2))
  }

  /// Makes a preview of the pictures that training will see.
  package func makePreview() throws -> TrainingPreview {
    try TrainingPreview(
      catalog, order: order, augmentation: configuration.augmentation,
      selfBlending: configuration.selfBlending, inputSize: architecture.inputSize)
  }

  /// Number of steps of the schedule after which weights are averaged evenly.
  private var evenAverageAfter: Int {
    let steps = Double(schedule.totalSteps)
    return Int((steps * (1 - configuration.optimizer.averageLast)).rounded())
  }

  package func makeEngine() -> TrainingEngine {
    TrainingEngine(
      architecture: architecture, batchSize: configuration.batchSize, workers: workers,
      synchronizedBatchNorm: configuration.network.synchronizedBatchNorm,
      kernels: Processor.selected, collective: collective,
      precision: configuration.communication.precision)
  }

  package func makeStep(_ engine: TrainingEngine) -> TrainingStep {
    TrainingStep(
      engine: engine, schedule: schedule, clipNorm: configuration.optimizer.clipNorm,
      labelSmoothing: Float(configuration.optimizer.labelSmoothing), seed: seed,
      freezeBackboneEpochs: configuration.network.freezeBackboneEpochs,
      freezeStages: configuration.network.freezeStages, evenAverageAfter: evenAverageAfter,
      normalization: normalization)
  }

  /// Makes an untrained learner; the report says how the initial weights were used.
  ///
  /// - Parameter readingFiles: Whether to read the file of initial weights, if there is one.
  package func makeLearner(
    readingFiles: Bool = true
  ) throws -> (learner: Learner, report: [String]) {
    var state = NetworkState(randomFor: architecture, seed: seed)
    var report = ["random weights, seed \(configuration.seed)"]
    if readingFiles, let path = configuration.network.initialWeights {
      report = try InitialWeights.load(
        path, key: configuration.network.initialWeightsKey,
        allowsGaps: configuration.network.initialWeightsGaps, into: &state)
    }
    let optimizer = Optimizer(
      configuration.optimizer.rule, weightDecay: configuration.optimizer.weightDecay,
      layerDecay: configuration.optimizer.layerDecay, for: architecture)
    let decay = configuration.optimizer.emaDecay
    let isAveraged = decay > 0 || configuration.optimizer.averageLast > 0
    let average = isAveraged ? MovingAverage(decay: decay, state: state) : nil
    return (Learner(state: state, optimizer: optimizer, average: average), report)
  }

  /// Number of groups on the validation side below which cross-validation is proposed.
  private static let fewGroups = 20

  /// The data and its split, as text for the user.
  package var summary: String {
    var text = "Store      \(catalog.directory): \(catalog.videos.count) videos"
    if catalog.failedVideoCount > 0 { text += " (\(catalog.failedVideoCount) failed, left out)" }
    text += ", \(catalog.sampleCount) face crops of \(catalog.sizePixels) pixels\n"
    for side in [DatasetSplit.train, .validation, .test] {
      let counts = split.counts(of: side)
      if division != .sides, counts.videos == 0 { continue }
      let title = division != .sides && side == .validation ? "held out" : side.rawValue
      let name = title.padding(toLength: 11, withPad: " ", startingAt: 0)
      text +=
        "\(name)\(counts.realVideos) real and \(counts.fakeVideos) fake videos in "
        + "\(counts.groups) groups; \(counts.realSamples) and \(counts.fakeSamples) crops\n"
    }
    for warning in split.warnings + [nearDuplicates?.warning].compactMap(\.self) {
      text += "Warning    \(warning.printable)\n"
    }
    if let shortcut = shortcuts?.warning { text += "Warning    \(shortcut)\n" }
    if let note = normalizationNote { text += note }
    if validationBlends != nil {
      text +=
        "Note       the validation side has no fake: fakes blended of its real faces stand in for them, "
        + "and what the model is worth on other fakes is not known\n"
    }
    let people = split.counts(of: .validation).groups
    if division == .sides, people < Self.fewGroups {
      text +=
        "Note       \(people) \(people == 1 ? "group" : "groups") of people on the validation "
        + "side: with so few, the numbers depend on chance. "
        + "'trainer crossvalidate' judges all people, each by a network that has not seen them\n"
    }
    if let pairs = order as? PairOrder { text += pairs.summary + "\n" }
    if let balance = BalanceSummary(order, configuration.data) { text += balance.text }
    for note in split.notes { text += "Note       \(note.printable)\n" }
    let (missing, tasks) = catalog.missingTasks
    if missing > 0 {
      text +=
        "Note       \(missing) of the \(tasks) tasks of the extraction have written nothing yet: "
        + "'extractor status \(catalog.directory.shellWord.printable)' shows them\n"
    }
    let parameters = architecture.stateEntries.last { $0.arena == .parameters }?.range.upperBound
    text +=
      "Network    ResNet18, width \(architecture.width), input \(architecture.inputSize), "
      + "\(parameters ?? 0) parameters\n"
    text +=
      "Training   \(lastEpoch) epochs of \(order.stepsPerEpoch) steps of "
      + "\(configuration.batchSize) pictures, \(workers) workers"
    if collective.size > 1 { text += " in each of \(collective.size) processes" }
    if let note = TrainingEngine.divisionNote(workers: workers, ranks: collective.size) {
      text += "\nNote       \(note)"
    }
    if collective.size > 1, configuration.communication.precision != .float32 {
      text +=
        "\nNote       gradients travel as \(configuration.communication.precision.rawValue): "
        + "results depend on the number of processes"
    }
    return text
  }
}

extension TrainingSetup.Division {
  /// The corresponding division of the data.
  var ofData: DataSplit.Division {
    switch self {
    case .sides: .sides
    case .fold(let fold, of: let count): .fold(fold, of: count)
    case .allFolds(let count, _): .allFolds(count)
    }
  }
}
