package import Collectives
internal import Foundation
internal import Glibc
internal import Workers

/// The processes of an MPI job.
///
/// One thread makes all MPI calls, so that the library need not support more than
/// MPI_THREAD_FUNNELED. Sums are computed here, in the order of ranks: the result of a library's
/// reduction depends on its configuration.
///
/// Sendable because `condition` guards all that threads share; only the MPI thread uses requests
/// and buffers.
package final class MPICollective: Collective, @unchecked Sendable {
  /// The most bytes in one broadcast; MPI counts have 32 bits.
  private static let bytesOfPart = 1 << 28
  /// How long a process waits for MPI to end the job before it ends itself.
  private static let patience: UInt32 = 10
  private static let stackBytes = 8 << 20
  /// Seconds between polls of MPI while no sum is under way, and while the program waits for sums.
  private static let (idleSeconds, awaitedSeconds) = (0.05, 0.000_05)
  /// The same while sums are under way and the program computes on the same cores. The interval
  /// grows while nothing moves; the network's buffers hold what arrives in a millisecond.
  private static let hiddenSeconds = 0.000_1...0.001

  package private(set) var rank = 0
  package private(set) var size = 1
  /// The interface and the file of the library, for messages.
  package let libraryName: String

  private let library: MPILibrary
  private let watch: Watch
  private let overlap: Overlap

  private let condition = MonotonicCondition()
  /// The operation that the MPI thread is to run; its caller waits for it.
  private var order: (() -> Void)?
  /// Sums that the MPI thread is to begin.
  private var newSums: [(UnsafeMutableBufferPointer<Float>, WirePrecision)] = []
  /// Whether no sum is under way.
  private var areSumsDone = true
  /// Whether the program waits for the sums.
  private var areSumsAwaited = false
  private var abortStatus: Int32?
  private var isAskedToEnd = false
  /// Whether the thread has ended, or MPI could not begin.
  private var hasEnded = false
  private var work = ""
  private var operation = ""

  // Used by the MPI thread only.
  private var heartbeat: Heartbeat?
  private var lastBeat = ContinuousClock.now
  /// The process of the previous rank, if it runs on this machine.
  private var neighbour: NeighbourProcess?
  private var sums: SumsUnderWay?
  private var pauseSeconds = 0.0

  /// Joins the job that this process was started for.
  ///
  /// - Parameters:
  ///   - launcher: the launcher that started this process; nil if there is no known one.
  ///   - path: the file of the library; nil looks for the launcher's.
  ///   - overlap: when sums are computed.
  /// - Throws: `MPIError` if there is no library, or it doesn't belong to the launcher.
  package static func join(
    _ launcher: MPILauncher?, library path: String? = nil, watch: Watch,
    overlap: Overlap = .backward
  ) throws(MPIError) -> MPICollective {
    let collective = MPICollective(try MPILibrary(path: path, for: launcher), watch, overlap)
    let begun = Locked<Result<Void, MPIError>?>(nil)
    let thread = Thread { [collective] in
      let result = Result { () throws(MPIError) in try collective.begin(launcher) }
      collective.condition.lock()
      begun.withLock { $0 = result }
      if case .failure = result { collective.hasEnded = true }
      collective.condition.broadcast()
      collective.condition.unlock()
      if case .success = result { collective.serve() }
    }
    thread.stackSize = stackBytes
    thread.name = "MPI"
    thread.start()
    collective.condition.lock()
    while begun.withLock({ $0 == nil }) {
      collective.wait(atMost: 1)
    }
    collective.condition.unlock()
    try begun.withLock { $0 }?.get()
    return collective
  }

  private init(_ library: MPILibrary, _ watch: Watch, _ overlap: Overlap) {
    self.library = library
    self.overlap = overlap
    self.watch = watch
    libraryName = "\(library.interface.rawValue), \(library.file)"
  }

  private func begin(_ launcher: MPILauncher?) throws(MPIError) {
    (rank, size) = try library.begin()
    do throws(MPIError) {
      try launcher?.check(size: size, library: library.file)
    } catch {
      library.finalize()
      throw error
    }
    if size > 1 {
      sums = try SumsUnderWay(library, rank: rank, size: size)
      heartbeat = Heartbeat(
        library, rank: rank, size: size, longestSilence: watch.longestSilence)
      neighbour = NeighbourProcess(gatherProcesses()[(rank + size - 1) % size])
    }
  }

  /// The processes of all ranks, by rank.
  private func gatherProcesses() -> [ProcessIdentity] {
    var all = [ProcessIdentity](repeating: .current, count: size)
    withUnsafeBytes(of: ProcessIdentity.current) { own in
      all.withUnsafeMutableBytes { all in
        guard let own = own.baseAddress, let all = all.baseAddress else { return }
        let request = MPILibrary.Request.allocate(capacity: 1)
        defer { request.deallocate() }
        request.initialize(to: 0)
        library.postAllGather(
          own, all, bytesOfRank: MemoryLayout<ProcessIdentity>.stride, on: library.world, request)
        wait(request)
      }
    }
    return all
  }

  // MARK: Orders to the MPI thread

  /// Notes that this process was asked to end: a rank that is late counts as lost from then on. May
  /// be called from any thread.
  package func endSoon() {
    condition.lock()
    isAskedToEnd = true
    condition.unlock()
  }

  package func begin(_ work: String) {
    condition.lock()
    self.work = work
    condition.unlock()
  }

  /// What the process does, as it was given to `begin`.
  package var currentWork: String {
    condition.lock()
    defer { condition.unlock() }
    return work
  }

  /// Runs a body on the MPI thread and waits for its end.
  private func perform(_ operation: String, _ body: () -> Void) {
    withoutActuallyEscaping(body) { body in
      condition.lock()
      defer { condition.unlock() }
      precondition(order == nil && !hasEnded, "ranks do one thing at a time, before they leave")
      self.operation = operation
      order = body
      condition.broadcast()
      while order != nil { wait(atMost: 60) }
    }
  }

  /// Waits for `condition`, but no longer than so many seconds. The caller holds the lock.
  private func wait(atMost seconds: Double) {
    let deadline = MonotonicCondition.Deadline(secondsFromNow: seconds)
    _ = condition.wait(until: deadline)
  }

  private func serve() {
    condition.lock()
    while !hasEnded {
      if overlap == .backward || areSumsAwaited {
        for (values, precision) in newSums { sums?.begin(values, as: precision) }
        newSums = []
      }
      if let order {
        condition.unlock()
        order()
        condition.lock()
        self.order = nil
        operation = ""
        condition.broadcast()
      } else {
        goOn()
      }
    }
    condition.unlock()
  }

  /// Advances the sums and sends signs of life while the program computes. The caller holds the
  /// lock.
  private func goOn() {
    condition.unlock()
    let haveMoved = sums?.goOn() ?? false
    beat()
    condition.lock()
    guard order == nil, newSums.isEmpty || (overlap == .none && !areSumsAwaited) else { return }
    if !areSumsDone, newSums.isEmpty, sums?.isIdle ?? true {
      areSumsDone = true
      condition.broadcast()
    } else if areSumsDone {
      wait(atMost: Self.idleSeconds)
    } else if !haveMoved {
      pauseSeconds = min(
        max(2 * pauseSeconds, Self.hiddenSeconds.lowerBound), Self.hiddenSeconds.upperBound)
      wait(atMost: areSumsAwaited ? Self.awaitedSeconds : pauseSeconds)
    } else {
      pauseSeconds = 0
    }
  }

  /// Leaves the job. All ranks must call it; it returns when all have.
  package func leave() {
    perform("leaving") {
      let deadline = ContinuousClock.now + watch.longestSilence
      var hasSaidSo = false
      while heartbeat?.leave(&hasSaidSo) ?? false {
        if ContinuousClock.now > deadline {
          lose("it did not leave for \(watch.longestSilence.components.seconds) seconds")
        }
        if !(heartbeat?.isPreviousLeaving ?? true), neighbour?.hasEnded() ?? false {
          lose("its process has ended, which rank \(rank) saw")
        }
        usleep(200)
      }
      heartbeat = nil
      library.finalize()
      condition.lock()
      hasEnded = true
      condition.unlock()
    }
  }

  /// Ends all processes of the job, because this one failed.
  package func abort(status: Int32) -> Never {
    condition.lock()
    let isServed = !hasEnded
    abortStatus = status
    condition.broadcast()
    condition.unlock()
    if isServed { sleep(Self.patience) }
    _exit(status)
  }

  // MARK: The MPI thread

  private func beat() {
    let now = ContinuousClock.now
    guard now - lastBeat > .milliseconds(20) else { return }
    // If this process was suspended, it has not listened.
    if now - lastBeat > .seconds(1) { heartbeat?.forgive() }
    lastBeat = now
    condition.lock()
    let (status, isAskedToEnd) = (abortStatus, isAskedToEnd)
    condition.unlock()
    if let status {
      // The next rank then doesn't take this one for lost.
      heartbeat?.sayLastWord()
      library.abort(status: status)
      _exit(status)
    }
    guard let silence = heartbeat?.goOn() ?? (isAskedToEnd ? heartbeat?.lateness : nil) else {
      if !(heartbeat?.isPreviousLeaving ?? true), neighbour?.hasEnded() ?? false {
        lose("its process has ended, which rank \(rank) saw")
      }
      return
    }
    lose(
      "nothing was heard of it for \(silence.components.seconds) seconds by rank \(rank)",
      "its process is stopped or gone, or the network between them is")
  }

  /// Ends the job, because the previous rank is lost.
  private func lose(_ what: String, _ why: String? = nil) -> Never {
    let lost = heartbeat?.previous ?? 0
    condition.lock()
    let (work, operation) = (work, operation)
    condition.unlock()
    let activity = [work, operation].filter { !$0.isEmpty }.joined(separator: ", ")
    // If the network is gone, calls of MPI may never return, nor writes to files on a network disk.
    Thread {
      sleep(Self.patience)
      _exit(1)
    }.start()
    watch.onLoss(
      "rank \(lost): \(what)" + (activity.isEmpty ? "" : " (\(activity))")
        + (why.map { "; " + $0 } ?? "") + ". The job ends; the same command goes on from the last "
        + "checkpoint")
    library.abort(status: 1)
    _exit(1)
  }

  private func wait(_ request: MPILibrary.Request) {
    var tries = 0
    while !library.isComplete(request) {
      if sums?.goOn() ?? false { tries = 0 }
      tries += 1
      if tries > 200 {
        beat()
        usleep(50)
      }
    }
  }

  // MARK: Operations

  package func beginSum(
    _ values: UnsafeMutableBufferPointer<Float>, as precision: WirePrecision
  ) throws(CollectiveError) {
    guard size > 1, !values.isEmpty else { return }
    condition.lock()
    defer { condition.unlock() }
    precondition(!hasEnded, "ranks sum before they leave")
    newSums.append((values, precision))
    areSumsDone = false
    condition.broadcast()
  }

  package func finishSums() throws(CollectiveError) {
    condition.lock()
    defer { condition.unlock() }
    areSumsAwaited = true
    operation = "the sums of numbers"
    condition.broadcast()
    while !areSumsDone { wait(atMost: 60) }
    areSumsAwaited = false
    operation = ""
  }

  package func gather(
    _ bytes: UnsafeRawBufferPointer, into all: UnsafeMutableRawBufferPointer
  ) throws(CollectiveError) {
    precondition(all.count == size * bytes.count, "what is gathered has room for all ranks")
    guard size > 1 else { return all.copyMemory(from: bytes) }
    guard let source = bytes.baseAddress, let target = all.baseAddress, !bytes.isEmpty else {
      return
    }
    guard bytes.count <= Int(MPILibrary.Count.max) else {
      throw CollectiveError(
        .mismatch, "expected at most 2 GiB to gather from a rank, got \(bytes.count) bytes")
    }
    perform("the gathering of \(bytes.count) bytes") {
      let request = MPILibrary.Request.allocate(capacity: 1)
      defer { request.deallocate() }
      request.initialize(to: 0)
      library.postAllGather(source, target, bytesOfRank: bytes.count, on: library.world, request)
      wait(request)
    }
  }

  package func broadcast(_ bytes: UnsafeMutableRawBufferPointer) throws(CollectiveError) {
    guard size > 1, let start = bytes.baseAddress else { return }
    perform("the broadcast of \(bytes.count) bytes") {
      let request = MPILibrary.Request.allocate(capacity: 1)
      defer { request.deallocate() }
      for first in stride(from: 0, to: bytes.count, by: Self.bytesOfPart) {
        request.initialize(to: 0)
        library.postBroadcast(
          start + first, count: min(Self.bytesOfPart, bytes.count - first), request)
        wait(request)
      }
    }
  }
}
