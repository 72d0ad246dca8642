import Testing
import Workers

@Suite struct RunParallelTests {
  @Test(arguments: [0, 1, 2, 7, 100]) func everyBodyRunsOnce(count: Int) {
    let done = Locked<[Int]>([])
    runParallel(count) { index in done.withLock { $0.append(index) } }
    #expect(done.withLock { $0.sorted() } == Array(0..<count))
  }

  @Test func bodiesShareMemoryOfWhichEachWritesAPart() {
    let sums = UnsafeMutablePointer<Int>.allocate(capacity: 5)
    defer { sums.deallocate() }
    sums.initialize(repeating: 0, count: 5)
    let shared = WorkerShared(sums)
    for _ in 0..<3 {
      runParallel(5) { worker in
        for number in 1...1000 { shared.value[worker] += number * worker }
      }
    }
    #expect((0..<5).map { sums[$0] } == [0, 1_501_500, 3_003_000, 4_504_500, 6_006_000])
  }

  @Test func partsThatNestAllRun() {
    let total = Locked(0)
    runParallel(4) { outer in
      runParallel(3) { inner in total.withLock { $0 += outer * 3 + inner } }
    }
    #expect(total.withLock { $0 } == 66)
  }

  @Test(arguments: [1, 2, 5]) func workersThatWaitForEachOtherAreAllThere(count: Int) {
    let sums = UnsafeMutablePointer<Int>.allocate(capacity: count)
    defer { sums.deallocate() }
    for _ in 0..<20 {
      sums.initialize(repeating: 1, count: count)
      let (shared, barrier) = (WorkerShared(sums), SpinBarrier(members: count))
      let wrong = Locked(0)
      runTogether(count) { worker in
        for round in 1...50 {
          // Each reads what its neighbour wrote before the barrier, and writes after the next one.
          barrier.wait()
          let neighbour = shared.value[(worker + 1) % count]
          if neighbour != round { wrong.withLock { $0 += 1 } }
          barrier.wait()
          shared.value[worker] = round + 1
        }
      }
      #expect(wrong.withLock { $0 } == 0)
    }
  }
}
