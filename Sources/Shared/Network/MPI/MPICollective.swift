public import Collectives
internal import Foundation
internal import Glibc
internal import Kernels
internal import Workers

/// The processes of an MPI job.
///
/// One thread makes all calls of MPI, so that any library will do that knows threads at all
/// (MPI_THREAD_FUNNELED). Sums are this project's own, in the order of ranks: what a library's reduction
/// gives depends on how it is set up.
///
/// Sendable because `condition` guards all that threads share; requests and buffers belong to the thread
/// of MPI.
public final class MPICollective: Collective, @unchecked Sendable {
  /// How a job is watched.
  public struct Watch: Sendable {
    /// How long nothing may be heard of a rank.
    public var longestSilence: Duration
    /// Gets the reason why this process ends the job, just before.
    public var onLoss: @Sendable (String) -> Void

    /// Ten minutes by default.
    public init(
      longestSilence: Duration = .seconds(600), onLoss: @escaping @Sendable (String) -> Void
    ) {
      self.longestSilence = longestSilence
      self.onLoss = onLoss
    }
  }

  /// Floats that are summed at once.
  static let bucketCount = 1 << 20
  /// Buckets that are under way at once.
  private static let bucketsUnderWay = 3
  /// Bytes of one broadcast; MPI counts by 32 bits.
  private static let bytesOfPart = 1 << 28
  /// How long a process waits for MPI to end the job before it ends itself.
  private static let patience: UInt32 = 10
  private static let stackBytes = 8 << 20

  /// This process's number.
  public private(set) var rank = 0
  /// How many processes there are.
  public private(set) var size = 1
  /// The library, for a person.
  public let libraryName: String

  private let library: MPILibrary
  private let watch: Watch

  private let condition = MonotonicCondition()
  /// What the thread of MPI shall do next.
  private var order: (() -> Void)?
  private var abortStatus: Int32?
  /// Set when the thread has ended, or MPI hasn't begun.
  private var hasEnded = false
  private var work = ""
  private var operation = ""

  // Of the thread of MPI alone.
  private var heartbeat: Heartbeat?
  private var lastBeat = ContinuousClock.now
  private var buckets: [Bucket] = []

  /// Joins the job that this process was started for.
  ///
  /// - Parameters:
  ///   - launcher: what started it; nil where nothing that is known did.
  ///   - path: the library; nil takes the launcher's.
  /// - Throws: `MPIError` where there is no library, or it is not the launcher's.
  public static func join(
    _ launcher: MPILauncher?, library path: String? = nil, watch: Watch
  ) throws(MPIError) -> MPICollective {
    let collective = MPICollective(try MPILibrary(path: path, for: launcher), watch)
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

  private init(_ library: MPILibrary, _ watch: Watch) {
    self.library = library
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
      heartbeat = Heartbeat(
        library, rank: rank, size: size, longestSilence: watch.longestSilence)
    }
  }

  // MARK: Orders to the thread of MPI

  /// What the process does, for messages: `step 12`.
  public func begin(_ work: String) {
    condition.lock()
    self.work = work
    condition.unlock()
  }

  /// Has the thread of MPI do something, and waits for it.
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

  /// Waits until somebody changed something, or for so many seconds; the caller holds the lock.
  private func wait(atMost seconds: Double) {
    let deadline = MonotonicCondition.Deadline(secondsFromNow: seconds)
    _ = condition.wait(until: deadline)
  }

  private func serve() {
    condition.lock()
    while !hasEnded {
      if let order {
        condition.unlock()
        order()
        condition.lock()
        self.order = nil
        operation = ""
        condition.broadcast()
      } else {
        // Signs of life go on while the program computes.
        wait(atMost: 0.05)
        condition.unlock()
        beat()
        condition.lock()
      }
    }
    condition.unlock()
  }

  /// Leaves the job, as all ranks do: returns when all have come to it.
  public func leave() {
    perform("leaving") {
      let deadline = ContinuousClock.now + watch.longestSilence
      var hasSaidSo = false
      while heartbeat?.leave(&hasSaidSo) ?? false {
        if ContinuousClock.now > deadline { lose(heartbeat?.previous ?? 0, watch.longestSilence) }
        usleep(200)
      }
      heartbeat = nil
      library.finalize()
      condition.lock()
      hasEnded = true
      condition.unlock()
    }
  }

  /// Ends all processes of the job, as something failed here.
  public func abort(status: Int32) -> Never {
    condition.lock()
    let isServed = !hasEnded
    abortStatus = status
    condition.broadcast()
    condition.unlock()
    if isServed { sleep(Self.patience) }
    _exit(status)
  }

  // MARK: The thread of MPI

  private func beat() {
    let now = ContinuousClock.now
    guard now - lastBeat > .milliseconds(20) else { return }
    lastBeat = now
    condition.lock()
    let status = abortStatus
    condition.unlock()
    if let status {
      library.abort(status: status)
      _exit(status)
    }
    if let silence = heartbeat?.goOn() { lose(heartbeat?.previous ?? 0, silence) }
  }

  /// Ends the job, since nothing is heard of a rank.
  private func lose(_ lost: Int, _ silence: Duration) -> Never {
    condition.lock()
    let (work, operation) = (work, operation)
    condition.unlock()
    let place = [work, operation].filter { !$0.isEmpty }.joined(separator: ", ")
    watch.onLoss(
      "rank \(lost): nothing was heard of it for \(silence.components.seconds) seconds by rank \(rank)"
        + (place.isEmpty ? "" : " (\(place))")
        + "; its process is stopped or gone, or the network between them is. The job ends; the same "
        + "command goes on from the last checkpoint")
    // Where the network is gone, MPI may wait for what never comes.
    Thread {
      sleep(Self.patience)
      _exit(1)
    }.start()
    library.abort(status: 1)
    _exit(1)
  }

  private func wait(_ request: MPILibrary.Request) {
    var tries = 0
    while !library.isComplete(request) {
      tries += 1
      if tries > 200 {
        beat()
        usleep(50)
      }
    }
  }

  // MARK: Operations

  /// See `Collective.sum`. In buckets of 4 MiB: each rank gets its part of a bucket from all others, sums
  /// it, and sends the sum to all; the next bucket is under way meanwhile.
  public func sum(_ values: UnsafeMutableBufferPointer<Float>) throws(CollectiveError) {
    guard size > 1, let start = values.baseAddress, !values.isEmpty else { return }
    perform("the sum of \(values.count) numbers") {
      if buckets.isEmpty {
        buckets = (0..<Self.bucketsUnderWay).map { _ in Bucket(library, size) }
      }
      let count = (values.count + Self.bucketCount - 1) / Self.bucketCount
      func range(_ number: Int) -> UnsafeMutableBufferPointer<Float> {
        let first = number * Self.bucketCount
        return UnsafeMutableBufferPointer(
          start: start + first, count: min(Self.bucketCount, values.count - first))
      }
      // Every rank posts in this order, whatever completes first.
      for number in 0..<count + 2 {
        if number < count { buckets[number % buckets.count].post(range(number)) }
        if number >= 1, number - 1 < count {
          let bucket = buckets[(number - 1) % buckets.count]
          wait(bucket.request)
          bucket.sumAndPost()
        }
        if number >= 2 {
          let bucket = buckets[(number - 2) % buckets.count]
          wait(bucket.request)
          bucket.finish(range(number - 2))
        }
      }
    }
  }

  /// See `Collective.gather`.
  public func gather(
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
      library.postAllGather(source, target, bytesOfRank: bytes.count, request)
      wait(request)
    }
  }

  /// See `Collective.broadcast`.
  public func broadcast(_ bytes: UnsafeMutableRawBufferPointer) throws(CollectiveError) {
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

/// Numbers on their way through a sum over ranks.
private final class Bucket {
  let request: MPILibrary.Request
  private let library: MPILibrary
  private let size: Int
  /// What is sent, by the rank that sums it; and in the end the sums of all of them.
  private let whole: UnsafeMutablePointer<Float>
  /// This rank's part, of every rank.
  private let parts: UnsafeMutablePointer<Float>
  /// Floats of a part, the last ones of which may be zeros.
  private var partCount = 0

  init(_ library: MPILibrary, _ size: Int) {
    self.library = library
    self.size = size
    let capacity = MPICollective.bucketCount + size
    whole = .allocate(capacity: capacity)
    parts = .allocate(capacity: capacity)
    whole.initialize(repeating: 0, count: capacity)
    parts.initialize(repeating: 0, count: capacity)
    request = .allocate(capacity: 1)
    request.initialize(to: 0)
  }

  deinit {
    whole.deallocate()
    parts.deallocate()
    request.deallocate()
  }

  private var bytesOfPart: Int { partCount * MemoryLayout<Float>.stride }

  /// Sends each rank its part.
  func post(_ values: UnsafeMutableBufferPointer<Float>) {
    partCount = (values.count + size - 1) / size
    guard let source = values.baseAddress else { return }
    whole.update(from: source, count: values.count)
    (whole + values.count).update(repeating: 0, count: partCount * size - values.count)
    library.postAllToAll(whole, parts, bytesOfRank: bytesOfPart, request)
  }

  /// Sums this rank's part over the ranks, pairwise in their order, and sends it to all.
  func sumAndPost() {
    pairwiseReduce(count: size) { target, source in
      let (target, source) = (parts + target * partCount, parts + source * partCount)
      for index in 0..<partCount { target[index] += source[index] }
    }
    library.postAllGather(parts, whole, bytesOfRank: bytesOfPart, request)
  }

  /// Takes the sums.
  func finish(_ values: UnsafeMutableBufferPointer<Float>) {
    values.baseAddress?.update(from: whole, count: values.count)
  }
}
