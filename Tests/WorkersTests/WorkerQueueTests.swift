import Foundation
import Testing
import Workers

@Suite struct WorkerQueueTests {
  private struct Refusal: Error, Equatable {
    let job: Int
  }

  /// Holds jobs back until it is opened. Sendable because `condition` guards all that changes.
  private final class Gate: @unchecked Sendable {
    private let condition = NSCondition()
    private var isOpen = false
    private var visitors = 0

    /// Waits until the gate is open.
    func pass() {
      condition.withLock {
        visitors += 1
        condition.broadcast()
        while !isOpen { condition.wait() }
      }
    }

    func open() {
      condition.withLock {
        isOpen = true
        condition.broadcast()
      }
    }

    /// Waits until so many have come to the gate.
    func awaitVisitors(_ count: Int) {
      condition.withLock { while visitors < count { condition.wait() } }
    }
  }

  /// Counts the states that live.
  private final class State {
    let living: Locked<Int>
    var jobs = 0

    init(_ living: Locked<Int>) {
      self.living = living
      living.withLock { $0 += 1 }
    }

    deinit { living.withLock { $0 -= 1 } }
  }

  @Test func theBoundHolds() {
    let gate = Gate()
    let done = Locked<[Int]>([])
    let queue = WorkerQueue(workers: 1, capacity: 2, makeState: { _ in 0 }) {
      (_: inout Int, job: Int) in
      gate.pass()
      done.withLock { $0.append(job) }
    }
    #expect(queue.submit(0) { _ in } == .accepted)
    gate.awaitVisitors(1)
    #expect(queue.waitingCount == 0)
    #expect(queue.submit(1) { _ in } == .accepted)
    #expect(queue.submit(2) { _ in } == .accepted)
    #expect(queue.waitingCount == 2)
    #expect(queue.submit(3) { _ in } == .busy)
    gate.open()
    #expect(queue.submitWaiting(4) { _ in } == .accepted)
    queue.stop(.finish)
    #expect(done.withLock { $0 } == [0, 1, 2, 4])
    #expect(queue.submit(5) { _ in } == .stopped)
    #expect(queue.submitWaiting(6) { _ in } == .stopped)
  }

  @Test func jobsBeginInTheirOrder() {
    let begun = Locked<[Int]>([])
    let queue = WorkerQueue(workers: 1, capacity: 3, makeState: { _ in 0 }) {
      (_: inout Int, job: Int) in begun.withLock { $0.append(job) }
    }
    for job in 0..<200 { #expect(queue.submitWaiting(job) { _ in } == .accepted) }
    queue.stop(.finish)
    #expect(begun.withLock { $0 } == Array(0..<200))
  }

  /// Both workers work at once, each with a state that outlives errors, until the queue is stopped.
  @Test func statesBelongToWorkersAndSurviveErrors() {
    let (living, gate) = (Locked(0), Gate())
    let results = Locked<[Int: Result<Int, Refusal>]>([:])
    let queue = WorkerQueue(
      workers: 2, capacity: 10,
      makeState: { worker in
        #expect((0..<2).contains(worker))
        return State(living)
      },
      work: { (state: inout State, job: Int) throws -> Int in
        if job < 2 { gate.pass() }
        state.jobs += 1
        if job % 3 == 0 { throw Refusal(job: job) }
        return state.jobs
      })
    for job in 0..<10 {
      let submission = queue.submit(job) { result in
        results.withLock { $0[job] = result.mapError { $0 as? Refusal ?? Refusal(job: -1) } }
      }
      #expect(submission == .accepted)
    }
    gate.awaitVisitors(2)
    #expect(living.withLock { $0 } == 2)
    gate.open()
    queue.stop(.finish)
    #expect(living.withLock { $0 } == 0)
    let found = results.withLock { $0 }
    #expect(found.count == 10)
    for job in 0..<10 {
      guard let result = found[job] else { continue }
      switch result {
      case .success(let jobs): #expect(job % 3 != 0 && (1...10).contains(jobs))
      case .failure(let error): #expect(job % 3 == 0 && error == Refusal(job: job))
      }
    }
  }

  @Test func cancellingDropsWhatWaits() {
    let gate = Gate()
    let results = Locked<[Int: String]>([:])
    let queue = WorkerQueue(workers: 1, capacity: 5, makeState: { _ in 0 }) {
      (_: inout Int, job: Int) -> Int in
      gate.pass()
      return job
    }
    for job in 0..<4 {
      #expect(
        queue.submit(job) { result in
          results.withLock { $0[job] = (try? result.get()).map(String.init) ?? "\(result)" }
        } == .accepted)
    }
    gate.awaitVisitors(1)
    let stopping = Thread { queue.stop(.cancel) }
    stopping.start()
    // The waiting ones are answered while the first is still at work.
    while results.withLock({ $0.count }) < 3 { usleep(1000) }
    #expect(results.withLock { $0[0] } == nil)
    gate.open()
    queue.stop(.cancel)
    let found = results.withLock { $0 }
    #expect(found[0] == "0")
    for job in 1..<4 {
      #expect(found[job] == "\(Result<Int, any Error>.failure(WorkerQueueError.stopped))")
    }
  }

  @Test func stoppingWakesWhoWaitsForRoom() {
    let gate = Gate()
    let queue = WorkerQueue(workers: 1, capacity: 1, makeState: { _ in 0 }) {
      (_: inout Int, _: Int) in gate.pass()
    }
    #expect(queue.submit(0) { _ in } == .accepted)
    gate.awaitVisitors(1)
    #expect(queue.submit(1) { _ in } == .accepted)
    let answer = Locked<WorkerQueue<Int, Void>.Submission?>(nil)
    let waiting = Thread {
      let submission = queue.submitWaiting(2) { _ in }
      answer.withLock { $0 = submission }
    }
    waiting.start()
    usleep(20_000)
    #expect(answer.withLock { $0 } == nil)
    let stopping = Thread { queue.stop(.cancel) }
    stopping.start()
    while answer.withLock({ $0 }) == nil { usleep(1000) }
    #expect(answer.withLock { $0 } == .stopped)
    gate.open()
    queue.stop(.cancel)
  }

  @Test func aStateThatCannotBeMadeFailsTheJobAndIsTriedAgain() {
    let attempts = Locked(0)
    let results = Locked<[Bool]>([])
    let queue = WorkerQueue(
      workers: 1, capacity: 9,
      makeState: { _ in
        let attempt = attempts.withLock { count in
          count += 1
          return count
        }
        guard attempt > 2 else { throw Refusal(job: attempt) }
        return attempt
      },
      work: { (state: inout Int, job: Int) in #expect(state == 3) })
    for job in 0..<5 {
      let submission = queue.submit(job) { result in
        results.withLock { $0.append((try? result.get()) != nil) }
      }
      #expect(submission == .accepted)
    }
    queue.stop(.finish)
    #expect(results.withLock { $0 } == [false, false, true, true, true])
    #expect(attempts.withLock { $0 } == 3)
  }

  @Test func droppingAQueueEndsItsThreads() {
    let living = Locked(0)
    do {
      let queue = WorkerQueue(
        workers: 2, capacity: 4, makeState: { _ in State(living) },
        work: { (state: inout State, _: Int) in state.jobs += 1 })
      for job in 0..<4 { _ = queue.submit(job) { _ in } }
      while queue.waitingCount > 0 { usleep(1000) }
    }
    while living.withLock({ $0 }) > 0 { usleep(1000) }
    #expect(living.withLock { $0 } == 0)
  }
}
