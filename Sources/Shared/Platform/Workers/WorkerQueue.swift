internal import Foundation

/// A bounded queue of jobs for threads that live as long as it, each with a state of its own, such as
/// the networks of a detector: for a server that must answer "busy" rather than let requests pile up.
///
/// Jobs are begun in the order of their submission. An error of one is delivered to whoever submitted
/// it, and its thread goes on with the next. `WorkerPool.forEach` is for work that is known beforehand.
///
/// ```swift
/// let queue = WorkerQueue(workers: 2, capacity: 8, makeState: { _ in try Detector() }) {
///   (detector: inout Detector, picture: Picture) in try detector.faces(in: picture)
/// }
/// guard queue.submit(picture, completion: answer) == .accepted else { return busy() }
/// ```
package final class WorkerQueue<Job: Sendable, Output: Sendable>: Sendable {
  /// What became of a submission.
  package enum Submission: Sendable {
    /// The job will be done, or its completion gets `WorkerQueueError.stopped`.
    case accepted
    /// As many jobs wait as may; this one was not taken.
    case busy
    /// The queue was stopped; this job was not taken.
    case stopped
  }

  /// What becomes of the jobs that wait when a queue is stopped.
  package enum Rest: Sendable {
    /// They are done first.
    case finish
    /// Their completions get `WorkerQueueError.stopped`.
    case cancel
  }

  /// Gets a job's output or its error, on the thread that did the job.
  package typealias Completion = @Sendable (Result<Output, any Error>) -> Void

  // Threads keep this alive, not the queue: dropping the queue ends them.
  private let line: WaitingLine<Job, Output>

  /// Starts the threads.
  ///
  /// - Parameters:
  ///   - workers: how many threads, and so how many jobs are done at the same time.
  ///   - capacity: how many jobs may wait besides.
  ///   - makeState: called on each thread with the worker's number before its first job; what it makes
  ///     belongs to that thread alone. An error fails the job, and the next one tries again.
  ///   - work: does a job.
  package init<State>(
    workers: Int, capacity: Int, makeState: @escaping @Sendable (Int) throws -> State,
    work: @escaping @Sendable (inout State, Job) throws -> Output
  ) {
    precondition(workers > 0 && capacity > 0, "a queue has 1 or more workers and places to wait")
    let line = WaitingLine<Job, Output>(workers: workers, capacity: capacity)
    self.line = line
    for worker in 0..<workers {
      let thread = Thread {
        var state: State?
        while let entry = line.next() {
          entry.completion(
            Result {
              var present = try state ?? makeState(worker)
              // Moved out and in, so that a state that is a value is not copied for each job.
              state = nil
              defer { state = present }
              return try work(&present, entry.job)
            })
        }
        state = nil
        line.workerEnded()
      }
      thread.name = "WorkerQueue.\(worker)"
      thread.start()
    }
  }

  /// A queue that is dropped cancels what waits; its threads end after the jobs that they are at.
  deinit { line.close(.cancel) }

  /// Jobs that wait; those that are being done don't count.
  package var waitingCount: Int { line.count }

  /// Adds a job unless the queue is full or stopped; never waits.
  package func submit(_ job: Job, completion: @escaping Completion) -> Submission {
    line.add(job, completion, waits: false)
  }

  /// Adds a job as soon as there is room; `.busy` is never the answer.
  package func submitWaiting(_ job: Job, completion: @escaping Completion) -> Submission {
    line.add(job, completion, waits: true)
  }

  /// Takes no more jobs, and returns when all threads have ended. Must not be called by a job or a
  /// completion, which would wait for itself.
  package func stop(_ rest: Rest) {
    line.close(rest)
    line.waitForWorkers()
  }
}

/// Why a job was not done.
package enum WorkerQueueError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The queue was stopped while the job waited.
  case stopped

  /// The error as one line.
  package var description: String { "the queue was stopped before the job was begun" }
}

/// The jobs that wait, and how many threads take them. Sendable because `condition` guards the rest.
private final class WaitingLine<Job: Sendable, Output: Sendable>: @unchecked Sendable {
  typealias Queue = WorkerQueue<Job, Output>
  typealias Entry = (job: Job, completion: Queue.Completion)

  private let condition = NSCondition()
  private let capacity: Int
  private var entries: [Entry] = []
  private var isClosed = false
  private var workers: Int

  init(workers: Int, capacity: Int) {
    self.workers = workers
    self.capacity = capacity
  }

  var count: Int { condition.withLock { entries.count } }

  func add(_ job: Job, _ completion: @escaping Queue.Completion, waits: Bool) -> Queue.Submission {
    condition.withLock {
      while waits, !isClosed, entries.count >= capacity { condition.wait() }
      guard !isClosed else { return .stopped }
      guard entries.count < capacity else { return .busy }
      entries.append((job, completion))
      condition.broadcast()
      return .accepted
    }
  }

  /// Waits for the next job; nil where there will be none.
  func next() -> Entry? {
    condition.withLock {
      while entries.isEmpty, !isClosed { condition.wait() }
      guard !entries.isEmpty else { return nil }
      condition.broadcast()
      return entries.removeFirst()
    }
  }

  func close(_ rest: Queue.Rest) {
    let cancelled: [Entry] = condition.withLock {
      isClosed = true
      defer { condition.broadcast() }
      guard rest == .cancel else { return [] }
      defer { entries = [] }
      return entries
    }
    for entry in cancelled { entry.completion(.failure(WorkerQueueError.stopped)) }
  }

  func workerEnded() {
    condition.withLock {
      workers -= 1
      condition.broadcast()
    }
  }

  func waitForWorkers() {
    condition.withLock { while workers > 0 { condition.wait() } }
  }
}
