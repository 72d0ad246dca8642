/// Processes that compute one result together, each with a number, its rank.
///
/// Every rank calls the same operations in the same order; an operation returns when it has what it
/// needs from the others. All ranks get the same bits. One call at a time, from any thread.
///
/// An operation throws if a peer is lost. The joint computation can't go on then, and every later
/// operation throws too.
package protocol Collective: AnyObject, Sendable {
  /// This process's number, 0..<`size`.
  var rank: Int { get }
  /// The number of processes.
  var size: Int { get }

  /// Says what the process does now, for messages about lost ranks: `step 12`.
  func begin(_ work: String)

  /// Begins to replace each number by its sum over all ranks, the same bits everywhere, and returns
  /// before that is done, so that the program can go on computing. Several sums may be under way,
  /// and other operations may come in between.
  ///
  /// The sum is pairwise in the order of ranks, (0 + 1) + (2 + 3); see `pairwiseSplit` in Kernels.
  ///
  /// - Parameters:
  ///   - values: as many on every rank; must not be used before `finishSums` has returned.
  ///   - precision: how they are sent; the same on every rank. A process that is alone rounds
  ///     nothing.
  func beginSum(
    _ values: UnsafeMutableBufferPointer<Float>, as precision: WirePrecision
  ) throws(CollectiveError)

  /// Returns when all sums that were begun are complete.
  func finishSums() throws(CollectiveError)

  /// Collects the bytes of all ranks on every rank.
  ///
  /// - Parameters:
  ///   - bytes: as many on every rank.
  ///   - all: `size` times as many; receives those of rank 0, then those of rank 1, ...
  func gather(
    _ bytes: UnsafeRawBufferPointer, into all: UnsafeMutableRawBufferPointer
  ) throws(CollectiveError)

  /// Replaces the bytes by those of rank 0.
  ///
  /// - Parameter bytes: as many on every rank.
  func broadcast(_ bytes: UnsafeMutableRawBufferPointer) throws(CollectiveError)
}

extension Collective {
  /// Does nothing.
  package func begin(_ work: String) {}

  /// Whether this process is the only one.
  package var isAlone: Bool { size == 1 }

  /// Whether this process is the one that writes files and reports to the user.
  package var isFirst: Bool { rank == 0 }

  /// Replaces each number by its sum over all ranks, and waits for it; see `beginSum`.
  package func sum(_ values: UnsafeMutableBufferPointer<Float>) throws(CollectiveError) {
    try beginSum(values, as: .float32)
    try finishSums()
  }

  /// Collects the values of all ranks, equally many each: those of rank 0, then those of rank 1,
  /// ...
  package func gather<Value: BitwiseCopyable>(_ values: [Value]) throws(CollectiveError) -> [Value]
  {
    guard size > 1, let first = values.first else { return values }
    var all = [Value](repeating: first, count: values.count * size)
    var result: Result<Void, CollectiveError> = .success(())
    values.withUnsafeBytes { values in
      all.withUnsafeMutableBytes { all in
        result = Result { () throws(CollectiveError) in try gather(values, into: all) }
      }
    }
    try result.get()
    return all
  }

  /// The largest of the ranks' numbers, on every rank: a decision that all of them take. The caller
  /// defines what the numbers mean.
  package func agree(_ value: Int) throws(CollectiveError) -> Int {
    try gather([value]).max() ?? value
  }

  /// Whether the flag is set on any rank; the same answer on every rank.
  package func agree(_ flag: Bool) throws(CollectiveError) -> Bool {
    try agree(flag ? 1 : 0) == 1
  }

  /// Throws on every rank if they don't all have the same number, e.g. a checksum of settings.
  ///
  /// - Parameter name: what the number stands for, for the message.
  package func check(_ value: UInt64, isSameFor name: String) throws(CollectiveError) {
    let all = try gather([value])
    guard let other = all.firstIndex(where: { $0 != all[0] }) else { return }
    throw CollectiveError(
      .disagreement, rank: other,
      "expected the same \(name) as rank 0's, got another; start all ranks with the same command, "
        + "store and files")
  }

  /// The bytes of rank 0, on every rank; what other ranks pass doesn't matter.
  package func broadcast(_ bytes: [UInt8]) throws(CollectiveError) -> [UInt8] {
    guard size > 1 else { return bytes }
    let count = try gather([bytes.count])[0]
    guard count > 0 else { return [] }
    var copy = rank == 0 ? bytes : [UInt8](repeating: 0, count: count)
    var result: Result<Void, CollectiveError> = .success(())
    copy.withUnsafeMutableBytes { copy in
      result = Result { () throws(CollectiveError) in try broadcast(copy) }
    }
    try result.get()
    return copy
  }

  /// Returns when all ranks have called it.
  package func waitForAll() throws(CollectiveError) {
    _ = try gather([UInt8(0)])
  }
}
