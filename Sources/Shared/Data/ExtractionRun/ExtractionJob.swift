package import Contract
internal import FaceDetection
internal import FaceExtraction
internal import Foundation
internal import Kernels
internal import Measure
internal import MediaDecoding
internal import NeuralNetwork
internal import PrintableText
package import ShardStore
internal import Terminal
package import VideoCatalog
internal import Workers

/// One run of the extractor. It extracts the videos of a catalog that the store doesn't have yet,
/// spread over workers, with one transaction per video.
package struct ExtractionJob {
  /// What a run needs besides the recipe.
  package struct Settings: Sendable {
    /// Layout of the data set, as the store records it.
    package var dataset: String
    /// Where the videos are; for the report.
    package var input: String
    /// Folder of the detector's weights; not read if the recipe needs no detector.
    package var weights: String
    /// How files become videos, as the store records it.
    package var reading: InputReading
    /// Whether only what the chosen frames need is decoded. This is faster and gives the same
    /// bytes.
    package var skipsUnneededFrames: Bool
    /// Number of videos that are extracted at the same time; 0 for one per core.
    package var workers: Int
    /// Size at which a shard is finished.
    package var maximumShardBytes: Int
    /// All settings that influence the content, by dotted key; for the report.
    package var recorded: [String: String]
    /// The task to do; nil for all tasks that the store is divided into.
    package var task: JobTask?
    /// A folder on a disk of this machine in which shards are written before they are published as
    /// a whole; nil if they are written in the store itself.
    package var scratch: String?
    /// Arguments of the command that continues the same work, without the task.
    package var command: [String]
    /// Whether to retry videos that failed before.
    package var retriesFailed: Bool
    /// Whether damaged and lost videos are removed from the store first, and extracted again.
    package var redoesDamaged: Bool

    package init(
      dataset: String, input: String, weights: String, reading: InputReading,
      skipsUnneededFrames: Bool, workers: Int, maximumShardBytes: Int, recorded: [String: String],
      task: JobTask? = nil, scratch: String? = nil, command: [String] = [],
      retriesFailed: Bool = false, redoesDamaged: Bool = false
    ) {
      self.dataset = dataset
      self.input = input
      self.weights = weights
      self.reading = reading
      self.skipsUnneededFrames = skipsUnneededFrames
      self.workers = workers
      self.maximumShardBytes = maximumShardBytes
      self.recorded = recorded
      self.task = task
      self.scratch = scratch
      self.command = command
      self.retriesFailed = retriesFailed
      self.redoesDamaged = redoesDamaged
    }
  }

  private let settings: Settings
  private let store: String
  private let observer: any ExtractionObserver

  /// - Parameter store: folder of the store; made if missing.
  package init(settings: Settings, store: String, observer: any ExtractionObserver) {
    self.settings = settings
    self.store = store
    self.observer = observer
  }

  /// Totals over all workers.
  private struct Tally {
    var extracted = 0
    var failed = 0
    var faces = 0
    /// Fakes that were searched for faces only where their originals have them.
    var takenOver = 0
    var times = StageTimes()
    var storeSeconds = 0.0
    /// Videos that the store can't hold.
    var notStored: [ExtractionReport.Problem] = []
  }

  /// Extracts what is missing and writes the report.
  ///
  /// - Parameter recipe: returns the recipe, given the checksum of the detector's weights, which is
  ///   nil if none are read.
  /// - Returns: what was done, and what the store holds afterwards; if the observer stopped the
  ///   work, some videos are pending.
  /// - Throws: errors that must stop a run, such as a full disk or a store of another recipe; a bad
  ///   video is recorded and skipped.
  package func run(
    _ catalog: VideoCatalog, recipe: (_ detectorWeights: String?) -> ExtractionRecipe
  ) throws -> ExtractionReport {
    let started = Date()
    let clock = Stopwatch()
    try ExtractionMemory.check(
      workers: WorkerPool(workerCount: settings.workers).workerCount,
      searchesFaces: recipe(nil).needsDetector)
    let weights =
      recipe(nil).needsDetector
      ? try MTCNNWeights.load(directory: settings.weights, kernels: Processor.selected) : nil
    let current = recipe(weights?.checksum)
    let recipe = try StoreDescription.recipe(current, goingOnIn: store)
    if recipe.version < current.version {
      observer.observe(.followsOlderRecipe(version: recipe.version))
    }
    let description = try StoreDescription(
      recipe: recipe, dataset: settings.dataset, reading: settings.reading,
      tasks: settings.task?.count
    ).establish(inStore: store)
    let check = StoreCheck(store: store, workers: settings.workers, observer: observer)
    var removed: [String] = []
    if settings.redoesDamaged {
      for task in tasks(of: description) { try task.checkIdle(inStore: store) }
      removed = try check.removeDamaged(settings.task)
    }
    let shares = try shares(of: catalog, description)
    let todo = shares.reduce(0) { $0 + $1.videos.count }
    let pool = WorkerPool(workerCount: settings.workers)
    observer.observe(
      .began(
        catalog, store: store, todo: todo, task: settings.task,
        workers: min(pool.workerCount, max(todo, 1))))
    observer.begin(total: todo, unit: "videos")
    let tally = Locked(Tally())
    var failure: (any Error)?
    do {
      for share in shares
      where share.videos.isEmpty ? share.writer != nil : !observer.shallStop {
        // The writer comes first, as it refuses a task that a run of the other kind is doing.
        let writer = try share.writer ?? self.writer(of: share.task, description)
        let pulse = TaskPulse(
          share.task, store: store, videos: share.videos.count,
          isStaged: settings.scratch != nil, command: settings.command)
        var end = TaskHeartbeat.State.failed
        defer { pulse.end(end) }
        let families =
          recipe.search.reusesOriginals && recipe.needsDetector
          ? VideoFamily.families(share.videos) : VideoFamily.singles(share.videos)
        try finishing(writer) {
          let originals = StoredOriginals(
            task: share.task.index, store: store,
            stored: Set(families.compactMap(\.original).filter { writer.state(of: $0) == .done }))
          try pool.forEach(families) { _ in
            let extractor = try FaceExtractor(
              weights: weights, recipe: recipe, skipsUnneededFrames: settings.skipsUnneededFrames)
            return { family in
              var (faces, isKnown) = (OriginalFaces?.none, false)
              for video in family.videos {
                guard !observer.shallStop else { return }
                // Another run of the task may have published it meanwhile.
                guard writer.state(of: video.name) != .done else { continue }
                if let original = family.original, original != video.name, !isKnown {
                  faces = try originals.faces(of: original, writer)
                  isKnown = true
                }
                let extraction = try extract(video, extractor, original: faces, writer, tally)
                if video.name == family.original {
                  faces = extraction.flatMap { OriginalFaces(video.name, StoredVideo($0)) }
                  isKnown = true
                }
                pulse.countVideo()
              }
            }
          }
        }
        // If the stop came after the last video, nothing is left to do.
        let isComplete =
          !settings.retriesFailed
          && share.videos.allSatisfy { writer.state(of: $0.name) != nil }
        end = observer.shallStop && !isComplete ? .stopped : .done
      }
    } catch {
      failure = error
    }
    observer.end()
    // A run that has nothing to do checks what is stored instead.
    if todo == 0, !settings.redoesDamaged, settings.scratch == nil {
      try check.compareChecksums(settings.task)
    }
    let currentReport = {
      try makeReport(
        catalog, description, tally.withLock { $0 }, workers: pool.workerCount, started: started,
        clock)
    }
    if let failure {
      // The failure, such as a full disk, is what must be thrown; the report is written if it can
      // be.
      try? currentReport().write(toStore: store)
      throw failure
    }
    var report = try currentReport()
    report.count(removed: removed, catalog)
    try report.write(toStore: store)
    return report
  }

  /// The videos that one task has to extract.
  private struct Share {
    let task: JobTask
    let videos: [CatalogVideo]
    /// Open if there is one task only, so that it isn't opened twice.
    let writer: (any VideoWriter)?
  }

  /// The tasks of this run.
  private func tasks(of description: StoreDescription) -> [JobTask] {
    let count = description.tasks ?? 1
    return settings.task.map { [$0] } ?? (0..<count).map { JobTask(index: $0, count: count) }
  }

  /// The videos to extract, by task.
  private func shares(
    of catalog: VideoCatalog, _ description: StoreDescription
  ) throws -> [Share] {
    let tasks = tasks(of: description)
    return try tasks.map { task in
      let writer = try self.writer(of: task, description)
      let videos = catalog.videos.filter { video in
        guard task.includes(video, of: description) else { return false }
        switch writer.state(of: video.name) {
        case .done: return false
        case .failed: return settings.retriesFailed
        case nil: return true
        }
      }
      guard tasks.count > 1 else { return Share(task: task, videos: videos, writer: writer) }
      try writer.finish()
      if videos.isEmpty, TaskHeartbeat.read(task, inStore: store)?.isAlive() != true {
        TaskPulse(task, store: store, videos: 0, command: settings.command).end(.done)
      }
      return Share(task: task, videos: videos, writer: nil)
    }
  }

  private func writer(
    of task: JobTask, _ description: StoreDescription
  ) throws -> any VideoWriter {
    try task.checkOtherRun(inStore: store, isStaged: settings.scratch != nil)
    if let scratch = settings.scratch {
      return try StagedShardWriter(
        directory: store, scratch: scratch, task: task.index, description: description,
        maximumShardBytes: settings.maximumShardBytes)
    }
    return try ShardWriter(
      directory: store, task: task.index, description: description,
      maximumShardBytes: settings.maximumShardBytes)
  }

  /// Runs `body` and finishes the writer, also after an error of `body`, which is then the one
  /// thrown.
  private func finishing(_ writer: any VideoWriter, _ body: () throws -> Void) throws {
    do {
      try body()
    } catch {
      try? writer.finish()
      throw error
    }
    try writer.finish()
  }

  /// Extracts and stores one video. Throws only errors that must stop the run.
  ///
  /// - Parameter original: the faces of the real video that this one was made from.
  /// - Returns: what was stored; nil if the video was dropped on request or can't be stored.
  @discardableResult
  private func extract(
    _ video: CatalogVideo, _ extractor: FaceExtractor, original: OriginalFaces?,
    _ writer: any VideoWriter, _ tally: Locked<Tally>
  ) throws -> VideoExtraction? {
    var times = StageTimes()
    guard let extraction = try extraction(of: video, extractor, original: original, &times) else {
      return nil
    }
    let start = ThreadCPUClock.seconds()
    let obstacle = try append(extraction, to: writer)
    let stored = ThreadCPUClock.seconds() - start
    if let reason = extraction.record.reason {
      observer.observe(.skipped(video: video.name, reason: reason))
    }
    let now = tally.withLock { tally in
      tally.extracted += 1
      tally.failed += extraction.record.state == .failed ? 1 : 0
      tally.faces += extraction.samples.count
      tally.takenOver += extraction.samples.first?.record.facesFrom == nil ? 0 : 1
      tally.times += times
      tally.storeSeconds += stored
      if let obstacle {
        tally.notStored.append(.init(name: video.name, label: video.label, reasons: [obstacle]))
      }
      return tally
    }
    observer.advance(to: now.extracted, detail: "\(now.faces) faces")
    return obstacle == nil ? extraction : nil
  }

  /// What is to be stored of a video; nil if it was dropped on request.
  private func extraction(
    of video: CatalogVideo, _ extractor: FaceExtractor, original: OriginalFaces?,
    _ times: inout StageTimes
  ) throws -> VideoExtraction? {
    let sourceBytes = video.sourceBytes
    do {
      let result = try extractor.extract(
        path: video.path, framesPerSecond: settings.reading.framesPerSecond, original: original
      ) { observer.shallDrop }
      times = result.times
      var facts = VideoRecord.Facts(result)
      facts.sourceBytes = sourceBytes
      let samples = result.crops.map { FaceSample(video, $0, from: result.original) }
      try facts.addLooks(of: samples)
      return .done(video, samples: samples, facts: facts, notes: result.notes)
    } catch let error as MediaError {
      guard error.code != .cancelled else { return nil }
      return .failed(
        video, reason: error.message, facts: VideoRecord.Facts(sourceBytes: sourceBytes))
    }
  }

  /// - Returns: why the store can't hold the video; nil if it does.
  private func append(
    _ extraction: VideoExtraction, to writer: any VideoWriter
  ) throws -> String? {
    do {
      try writer.append(extraction)
      return nil
    } catch {
      // For instance, a name is too long for a key: nothing was written, and the other videos
      // continue.
      guard error.code == .invalidVideo else { throw error }
      observer.observe(.notStored(reason: error.description))
      return error.description
    }
  }

  private func makeReport(
    _ catalog: VideoCatalog, _ description: StoreDescription, _ tally: Tally, workers: Int,
    started: Date, _ clock: Stopwatch
  ) throws -> ExtractionReport {
    var stages = Dictionary(
      uniqueKeysWithValues: tally.times.stages.map { ($0.name, $0.seconds) })
    stages["store"] = tally.storeSeconds
    var report = ExtractionReport(
      softwareVersion: softwareVersion, dataset: settings.dataset, input: settings.input,
      settings: settings.recorded,
      run: .init(
        startedAt: ISO8601DateFormatter().string(from: started),
        wallSeconds: clock.seconds, workers: workers,
        task: settings.task?.text, videosExtracted: tally.extracted - tally.failed,
        videosFailed: tally.failed,
        videosTakenOver: description.recipe.search.reusesOriginals ? tally.takenOver : nil,
        cpuSecondsByStage: stages,
        wasInterrupted: observer.shallStop),
      pending: 0, rows: [], skipped: tally.notStored, incomplete: [], unlabelled: [],
      passedOver: catalog.passedOver, notes: [])
    let ownTask = settings.task.flatMap { $0.count > 1 && description.tasks != nil ? $0 : nil }
    if let ownTask {
      report.count(
        catalog, catalog.videos.filter { ownTask.includes($0, of: description) },
        records: try TaskContent.records(of: ownTask.index, inStore: store))
      report.duplicates =
        "copies are looked for in the whole store: extractor report \(store.shellWord)"
      return report
    }
    let reader = try ShardReader(directory: store, allowLive: true)
    report.count(
      catalog, catalog.videos,
      records: Dictionary(uniqueKeysWithValues: reader.videos.map { ($0.name, $0.record) }))
    guard !reader.isBeingWritten else {
      report.duplicates =
        "other tasks of the store are being extracted; the run that ends last looks for copies"
      return report
    }
    do {
      report.count(equal: try reader.equalVideos(workerCount: workers))
    } catch {
      // The run itself is done, and has a report.
      report.duplicates = "copies can't be looked for: \(error)"
    }
    return report
  }
}
