internal import Dispatch
internal import Foundation

/// Synchronous work spread over Dispatch workers, one per core by default.
package struct WorkerPool: Sendable {
  /// How many workers run at the same time.
  package let workerCount: Int

  /// Creates a pool; no thread is started before there is work.
  ///
  /// - Parameter workerCount: how many workers, or 0 for one per core.
  package init(workerCount: Int = 0) {
    precondition(workerCount >= 0, "a pool has 0 (one per core) or more workers")
    self.workerCount = workerCount == 0 ? WorkerPool.coreCount : workerCount
  }

  /// Cores that this process may use.
  package static var coreCount: Int { max(ProcessInfo.processInfo.activeProcessorCount, 1) }

  /// Works through `items`: each free worker takes the next one. Returns when all are done.
  ///
  /// - Parameters:
  ///   - makeWorker: called once on each worker's thread with the worker's number; what it sets up
  ///     (decoders, buffers) belongs to that worker alone. Returns the function that does one item.
  /// - Throws: the error of the worker with the lowest number that failed; after a failure no
  ///   worker takes another item.
  package func forEach<Item: Sendable>(
    _ items: [Item], makeWorker: @Sendable (Int) throws -> (Item) throws -> Void
  ) throws {
    let next = Locked(0)
    let failures = Locked<[(worker: Int, error: any Error)]>([])
    let takeItem = { @Sendable () -> Item? in
      guard failures.withLock({ $0.isEmpty }) else { return nil }
      return next.withLock { position in
        guard position < items.count else { return nil }
        defer { position += 1 }
        return items[position]
      }
    }
    withoutActuallyEscaping(makeWorker) { makeWorker in
      let group = DispatchGroup()
      let queue = DispatchQueue(label: "WorkerPool", attributes: .concurrent)
      for worker in 0..<min(workerCount, items.count) {
        queue.async(group: group) {
          do {
            let work = try makeWorker(worker)
            while let item = takeItem() { try work(item) }
          } catch {
            failures.withLock { $0.append((worker, error)) }
          }
        }
      }
      group.wait()
    }
    let first = failures.withLock { found in
      found.min { $0.worker < $1.worker }?.error
    }
    if let first { throw first }
  }
}
