internal import Analyses
internal import AnalysisStore
internal import Logging

/// Gives queued analyses to workers, the oldest first, and ends the workers of deleted ones.
actor AnalysisQueue {
  private let store: AnalysisStore
  private let logger: Logger
  private var waiters: [CheckedContinuation<Void, Never>] = []
  /// Changes whenever an analysis may have been queued.
  private var generation = 0
  private var isStopping = false
  private var running: [AnalysisID: @Sendable () -> Void] = [:]

  init(_ store: AnalysisStore, logger: Logger) {
    self.store = store
    self.logger = logger
  }

  /// The next analysis, or nil when the server stops. Waits until there is one.
  func next() async -> Analysis? {
    while !isStopping {
      let seen = generation
      do {
        if let analysis = try await store.claim(at: WallClock.seconds) { return analysis }
      } catch {
        // A full disk may have space later.
        logger.error("\(error)")
        try? await Task.sleep(for: .seconds(1))
        if Task.isCancelled { return nil }
        continue
      }
      // An analysis may have been queued during the query.
      guard seen == generation, !isStopping else { continue }
      await withCheckedContinuation { waiters.append($0) }
    }
    return nil
  }

  /// Notifies the queue that an analysis is waiting.
  func added() {
    generation += 1
    wake()
  }

  /// Registers how to end the worker of an analysis.
  func began(_ id: AnalysisID, end: @escaping @Sendable () -> Void) { running[id] = end }

  /// Notifies the queue that no worker has the analysis any more.
  func ended(_ id: AnalysisID) { running[id] = nil }

  /// Ends the worker of an analysis that was deleted.
  func abandon(_ id: AnalysisID) { running[id]?() }

  /// Gives no more analyses to workers, because the server stops.
  func stop() {
    isStopping = true
    wake()
  }

  private func wake() {
    for waiter in waiters { waiter.resume() }
    waiters = []
  }
}
