import ArgumentParser
import Contract
import Diagnosis
import Evaluation
import Foundation
import Imaging
import ModelFiles
import NeuralNetwork
import ShardStore
import Terminal
import TensorFiles
import TrainingData
import Workers

/// From a model without statistics to one that can be trusted: measured as it is, its statistics
/// estimated, calibrated, measured again, checked, written.
struct ModelRepair {
  struct Settings {
    var store: String
    /// Crops of each video; nil is as in training, or all.
    var frames: Int?
    /// Where the split comes from if the file doesn't say.
    var split: DataSplit.Source
    var inputSize: Int?
    var workers: Int
    var cacheBytes: Int
  }

  /// What was measured of the model on both sides that it wasn't estimated on.
  struct Measurement: Codable {
    var validation: EvaluationReport
    /// Nil where there is no test side.
    var test: EvaluationReport?
  }

  private let subject: SubjectModel
  private let diagnosis: ModelDiagnosis
  private let settings: Settings
  private let catalog: SampleCatalog
  private let split: DataSplit
  private let splitSettings: DataSplit.Settings
  private let broken: NetworkState
  private let judge: ModelJudge
  private let interruption: Interruption
  private let workers: Int

  init(_ subject: SubjectModel, _ diagnosis: ModelDiagnosis, _ settings: Settings) throws {
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
    self.splitSettings = subject.metadata?.splitSettings ?? splitSettings
    split = try DataSplit(catalog, settings: self.splitSettings)
    try split.requireBothClasses(on: [.validation])
    guard split.counts(of: .train).samples > 0 else {
      throw TrainerError("\(settings.store): the training side has no face crop to learn from")
    }
    workers = WorkerPool(workerCount: settings.workers).workerCount
    interruption = Interruption { if $0 == .abandon { Foundation.exit(130) } }
    judge = ModelJudge(
      catalog: catalog,
      validator: Validator(
        architecture: broken.architecture, catalog: catalog,
        normalization: subject.normalization, workers: workers),
      draws: 1000, seed: 1, interruption: interruption)
  }

  /// - Parameters:
  ///   - force: write the model even if it fails its behaviour check.
  ///   - path: the model file.
  /// - Returns: the process's exit status: 0, or 3 where the model failed its behaviour check.
  func run(force: Bool, to path: String) throws -> Int32 {
    StandardOutput.write("\n" + dataSummary)
    let before = try measure(broken, "before") { _ in try subject.calibration() }
    let (state, estimation) = try estimated()
    let after = try measure(state, "after") { validation in
      try Calibration.fitted(
        frames: validation.frames, videosWithoutFaces: validation.videosWithoutFaces,
        score: subject.calibration().score)
    }
    // Written beside its place, judged, and only then renamed: a broken model never takes the place
    // of a sound one.
    let candidate = path + ".candidate"
    defer { unlink(candidate) }
    let metadata = metadata(state, after.measurement.validation.calibration, estimation)
    try ModelFile(state: state, metadata: metadata).write(to: candidate)
    let reloaded = try ModelFile(contentsOf: candidate).state
    let behaviour = try judge.behaviour(
      state, side: after.side, presentEntries: reloaded.entries.map(\.name), reloaded: reloaded)
    let isWritten = behaviour.passed || force
    if isWritten, rename(candidate, path) != 0 {
      throw TrainerError("\(path): can't write: \(String(cString: strerror(errno)))")
    }
    let verdict =
      behaviour.verdictLine + (isWritten ? "" : "; not written (--force does it all the same)")
    let information = RepairInformation(
      software: "trainer \(softwareVersion)", hardware: .current, verdict: verdict,
      source: subject.path, diagnosis: diagnosis, model: metadata,
      data: TrainingInformation.DataSummary(catalog, split), estimation: estimation,
      before: before.measurement, after: after.measurement, behaviour: behaviour)
    let informationPath = TrainingInformation.path(besideModel: path)
    try information.write(to: informationPath)
    report(before.measurement, after.measurement, behaviour)
    if isWritten, !subject.weights.container.isEmpty {
      StandardOutput.write(
        "Note: in the broken file the weights stood under "
          + "'\(subject.weights.container.joined(separator: "/"))'; the repaired one is a plain "
          + "state_dict.")
    }
    StandardOutput.write("\n" + verdict)
    if isWritten { StandardOutput.write("Model      \(path)") }
    StandardOutput.write("Told in    \(informationPath)")
    return behaviour.passed ? 0 : 3
  }

  // MARK: Statistics

  /// How the statistics were estimated.
  struct Estimation: Codable {
    var crops: Int
    var passes: Int
    var seconds: Double
  }

  /// The network with the statistics of the training side.
  private func estimated() throws -> (state: NetworkState, Estimation) {
    let clock = Stopwatch()
    let estimator = BatchNormEstimator(
      broken, workers: workers, cacheBytes: settings.cacheBytes)
    let samples = split.counts(of: .train).samples
    let progress = ProgressLine(total: samples * estimator.passCount, unit: "crops")
    defer { progress.finish() }
    while !estimator.isFinished {
      let pass = estimator.finishedPasses
      let batchSize = max(estimator.batchSize, 16)
      func show(_ done: Int) throws {
        guard interruption.request == .none else { throw ExitCode(interruption.exitStatus ?? 1) }
        progress.update(
          done: pass * samples + done,
          detail: "statistics, pass \(pass + 1) of \(estimator.passCount)")
      }
      // Those whose feature maps are in memory need no pictures, which would cost more than the pass.
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
        inputSize: broken.architecture.inputSize, skipped: held)
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
    calibration: (Validator.Predictions) throws -> Calibration
  ) throws -> (measurement: Measurement, side: ModelJudge.Side) {
    let validation = try judge.predict(
      state, videos: split.validation, name: "validation, \(name)")
    let calibration = try calibration(validation)
    let report = try judge.report(validation, calibration)
    let side = ModelJudge.Side(predictions: validation, report: report)
    let counts = split.counts(of: .test)
    guard counts.samples > 0 else { return (Measurement(validation: report), side) }
    let test = try judge.predict(state, videos: split.test, name: "test, \(name)")
    let testReport = try judge.report(test, calibration)
    // A test split of one class can't show how the model behaves.
    let isTelling = counts.realSamples > 0 && counts.fakeSamples > 0
    return (
      Measurement(validation: report, test: testReport),
      isTelling ? ModelJudge.Side(predictions: test, report: testReport) : side
    )
  }

  // MARK: What is written

  private func metadata(
    _ state: NetworkState, _ calibration: Calibration, _ estimation: Estimation
  ) -> ModelMetadata {
    var known = subject.metadata?.provenance.settings ?? [:]
    known["data.split"] = splitSettings.source.rawValue
    known["data.validationShare"] = "\(splitSettings.validationShare)"
    known["data.testShare"] = "\(splitSettings.testShare)"
    known["seed"] = "\(splitSettings.seed)"
    known["repair.crops"] = "\(estimation.crops)"
    known["repair.store.fingerprint"] = String(catalog.fingerprint, radix: 16)
    return ModelMetadata(
      architecture: state.architecture, entryNames: subject.network.entryNames(in: subject.weights),
      geometry: catalog.description.geometry, normalization: subject.normalization,
      temperature: calibration.temperature, threshold: calibration.threshold,
      videoScore: calibration.score.rawValue,
      provenance: ModelMetadata.Provenance(
        software: "trainer \(softwareVersion)", epoch: subject.metadata?.provenance.epoch ?? 0,
        step: subject.metadata?.provenance.step ?? 0, settings: known))
  }

  private var dataSummary: String {
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
    return text
  }

  private func report(
    _ before: Measurement, _ after: Measurement, _ behaviour: BehaviourCheck
  ) {
    var table = TextTable(header: ["videos", "before", "after"])
    let sides = [
      ("validation", before.validation, after.validation as EvaluationReport?),
      ("test", before.test ?? before.validation, after.test),
    ]
    for case (let name, let old, let new?) in sides {
      func row(_ what: String, _ value: (BinaryMetrics) -> String) {
        table.append(["\(what), \(name)", value(old.videos), value(new.videos)])
      }
      row("AUC") { EpochTable.number($0.auc, 4) }
      row("balanced accuracy") { EpochTable.number($0.balancedAccuracy, 4) }
      row("called fake") { EpochTable.percent($0.shareFake) }
    }
    StandardOutput.write("\n" + table.render())
    var reports = [("validation", after.validation)]
    if let test = after.test { reports.append(("test", test)) }
    ResultTable(reports: reports, behaviour: behaviour).print()
  }
}
