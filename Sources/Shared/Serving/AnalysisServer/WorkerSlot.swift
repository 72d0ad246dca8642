internal import Analyses
internal import AnalysisStore
internal import Contract
internal import Files
internal import Foundation
internal import Logging
internal import Subprocess
internal import SystemPackage
internal import Workers

/// Runs worker processes, one after the other; each does one analysis and ends.
///
/// A process is started before there is a job for it, so that no analysis waits for
/// the model to load.
struct WorkerSlot: Sendable {
  let settings: ServerSettings
  let store: AnalysisStore
  let queue: AnalysisQueue
  let hub: AnalysisHub
  let counters: ServerCounters
  let readiness: Readiness
  let logger: Logger

  /// Number of workers that an analysis may lose before it fails. More than one, because a worker
  /// may be lost for reasons that have nothing to do with the file.
  private static let mostAttempts = 3
  /// Length of the longest line that a worker may write, because workers are trusted
  /// less than the server.
  private static let mostLineBytes = 64 << 10
  /// Largest number of seconds for loading the model.
  private static let startSeconds = 120.0

  /// Outcome of a worker process.
  private struct Outcome: Sendable {
    /// The job; nil if the server stopped before there was one.
    var analysis: Analysis?
    /// Whether the worker was ended because its time was over.
    var isOverTime = false
    /// Whether the worker sent nothing after it received its job, so that it was dead before.
    var wasDead = false
    /// Why the worker can't work; nil if it can.
    var obstacle: String?
  }

  /// Runs workers until the server stops.
  ///
  /// - Parameter isReady: Called each time that a worker has loaded the model.
  /// - Throws: `ServerError` if workers can't work at all.
  func run(isReady: @Sendable () -> Void) async throws {
    var failures = 0
    while !Task.isCancelled {
      let (outcome, status) = try await runWorkerOrExplain(isReady: isReady)
      if let obstacle = outcome.obstacle {
        failures += 1
        logger.error("a worker can't work", metadata: ["reason": "\(obstacle)"])
        // If a worker has worked before, the cause may be temporary.
        guard failures < 3 || readiness.hasWorked else {
          throw ServerError(.workersUnusable, obstacle)
        }
        try? await Task.sleep(for: .seconds(min(failures, 30)))
        continue
      }
      guard let analysis = outcome.analysis else { return }
      failures = 0
      await finish(analysis, outcome, status)
      // The worker, which has ended, may have written files after the analysis was deleted.
      await store.removeOrphanedFiles(analysis.id)
    }
  }

  /// Runs a worker. If it can't even be started, for lack of memory or processes, that is an
  /// obstacle like a model that can't be loaded.
  private func runWorkerOrExplain(
    isReady: @Sendable () -> Void
  ) async throws -> (Outcome, TerminationStatus) {
    // Kept outside `runWorker`, so that an analysis isn't lost if that throws.
    let claimed = Locked<Analysis?>(nil)
    do {
      return try await runWorker(isReady: isReady, claimed: claimed)
    } catch let error as CancellationError {
      throw error
    } catch {
      guard let analysis = claimed.withLock({ $0 }) else {
        return (Outcome(obstacle: "a worker process can't be run: \(error)"), .exited(1))
      }
      logger.error("\(error)", metadata: ["analysis": "\(analysis.id)"])
      return (Outcome(analysis: analysis), .exited(1))
    }
  }

  private func runWorker(
    isReady: @Sendable () -> Void, claimed: Locked<Analysis?>
  ) async throws -> (Outcome, TerminationStatus) {
    var options = PlatformOptions()
    // Ctrl-C in a terminal must reach only the server, which ends its workers in order.
    options.processGroupID = 0
    let result = try await Subprocess.run(
      .path(FilePath(settings.workerExecutable)), arguments: Arguments(settings.workerArguments),
      platformOptions: options, input: .inputWriter, output: .sequence, error: .discarded
    ) { execution in
      let isOverTime = Locked(false)
      let isOver = Locked(false)
      // After this closure has returned, another process may have the worker's process number.
      let end: @Sendable () -> Void = {
        isOver.withLock { over in if !over { try? execution.send(signal: .kill) } }
      }
      let deadline = Deadline(end: {
        isOverTime.withLock { $0 = true }
        end()
      })
      defer {
        deadline.cancel()
        // Also ends a worker that has closed its output but still runs.
        end()
        isOver.withLock { $0 = true }
      }
      var lines = execution.standardOutput.strings(
        separatedBy: .unicodeScalarSequence(["\n"]),
        bufferingPolicy: .maxLineLength(Self.mostLineBytes)
      ).makeAsyncIterator()
      deadline.set(seconds: Self.startSeconds)
      switch try Self.message(await lines.next()) {
      case .ready: isReady()
      case .unusable(let reason): return Outcome(obstacle: reason)
      default:
        return Outcome(
          obstacle: "a worker process ended before it had loaded the model; it may need more "
            + "--worker-memory")
      }
      deadline.cancel()
      guard var analysis = await queue.next() else { return Outcome() }
      claimed.withLock { $0 = analysis }
      await queue.began(analysis.id, end: end)
      await hub.publish(analysis)
      var hasSpoken = true
      do {
        deadline.set(seconds: settings.timeLimitSeconds)
        try prepare(analysis.id)
        hasSpoken = false
        let job = WorkerJob(
          input: "\(store.folder(analysis.id))/\(AnalysisFiles.upload)", name: analysis.name,
          output: store.folder(analysis.id))
        let line = String(decoding: try JSONEncoder().encode(job), as: UTF8.self) + "\n"
        _ = try await execution.standardInputWriter.write(line)
        while let message = try Self.message(await lines.next()) {
          hasSpoken = true
          let beginsAnew = await take(message, &analysis)
          claimed.withLock { $0 = analysis }
          if beginsAnew { deadline.set(seconds: settings.timeLimitSeconds) }
        }
      } catch is CancellationError {
        throw CancellationError()
      } catch {
        // The worker has ended, or has sent an invalid message.
        logger.debug("the messages of a worker end: \(error)")
        end()
      }
      await queue.ended(analysis.id)
      return Outcome(
        analysis: analysis, isOverTime: isOverTime.withLock { $0 }, wasDead: !hasSpoken)
    }
    return (result.closureResult, result.terminationStatus)
  }

  /// Decodes a line of a worker; nil at the end.
  private static func message(_ line: String?) throws -> WorkerMessage? {
    try line.map { try JSONDecoder().decode(WorkerMessage.self, from: Data($0.utf8)) }
  }

  /// Removes the files of a worker that was lost.
  private func prepare(_ id: AnalysisID) throws {
    let folder = store.folder(id)
    for name in try FileManager.default.contentsOfDirectory(atPath: folder)
    where name != AnalysisFiles.upload {
      try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
    }
  }

  /// Handles a message of a worker.
  ///
  /// - Returns: Whether the worker's time limit begins again.
  private func take(_ message: WorkerMessage, _ analysis: inout Analysis) async -> Bool {
    switch message {
    case .ready, .unusable: return false
    // An ended analysis doesn't change any more.
    case .answered where analysis.isEnded, .failed where analysis.isEnded: return false
    case .progress(let progress):
      await hub.publish(analysis, progress: progress)
      return false
    case .failed(let failure):
      analysis.failure = failure
      await end(&analysis, .failed)
      return false
    case .answered:
      guard let result = try? AnalysisResult(of: analysis, in: store.folder(analysis.id)) else {
        analysis.failure = AnalysisFailure(.workerLost, "The answer could not be read.")
        await end(&analysis, .failed)
        return false
      }
      analysis.result = result
      await end(&analysis, .done)
      return true
    case .preview(let preview):
      guard analysis.result?.media.preview == .making else { return false }
      analysis.result?.media.preview = preview
      await save(analysis)
      return false
    }
  }

  private func end(_ analysis: inout Analysis, _ state: Analysis.State) async {
    guard !analysis.isEnded else { return }
    analysis.state = state
    analysis.finished = WallClock.seconds
    counters.countEnd(
      analysis.result?.finding.verdict?.rawValue ?? analysis.failure?.code.rawValue ?? "failed",
      seconds: WallClock.seconds - (analysis.started ?? WallClock.seconds))
    await save(analysis)
  }

  /// Saves an analysis, and sends an update to its followers. If the disk is full, waits until
  /// there is space, because without it the server can't do anything else either.
  private func save(_ analysis: Analysis) async {
    var attempt = 0
    while !Task.isCancelled {
      do {
        guard try await store.update(analysis) else { return await hub.end(analysis.id) }
        return await hub.publish(analysis)
      } catch {
        if attempt.isMultiple(of: 30) {
          logger.error("\(error)", metadata: ["analysis": "\(analysis.id)"])
        }
        attempt += 1
        try? await Task.sleep(for: .seconds(2))
      }
    }
  }

  /// Ends an analysis whose worker has ended, or queues it again.
  private func finish(
    _ analysis: Analysis, _ outcome: Outcome, _ status: TerminationStatus
  ) async {
    var analysis = analysis
    if analysis.state == .done {
      guard analysis.result?.media.preview == .making else { return }
      analysis.result?.media.preview = .failed
      return await save(analysis)
    }
    // The next server will run the analysis again.
    guard !analysis.isEnded, !readiness.isStopping else { return }
    counters.countLostWorker()
    logger.warning(
      "a worker was lost",
      metadata: ["analysis": "\(analysis.id)", "status": "\(status)"])
    if outcome.isOverTime {
      analysis.failure = AnalysisFailure(
        .timeLimit,
        "It took longer than \(Int(settings.timeLimitSeconds)) seconds, which is the limit here.")
    } else if outcome.wasDead {
      // The worker died while it waited, so the file isn't the cause.
      analysis.attempts = max(analysis.attempts - 1, 0)
      analysis.state = .queued
      await save(analysis)
      try? await Task.sleep(for: .milliseconds(200))
      return await queue.added()
    } else if status == .signaled(SIGXCPU) {
      analysis.failure = AnalysisFailure(
        .resourceLimit, "It took more processor time than an analysis may.")
    } else if analysis.attempts >= Self.mostAttempts {
      analysis.failure = AnalysisFailure(
        .workerLost,
        "The process that analysed it ended \(analysis.attempts) times without an answer: the file may "
          + "be damaged, or need more memory than an analysis may use.")
    } else {
      analysis.state = .queued
      await save(analysis)
      return await queue.added()
    }
    await end(&analysis, .failed)
  }
}

extension AnalysisResult {
  /// Reads the result of a worker. Workers are trusted less than the server, so sizes and
  /// everything that browsers act on are checked.
  fileprivate init(of analysis: Analysis, in folder: String) throws {
    let path = "\(folder)/\(AnalysisFiles.result)"
    let bytes = try FileSystem.contents(
      of: path, maximumBytes: AnalysisFiles.mostResultBytes)
    self = try JSONDecoder().decode(AnalysisResult.self, from: Data(bytes))
    finding.input = analysis.name
    let types = ["video/mp4", "video/webm", "image/jpeg"]
    guard crops.count <= AnalysisFiles.mostCrops, types.contains(media.type) else {
      throw ServerError(.foreignAnswer, "\(path): this is no answer of a worker")
    }
  }
}
