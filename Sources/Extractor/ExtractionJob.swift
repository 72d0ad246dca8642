import FaceDetection
import FaceExtraction
import Foundation
import Measure
import MediaDecoding
import NeuralNetwork
import Configuration
import Contract
import ShardStore
import Terminal
import VideoCatalog
import Workers

/// One run of the extractor: the videos of a catalog that the store doesn't have yet, spread over
/// workers, each video one transaction.
struct ExtractionJob {
  let configuration: ExtractConfiguration
  let input: String
  let store: String
  let part: JobPart
  let retriesFailed: Bool

  /// What the workers add up.
  private struct Tally {
    var extracted = 0
    var failed = 0
    var faces = 0
    var times = StageTimes()
    var storeSeconds = 0.0
  }

  /// - Returns: the process's exit status.
  func run() throws -> Int32 {
    let started = Date()
    // A write beyond a limit on file sizes shall fail like one on a full disk, not kill the process.
    signal(SIGXFSZ, SIG_IGN)
    let weights = try MTCNNWeights.load(
      directory: configuration.detection.weights, kernels: Processor.selected)
    let catalog = try loadCatalog()
    let recipe = configuration.recipe(detectorWeights: weights.checksum)
    let description = StoreDescription(recipe: recipe, dataset: configuration.dataset.rawValue)
    let writer = try ShardWriter(
      directory: store, task: part.task, description: description,
      maximumShardBytes: configuration.shards.maximumMebibytes << 20)
    let todo = catalog.videos.filter { video in
      guard part.includes(video.name) else { return false }
      switch writer.state(of: video.name) {
      case .done: return false
      case .failed: return retriesFailed
      case nil: return true
      }
    }
    let pool = WorkerPool(workerCount: configuration.workers)
    announce(catalog, todo: todo.count, workers: min(pool.workerCount, max(todo.count, 1)))

    let progress = ProgressLine(total: todo.count, unit: "videos")
    let interruption = Interruption { request in
      progress.note(
        request == .finish
          ? "Finishing the videos under way; press Ctrl-C again to drop them."
          : "Dropping the videos under way.")
    }
    let tally = Locked(Tally())
    var failure: (any Error)?
    do {
      try pool.forEach(todo) { _ in
        let extractor = try FaceExtractor(
          weights: weights, recipe: recipe,
          skipsUnneededFrames: configuration.sampling.skipUnneededFrames)
        return { video in
          guard interruption.request == .none else { return }
          try extract(video, extractor, writer, interruption, tally, progress)
        }
      }
    } catch {
      failure = error
    }
    progress.finish()
    writer.close()
    let currentReport = {
      try makeReport(
        catalog, tally.withLock { $0 }, workers: pool.workerCount, started: started,
        wasInterrupted: interruption.request != .none)
    }
    if let failure {
      // The failure, such as a full disk, is what there is to say; a report is a bonus.
      try? currentReport().write(toStore: store)
      throw failure
    }
    let report = try currentReport()
    try report.write(toStore: store)
    show(report)
    if let signal = interruption.signal, report.pending > 0 {
      print(
        "\nStopped. Run the same command again to go on with the other \(report.pending) videos.")
      return 128 + signal
    }
    return report.hasProblems ? 2 : 0
  }

  private func loadCatalog() throws -> VideoCatalog {
    guard let kind = CatalogKind(rawValue: configuration.dataset.rawValue) else {
      preconditionFailure("every dataset of the configuration is a kind of catalog")
    }
    return try VideoCatalog.load(
      kind: kind, input: input,
      options: CatalogOptions(
        unlabelled: configuration.unlabelled == .skip ? .skip : .fail,
        methods: configuration.methods, compressions: configuration.compressions))
  }

  private func announce(_ catalog: VideoCatalog, todo: Int, workers: Int) {
    let real = catalog.videos.count { $0.label == .real }
    let groups = Set(catalog.videos.map(\.group)).count
    print(
      "Catalog: \(catalog.videos.count) videos (\(real) real, \(catalog.videos.count - real) fake) "
        + "in \(groups) groups from \(input)")
    for note in catalog.notes { print("Note: \(note)") }
    let share = part.count > 1 ? " of part \(part.number)/\(part.count)" : ""
    print(
      "Store: \(store); \(todo) videos\(share) to do with \(workers) "
        + "worker\(workers == 1 ? "" : "s")")
  }

  /// One video, from file to transaction. Throws only what must stop the run.
  private func extract(
    _ video: CatalogVideo, _ extractor: FaceExtractor, _ writer: ShardWriter,
    _ interruption: Interruption, _ tally: Locked<Tally>, _ progress: ProgressLine
  ) throws {
    var times = StageTimes()
    guard
      let extraction = try extraction(
        of: video, extractor, isCancelled: { interruption.request == .abandon }, &times)
    else { return }
    let start = ThreadCPUClock.seconds()
    try append(extraction, to: writer, progress)
    let stored = ThreadCPUClock.seconds() - start
    if let reason = extraction.record.reason { progress.note("Skipped \(video.name): \(reason)") }
    let now = tally.withLock { tally in
      tally.extracted += 1
      tally.failed += extraction.record.state == .failed ? 1 : 0
      tally.faces += extraction.samples.count
      tally.times += times
      tally.storeSeconds += stored
      return tally
    }
    progress.update(done: now.extracted, detail: "\(now.faces) faces")
  }

  /// What the store shall say of a video; nil where it was dropped on request.
  private func extraction(
    of video: CatalogVideo, _ extractor: FaceExtractor, isCancelled: () -> Bool,
    _ times: inout StageTimes
  ) throws -> VideoExtraction? {
    do {
      let result = try extractor.extract(path: video.path, isCancelled: isCancelled)
      times = result.times
      return .done(
        video, samples: result.crops.map { FaceSample(video, $0) },
        facts: VideoRecord.Facts(result), notes: result.notes)
    } catch let error as MediaError {
      return error.code == .cancelled ? nil : .failed(video, reason: error.message)
    }
  }

  private func append(
    _ extraction: VideoExtraction, to writer: ShardWriter, _ progress: ProgressLine
  ) throws {
    do {
      try writer.append(extraction)
    } catch {
      // A name too long for a key, for instance: nothing was written, the others go on.
      guard error.code == .invalidVideo else { throw error }
      progress.note("Not stored: \(error)")
    }
  }

  private func makeReport(
    _ catalog: VideoCatalog, _ tally: Tally, workers: Int, started: Date, wasInterrupted: Bool
  ) throws -> ExtractionReport {
    var stages = Dictionary(
      uniqueKeysWithValues: tally.times.stages.map { ($0.name, $0.seconds) })
    stages["store"] = tally.storeSeconds
    var report = ExtractionReport(
      softwareVersion: softwareVersion, dataset: configuration.dataset.rawValue, input: input,
      settings: configuration.contentSettings,
      run: .init(
        startedAt: ISO8601DateFormatter().string(from: started),
        wallSeconds: Date().timeIntervalSince(started), workers: workers,
        part: "\(part.number)/\(part.count)", videosExtracted: tally.extracted - tally.failed,
        videosFailed: tally.failed, cpuSecondsByStage: stages, wasInterrupted: wasInterrupted),
      pending: 0, rows: [], skipped: [], incomplete: [], notes: [])
    let reader = try ShardReader(directory: store, allowLive: true)
    report.count(
      catalog,
      records: Dictionary(uniqueKeysWithValues: reader.videos.map { ($0.name, $0.record) }))
    return report
  }

  private func show(_ report: ExtractionReport) {
    print("\n" + report.table())
    let lines = report.problemLines()
    if !lines.isEmpty { print("\n" + lines.joined(separator: "\n")) }
    print("\nReport: \(store)/\(ExtractionReport.fileName)")
  }
}
