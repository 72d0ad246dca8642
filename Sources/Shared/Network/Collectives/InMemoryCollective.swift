internal import Kernels
internal import Workers

/// Ranks that are threads of one process: for tests of what ranks do together.
package final class InMemoryCollective: Collective {
  package let rank: Int
  package let size: Int
  private let meeting: Meeting
  private let begun = Locked<[Begun]>([])

  /// Numbers to sum. Sendable because only their rank uses them until `finishSums` returns.
  private struct Begun: @unchecked Sendable {
    let values: UnsafeMutableBufferPointer<Float>
    let precision: WirePrecision
  }

  private init(rank: Int, size: Int, meeting: Meeting) {
    self.rank = rank
    self.size = size
    self.meeting = meeting
  }

  /// All ranks of a group.
  ///
  /// - Parameter timeoutSeconds: how long an operation waits for the other ranks.
  package static func group(size: Int, timeoutSeconds: Double = 60) -> [InMemoryCollective] {
    precondition(size > 0, "a group has at least one rank")
    let meeting = Meeting(size: size, timeoutSeconds: timeoutSeconds)
    return (0..<size).map { InMemoryCollective(rank: $0, size: size, meeting: meeting) }
  }

  /// Runs a body as each rank of a new group, each on its own thread, and returns their results by
  /// rank. A rank whose body throws leaves, so that the others don't wait for it.
  package static func run<Value: Sendable>(
    size: Int, timeoutSeconds: Double = 60,
    _ body: @Sendable (InMemoryCollective) throws -> Value
  ) -> [Result<Value, any Error>] {
    let ranks = group(size: size, timeoutSeconds: timeoutSeconds)
    let results = Locked<[Int: Result<Value, any Error>]>([:])
    runTogether(size) { rank in
      let result = Result { try body(ranks[rank]) }
      if case .failure = result { ranks[rank].leave() }
      results.withLock { $0[rank] = result }
    }
    return results.withLock { found in found.sorted { $0.key < $1.key }.map(\.value) }
  }

  /// Ends this rank, so that operations of the others throw.
  package func leave() { meeting.leave(rank) }

  /// Only stores the numbers; `finishSums` sums them, so that a test notices code that uses the
  /// sums too early.
  package func beginSum(
    _ values: UnsafeMutableBufferPointer<Float>, as precision: WirePrecision
  ) {
    begun.withLock { $0.append(Begun(values: values, precision: precision)) }
  }

  package func finishSums() throws(CollectiveError) {
    let sums = begun.withLock { begun in
      defer { begun = [] }
      return begun
    }
    for sum in sums { try finish(sum.values, sum.precision) }
  }

  private func finish(
    _ values: UnsafeMutableBufferPointer<Float>, _ precision: WirePrecision
  ) throws(CollectiveError) {
    func round() {
      guard size > 1, precision == .bfloat16 else { return }
      for index in values.indices {
        values[index] = BFloat16.value(of: BFloat16.bits(of: values[index]))
      }
    }
    round()
    var parts = try meeting.exchange(rank, "sum", Array(UnsafeRawBufferPointer(values))).map {
      bytes in bytes.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    }
    pairwiseReduce(count: parts.count) { target, source in
      for index in parts[target].indices { parts[target][index] += parts[source][index] }
    }
    _ = values.update(fromContentsOf: parts[0])
    round()
  }

  package func gather(
    _ bytes: UnsafeRawBufferPointer, into all: UnsafeMutableRawBufferPointer
  ) throws(CollectiveError) {
    let parts = try meeting.exchange(rank, "gather", Array(bytes))
    precondition(all.count == size * bytes.count, "what is gathered has room for all ranks")
    all.copyBytes(from: parts.joined())
  }

  package func broadcast(_ bytes: UnsafeMutableRawBufferPointer) throws(CollectiveError) {
    let parts = try meeting.exchange(rank, "broadcast", Array(bytes))
    bytes.copyBytes(from: parts[0])
  }
}

/// Exchanges bytes between the ranks of a group: each gives its own and receives those of all.
///
/// Sendable because `condition` guards all that changes.
private final class Meeting: @unchecked Sendable {
  private struct Brought {
    let operation: String
    let bytes: [UInt8]
  }

  private let size: Int
  private let timeoutSeconds: Double
  private let condition = MonotonicCondition()
  private var brought: [Int: Brought] = [:]
  /// The result of the last complete exchange. The next one can't complete before all have taken
  /// it.
  private var outcome: Result<[[UInt8]], CollectiveError> = .success([])
  private var meetings = 0
  /// Why there are no more exchanges.
  private var end: CollectiveError?

  init(size: Int, timeoutSeconds: Double) {
    self.size = size
    self.timeoutSeconds = timeoutSeconds
  }

  func leave(_ rank: Int) {
    condition.lock()
    defer { condition.unlock() }
    end = end ?? CollectiveError(.lostPeer, rank: rank, "the rank has left")
    condition.broadcast()
  }

  func exchange(
    _ rank: Int, _ operation: String, _ bytes: [UInt8]
  ) throws(CollectiveError) -> [[UInt8]] {
    condition.lock()
    defer { condition.unlock() }
    if let end { throw end }
    let meeting = meetings
    brought[rank] = Brought(operation: operation, bytes: bytes)
    if brought.count == size {
      finish()
    } else {
      let deadline = MonotonicCondition.Deadline(secondsFromNow: timeoutSeconds)
      while meetings == meeting, end == nil {
        if !condition.wait(until: deadline) { giveUp(meeting) }
      }
      if meetings == meeting, let end { throw end }
    }
    return try outcome.get()
  }

  /// The caller holds the lock.
  private func finish() {
    let all = (0..<size).compactMap { brought[$0] }
    let other = all.firstIndex {
      $0.operation != all[0].operation || $0.bytes.count != all[0].bytes.count
    }
    if let other {
      let error = CollectiveError(
        .mismatch, rank: other,
        "expected \(all[0].operation) of \(all[0].bytes.count) bytes as on rank 0, got "
          + "\(all[other].operation) of \(all[other].bytes.count)")
      end = error
      outcome = .failure(error)
    } else {
      outcome = .success(all.map(\.bytes))
    }
    brought = [:]
    meetings += 1
    condition.broadcast()
  }

  /// The caller holds the lock.
  private func giveUp(_ meeting: Int) {
    guard meetings == meeting, end == nil else { return }
    let missing = (0..<size).first { brought[$0] == nil }
    end = CollectiveError(
      .lostPeer, rank: missing, "nothing was heard of the rank for \(timeoutSeconds) seconds")
    condition.broadcast()
  }
}
