import Testing
import Workers

@Suite struct WorkerPoolTests {
  private struct Stop: Error, Equatable { let item: Int }

  @Test(arguments: [1, 2, 7]) func everyItemIsDoneOnce(workers: Int) throws {
    let done = Locked<[Int]>([])
    try WorkerPool(workerCount: workers).forEach(Array(0..<100)) { _ in
      { item in done.withLock { $0.append(item) } }
    }
    #expect(done.withLock { $0.sorted() } == Array(0..<100))
  }

  @Test func setUpRunsOncePerWorkerAndStateIsItsOwn() throws {
    let setUps = Locked<[Int]>([])
    let sums = Locked(0)
    try WorkerPool(workerCount: 3).forEach(Array(1...60)) { worker in
      setUps.withLock { $0.append(worker) }
      var own = 0
      return { item in
        let before = own
        own += item
        sums.withLock { $0 += own - before }
      }
    }
    #expect(setUps.withLock { $0.sorted() } == [0, 1, 2])
    #expect(sums.withLock { $0 } == 60 * 61 / 2)
  }

  @Test func aFailureStopsTheOthersAndIsThrown() {
    let done = Locked(0)
    #expect(throws: Stop(item: 3)) {
      try WorkerPool(workerCount: 1).forEach(Array(0..<50)) { _ in
        { item in
          if item == 3 { throw Stop(item: item) }
          done.withLock { $0 += 1 }
        }
      }
    }
    #expect(done.withLock { $0 } == 3)
  }

  @Test func noItemsNeedNoWorker() throws {
    try WorkerPool(workerCount: 2).forEach([Int]()) { _ in
      Issue.record("no worker is needed")
      return { _ in }
    }
  }

  @Test func zeroWorkersStandForOnePerCore() {
    #expect(WorkerPool(workerCount: 0).workerCount == WorkerPool.coreCount)
  }
}
