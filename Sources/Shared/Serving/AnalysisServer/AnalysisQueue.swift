internal import Analyses
internal import AnalysisStore
internal import Logging

/// Gives waiting analyses to workers, the oldest first, and ends those that somebody deletes.
actor AnalysisQueue {
  private let store: AnalysisStore
  private let logger: Logger
  private var waiters: [CheckedContinuation<Void, Never>] = []
  /// Changes whenever something may be there to do.
  private var generation = 0
  private var isStopping = false
  private var running: [AnalysisID: @Sendable () -> Void] = [:]

  init(_ store: AnalysisStore, logger: Logger) {
    self.store = store
    self.logger = logger
  }

  /// The next analysis to be done; waits for one. Nil when the server stops.
  func next() async -> Analysis? {
    while !isStopping {
      let seen = generation
      do {
        if let analysis = try await store.claim(at: WallClock.seconds) { return analysis }
      } catch {
        // A disk that is full now may have room later.
        logger.error("\(error)")
        try? await Task.sleep(for: .seconds(1))
        if Task.isCancelled { return nil }
        continue
      }
      // Something may have come while the store was asked.
      guard seen == generation, !isStopping else { continue }
      await withCheckedContinuation { waiters.append($0) }
    }
    return nil
  }

  /// Says that an analysis waits.
  func added() {
    generation += 1
    wake()
  }

  /// Says how the worker of an analysis is ended.
  func began(_ id: AnalysisID, end: @escaping @Sendable () -> Void) { running[id] = end }

  /// Says that no worker has this analysis any more.
  func ended(_ id: AnalysisID) { running[id] = nil }

  /// Ends the worker of an analysis that was deleted.
  func abandon(_ id: AnalysisID) { running[id]?() }

  /// Gives out nothing more: the server stops.
  func stop() {
    isStopping = true
    wake()
  }

  private func wake() {
    for waiter in waiters { waiter.resume() }
    waiters = []
  }
}
