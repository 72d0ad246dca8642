internal import Foundation

/// A bounded queue of jobs for threads that live as long as the queue, each with a state of its
/// own, such as the networks of a detector. It is for a server that must answer "busy" rather than
/// let requests pile up.
///
/// Jobs are begun in the order of their submission. The error of a job goes to its completion, and
/// the thread goes on with the next job. `WorkerPool.forEach` is for work that is known beforehand.
///
/// ```swift
/// let queue = WorkerQueue(workers: 2, capacity: 8, makeState: { _ in try Detector() }) {
///   (detector: inout Detector, picture: Picture) in try detector.faces(in: picture)
/// }
/// guard queue.submit(picture, completion: answer) == .accepted else { return busy() }
/// ```
package final class WorkerQueue<Job: Sendable, Output: Sendable>: Sendable {
  /// The result of a submission.
  package enum Submission: Sendable {
    /// The job will be done, or its completion gets `WorkerQueueError.stopped`.
    case accepted
    /// The queue is full; this job was not taken.
    case busy
    /// The queue was stopped; this job was not taken.
    case stopped
  }

  /// What happens to the waiting jobs when a queue is stopped.
  package enum Rest: Sendable {
    /// They are done first.
    case finish
    /// Their completions get `WorkerQueueError.stopped`.
    case cancel
  }

  /// Receives a job's output or its error, on the thread that did the job.
  package typealias Completion = @Sendable (Result<Output, any Error>) -> Void

  // Threads keep this alive, not the queue: dropping the queue ends them.
  private let line: WaitingLine<Job, Output>

  /// Starts the threads.
  ///
  /// - Parameters:
  ///   - workers: how many threads, and so how many jobs are done at the same time.
  ///   - capacity: how many further jobs may wait.
  ///   - makeState: called on each thread with the worker's number before its first job; what it
  ///     makes belongs to that thread alone. An error fails the job, and the next one tries again.
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
              // Moved out and back, so that a state of a value type is not copied for each job.
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

  /// When the queue is released, waiting jobs are cancelled; its threads end after their current
  /// jobs.
  deinit { line.close(.cancel) }

  /// Number of waiting jobs; those that are being done don't count.
  package var waitingCount: Int { line.count }

  /// Adds a job unless the queue is full or stopped; never waits.
  package func submit(_ job: Job, completion: @escaping Completion) -> Submission {
    line.add(job, completion, waits: false)
  }

  /// Waits until there is room, then adds a job; never returns `.busy`.
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

  package var description: String { "the queue was stopped before the job was begun" }
}

/// The waiting jobs, and the number of threads that take them. Sendable because `condition` guards
/// all that changes.
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

  /// Waits for the next job; nil if there will be none.
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
