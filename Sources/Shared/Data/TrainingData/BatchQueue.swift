internal import Dispatch
internal import Foundation
internal import Measure

/// Makes the batches of a plan ahead of their use, in order, on threads of its own.
///
/// A thread that finds enough batches ready ends its work instead of waiting, and `next` wakes it:
/// no Dispatch thread is ever blocked. A batch depends on its number alone, so neither threads nor
/// timing have an influence.
///
/// Sendable because `condition` guards `state`, and each maker is used on its own serial queue
/// only.
final class BatchQueue: @unchecked Sendable {
  private struct State {
    /// Number of the next batch that a thread begins.
    var nextToMake = 0
    /// Number of the next batch that `next` gives.
    var nextToTake = 0
    var ready: [Int: Result<Batch?, TrainingDataError>] = [:]
    var idleThreads: [Int] = []
    var isStopped = false
    var mostAhead = 0
    /// Runs from the first call of `next`.
    var clock: Stopwatch?
    var times = LoaderTimes()
  }

  private let plan: any BatchPlan
  private let settings: PictureSettings
  private let prefetch: Int
  private let threads: [LoaderThread]
  private let group = DispatchGroup()
  private let condition = NSCondition()
  private var state = State()

  init(
    _ plan: any BatchPlan, _ settings: PictureSettings, _ options: LoaderOptions
  ) throws(TrainingDataError) {
    guard (1...256).contains(options.threads), (1...256).contains(options.prefetch) else {
      throw TrainingDataError(
        .invalidSetting, subject: "loader threads, prefetch",
        "expected 1...256, got \(options.threads) and \(options.prefetch)")
    }
    self.plan = plan
    self.settings = settings
    prefetch = max(options.prefetch, options.threads)
    threads = (0..<options.threads).map(LoaderThread.init)
    state.idleThreads = Array((0..<options.threads).reversed())
    condition.withLock { wakeThreads() }
  }

  /// How long `next` has waited.
  var times: LoaderTimes { condition.withLock { state.times } }

  /// Largest number of batches that were ready or being made at a time.
  var mostBatchesAhead: Int { condition.withLock { state.mostAhead } }

  private var isStopped: Bool { condition.withLock { state.isStopped } }

  /// Returns the next batch, or nil after the last one. An error is thrown again by all later
  /// calls.
  func next() throws(TrainingDataError) -> Batch? {
    try take().get()
  }

  /// Ends loading; returns when no thread works any more.
  func stop() {
    condition.withLock {
      state.isStopped = true
      state.ready = [:]
      condition.broadcast()
    }
    group.wait()
  }

  private func take() -> Result<Batch?, TrainingDataError> {
    condition.lock()
    defer { condition.unlock() }
    let clock = Stopwatch()
    state.clock = state.clock ?? clock
    while !state.isStopped, state.ready[state.nextToTake] == nil { condition.wait() }
    state.times.waitSeconds += clock.seconds
    state.times.totalSeconds = (state.clock ?? clock).seconds
    guard let result = state.ready[state.nextToTake] else {
      return .failure(
        TrainingDataError(
          .stopped, subject: settings.catalog.directory, "the loader was stopped"))
    }
    // An end and an error are kept, and no batch after them is made.
    guard case .success(.some) = result else { return result }
    state.ready[state.nextToTake] = nil
    state.nextToTake += 1
    wakeThreads()
    return result
  }

  /// Gives work to idle threads, up to the number of batches to prefetch. The caller holds the
  /// lock.
  private func wakeThreads() {
    var room = prefetch - (state.nextToMake - state.nextToTake)
    while room > 0, !state.isStopped, let thread = state.idleThreads.popLast() {
      room -= 1
      threads[thread].queue.async(group: group) { [self] in work(thread) }
    }
  }

  /// Makes batches until there are enough.
  private func work(_ thread: Int) {
    while let number = claim(thread) {
      let result = make(number, on: threads[thread])
      condition.withLock {
        if !state.isStopped { state.ready[number] = result }
        condition.broadcast()
      }
    }
  }

  private func claim(_ thread: Int) -> Int? {
    condition.withLock {
      let ahead = state.nextToMake - state.nextToTake
      guard !state.isStopped, ahead < prefetch else {
        state.idleThreads.append(thread)
        return nil
      }
      state.mostAhead = max(state.mostAhead, ahead + 1)
      defer { state.nextToMake += 1 }
      return state.nextToMake
    }
  }

  private func make(
    _ number: Int, on thread: LoaderThread
  ) -> Result<Batch?, TrainingDataError> {
    guard let planned = plan.batch(number) else { return .success(nil) }
    do throws(TrainingDataError) {
      let maker = try thread.batchMaker(settings)
      return .success(try maker.make(planned, isStopped: { isStopped }))
    } catch {
      return .failure(error)
    }
  }
}

/// A thread of a loader: a serial queue, which Dispatch runs besides its pool of one thread per
/// core. Sendable because only work on `queue` touches `maker`.
private final class LoaderThread: @unchecked Sendable {
  let queue: DispatchQueue
  private var maker: BatchMaker?

  init(_ number: Int) {
    queue = DispatchQueue(label: "BatchLoader.\(number)")
  }

  func batchMaker(_ settings: PictureSettings) throws(TrainingDataError) -> BatchMaker {
    if let maker { return maker }
    let made = try BatchMaker(settings)
    maker = made
    return made
  }
}
