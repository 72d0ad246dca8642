internal import Contract
package import Diagnosis
package import Evaluation
internal import Foundation
internal import Imaging
internal import Measure
internal import ModelFiles
internal import NeuralNetwork
internal import Prediction
internal import PrintableText
internal import ShardStore
internal import Terminal
package import TrainingData
internal import VideoCatalog
package import Workers

/// Repairs a model whose BatchNorm statistics are missing or whose classes are swapped: measures it
/// unchanged, estimates its statistics, exchanges its outputs, calibrates it, measures it again,
/// checks it and writes it.
package struct ModelRepair {
  package struct Settings {
    /// Folder of the shard store.
    package var store: String
    /// Frames per video; nil takes the number used in training, or all if the file doesn't say.
    package var frames: Int?
    /// Source of the split if the file doesn't say it.
    package var split: DataSplit.Source
    /// Side of the network's input in pixels; nil takes it from the file, or from the crops if the
    /// file doesn't say.
    package var inputSize: Int?
    /// Number of workers that share the crops; 0 is one per core.
    package var workers: Int
    /// Memory for feature maps between passes, in bytes.
    package var cacheBytes: Int
    /// Whether to estimate the statistics rather than keep those of the file.
    package var estimatesStatistics: Bool
    /// Whether to exchange the two outputs.
    package var swapsClasses: Bool

    package init(
      store: String, frames: Int?, split: DataSplit.Source, inputSize: Int?, workers: Int,
      cacheBytes: Int, estimatesStatistics: Bool = true, swapsClasses: Bool = false
    ) {
      self.store = store
      self.frames = frames
      self.split = split
      self.inputSize = inputSize
      self.workers = workers
      self.cacheBytes = cacheBytes
      self.estimatesStatistics = estimatesStatistics
      self.swapsClasses = swapsClasses
    }
  }

  package struct Outcome {
    /// Content of the information file beside the model.
    package var information: RepairInformation
    /// Whether the model was written.
    package var isWritten: Bool
    /// Path of the information file; nil if the model was refused and an older
    /// model's file was kept.
    package var informationPath: String?
  }

  /// Metrics of the model on the two sides that were not used for estimating its statistics.
  package struct Measurement: Codable {
    package var validation: EvaluationReport
    /// Nil if there is no test side.
    package var test: EvaluationReport?
  }

  private let subject: SubjectModel
  private let diagnosis: ModelDiagnosis
  private let settings: Settings
  private let catalog: SampleCatalog
  private let split: DataSplit
  private let splitSettings: DataSplit.Settings
  private let broken: NetworkState
  private let judge: ModelJudge
  private let observer: any WorkObserver
  private let workers: Int

  package init(
    _ subject: SubjectModel, _ diagnosis: ModelDiagnosis, _ settings: Settings,
    observer: any WorkObserver
  ) throws {
    self.subject = subject
    self.diagnosis = diagnosis
    self.settings = settings
    let known = subject.metadata?.provenance.settings["data.framesPerVideo"].flatMap(Int.init)
    catalog = try SampleCatalog(
      directory: settings.store, framesPerVideo: settings.frames ?? known ?? 0,
      workerCount: settings.workers)
    broken = try subject.state(for: catalog, inputSize: settings.inputSize)
    var splitSettings = DataSplit.Settings()
    splitSettings.source = settings.split
    if let known = subject.metadata?.splitSettings { splitSettings = known }
    if case .allFolds = splitSettings.division {
      let trained = subject.metadata?.provenance.settings["store.fingerprint"]
        .flatMap { UInt64($0, radix: 16) }
      guard let trained, !catalog.hasFingerprint(trained) else {
        throw JudgingError(
          settings.store,
          "the model has learned from every video of this store, so nothing in it can show what a "
            + "repair is worth; expected a store of other people")
      }
      splitSettings.division = .sides
    }
    self.splitSettings = splitSettings
    split = try DataSplit(catalog, settings: self.splitSettings)
    try split.requireBothClasses(on: [.validation])
    guard split.counts(of: .train).samples > 0 else {
      throw JudgingError(settings.store, "the training side has no face crop to learn from")
    }
    workers = WorkerPool(workerCount: settings.workers).workerCount
    self.observer = observer
    judge = ModelJudge(
      catalog: catalog,
      predictor: Predictor(
        architecture: broken.architecture, catalog: catalog,
        normalization: subject.normalization, workers: workers),
      draws: 1000, seed: 1, observer: observer)
  }

  /// Measures the model, repairs it, measures it again and writes it.
  ///
  /// - Parameters:
  ///   - force: Whether to write the model even if it fails its behaviour check.
  ///   - path: Path of the model file.
  /// - Throws: `WorkStopped` if the observer ended the work; then nothing was written.
  package func run(force: Bool, to path: String) throws -> Outcome {
    let before = try measure(broken, "before") { _ in try subject.calibration() }
    var (state, estimation): (NetworkState, Estimation?) = (broken, nil)
    if settings.estimatesStatistics { (state, estimation) = try estimated() }
    if settings.swapsClasses { state = state.exchangingClasses() }
    let after = try measure(state, "after") { validation in
      try Calibration.fitted(
        frames: validation.frames, videosWithoutFaces: validation.videosWithoutFaces,
        score: subject.calibration().score)
    }
    let metadata = metadata(state, after.measurement.validation.calibration, estimation)
    let publication = try judge.publish(state, metadata, side: after.side, force: force, to: path)
    let (behaviour, isWritten) = (publication.behaviour, publication.isPublished)
    let information = RepairInformation(
      software: "trainer \(softwareVersion)", hardware: .current, verdict: behaviour.verdict,
      summary: behaviour.reason + (isWritten ? "" : "; not written (--force does it anyway)"),
      source: subject.path, diagnosis: diagnosis, model: publication.metadata,
      data: DataSummary(catalog, split), estimation: estimation,
      swappedClasses: settings.swapsClasses, before: before.measurement, after: after.measurement,
      behaviour: behaviour)
    let informationPath = InformationFile.path(besideModel: path, isPublished: isWritten)
    if let informationPath { try information.write(to: informationPath) }
    return Outcome(
      information: information, isWritten: isWritten, informationPath: informationPath)
  }

  // MARK: Statistics

  /// How the statistics were estimated.
  package struct Estimation: Codable {
    package var crops: Int
    package var passes: Int
    package var seconds: Double
  }

  /// The network with the statistics of the training side.
  private func estimated() throws -> (state: NetworkState, Estimation) {
    let clock = Stopwatch()
    let estimator = BatchNormEstimator(
      broken, workers: workers, cacheBytes: settings.cacheBytes, kernels: Processor.selected)
    let samples = split.counts(of: .train).samples
    observer.begin(total: samples * estimator.passCount, unit: "crops")
    defer { observer.end() }
    while !estimator.isFinished {
      let pass = estimator.finishedPasses
      let batchSize = max(estimator.batchSize, 16)
      func show(_ done: Int) throws {
        if observer.shallStop { throw WorkStopped() }
        observer.advance(
          to: pass * samples + done,
          detail: "statistics, pass \(pass + 1) of \(estimator.passCount)")
      }
      // Samples whose feature maps are in memory need no pictures; loading them would cost more
      // than the pass.
      let held = estimator.heldSamples
      for start in stride(from: 0, to: held, by: batchSize) {
        let count = min(batchSize, held - start)
        estimator.accumulate(count: count) { _, _ in
          preconditionFailure("the estimator holds the maps of this sample")
        }
        try show(start + count)
      }
      let loader = try EvaluationLoader(
        catalog, videos: split.train, batchSize: batchSize,
        inputSize: broken.architecture.inputSize, samples: held..<Int.max)
      defer { loader.stop() }
      var done = held
      while let batch = try loader.next() {
        estimator.accumulate(count: batch.count) { [normalization = subject.normalization] in
          normalization.write(batch.pictures[$0], into: $1)
        }
        done += batch.count
        try show(done)
      }
      estimator.finishPass()
    }
    return (
      estimator.state,
      Estimation(crops: samples, passes: estimator.passCount, seconds: clock.seconds)
    )
  }

  // MARK: Measuring

  private func measure(
    _ state: NetworkState, _ name: String,
    calibration: (VideoPredictions) throws -> Calibration
  ) throws -> (measurement: Measurement, side: ModelJudge.Side) {
    let validation = try judge.predict(
      state, videos: split.validation, name: "validation, \(name)")
    let calibration = try calibration(validation)
    let report = try judge.report(validation, calibration)
    let side = ModelJudge.Side("validation", predictions: validation, report: report)
    let counts = split.counts(of: .test)
    guard counts.samples > 0 else { return (Measurement(validation: report), side) }
    let test = try judge.predict(state, videos: split.test, name: "test, \(name)")
    let testReport = try judge.report(test, calibration)
    // A test split of one class can't show how the model behaves.
    let isTelling = counts.realSamples > 0 && counts.fakeSamples > 0
    return (
      Measurement(validation: report, test: testReport),
      isTelling ? ModelJudge.Side("test", predictions: test, report: testReport) : side
    )
  }

  // MARK: What is written

  private func metadata(
    _ state: NetworkState, _ calibration: Calibration, _ estimation: Estimation?
  ) -> ModelMetadata {
    var known = subject.metadata?.provenance.settings ?? [:]
    known["data.split"] = splitSettings.source.rawValue
    known["data.validationShare"] = "\(splitSettings.validationShare)"
    known["data.testShare"] = "\(splitSettings.testShare)"
    known["seed"] = "\(splitSettings.seed)"
    let record = DataSplit.Settings.joiningRecord
    known[record.key] = splitSettings.joinsEqualVideos ? record.value : nil
    known[DataSplit.Settings.divisionKey] = splitSettings.divisionRecord
    if let estimation { known["repair.crops"] = "\(estimation.crops)" }
    if settings.swapsClasses { known["repair.swapsClasses"] = "true" }
    known["repair.store.fingerprint"] = String(catalog.fingerprint, radix: 16)
    return ModelMetadata(
      architecture: state.architecture, entryNames: subject.network.entryNames,
      recipe: catalog.description.recipe, normalization: subject.normalization,
      calibration: calibration,
      provenance: ModelMetadata.Provenance(
        software: "trainer \(softwareVersion)", epoch: subject.metadata?.provenance.epoch ?? 0,
        step: subject.metadata?.provenance.step ?? 0, settings: known))
  }

  /// The data and its split, as text for the user.
  package var dataSummary: String {
    var text = "Store      \(catalog.directory): \(catalog.sampleCount) face crops\n"
    for side in [DatasetSplit.train, .validation, .test] {
      let counts = split.counts(of: side)
      text += side.rawValue.padding(toLength: 11, withPad: " ", startingAt: 0)
      text += "\(counts.realVideos) real and \(counts.fakeVideos) fake videos; "
      text += "\(counts.realSamples) and \(counts.fakeSamples) crops\n"
    }
    text +=
      subject.metadata?.splitSettings == nil
      ? "Note       The file doesn't say what it was trained on; it may have seen the videos that it "
        + "is measured on.\n" : ""
    for warning in split.warnings { text += "Warning    \(warning.printable)\n" }
    for difference in subject.metadata?.recipeDifferences(from: catalog) ?? [] {
      text += "Note       \(difference).\n"
    }
    return text
  }
}
