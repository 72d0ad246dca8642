internal import Contract
internal import Imaging
internal import ShardStore
internal import Workers

/// The check of a store before or after an extraction, and its repair.
struct StoreCheck {
  let store: String
  let workers: Int
  let observer: any ExtractionObserver

  /// Takes what is damaged out of the store: of one part's task, or of all where there are no parts.
  ///
  /// - Returns: names of the videos that were removed.
  func removeDamaged(
    _ part: JobPart, _ description: StoreDescription
  ) throws -> [String] {
    // A store that is not there yet, or is of other settings, is the writer's to make or to refuse.
    guard let stored = try? StoreDescription(store: store),
      stored.differences(toRun: description).isEmpty
    else { return [] }
    let progress = Progress(observer)
    defer { observer.end() }
    let outcome = try StoreRepair(
      directory: store, imageSize: Self.imageSize, progress: { progress.update($0) },
      isCancelled: { observer.shallStop }
    ).run(task: part.count > 1 ? part.task : nil)
    observer.observe(.repaired(outcome))
    return outcome.removedVideos
  }

  /// Compares every record and picture of the tasks that nobody is writing with its checksum; throws
  /// where one is not what was stored.
  func compareChecksums() throws {
    let progress = Progress(observer)
    defer { observer.end() }
    let verifier = StoreVerifier(
      directory: store, imageSize: nil, progress: { progress.update($0) },
      isCancelled: { observer.shallStop })
    let findings = Locked<[ShardName: [StoreFinding]]>([:])
    do {
      try WorkerPool(workerCount: workers).forEach(try ShardName.all(inStore: store)) { _ in
        { shard in
          let found = try Self.findings(in: shard, verifier)
          findings.withLock { $0[shard] = found }
        }
      }
    } catch {
      guard (error as? ShardStoreError)?.code == .cancelled else { throw error }
      return
    }
    let found = findings.withLock { $0 }.sorted { $0.key < $1.key }.flatMap(\.value)
    if let error = StoreFinding.error(found, store) { throw error }
  }

  /// What is wrong with a shard; nothing where its task is being written.
  private static func findings(
    in shard: ShardName, _ verifier: StoreVerifier
  ) throws(ShardStoreError) -> [StoreFinding] {
    do throws(ShardStoreError) {
      return try verifier.verifyShard(shard).findings
    } catch {
      guard error.code == .busy else { throw error }
      return []
    }
  }

  /// Width and height of a JPEG file that decodes to its end.
  private static let imageSize: StoreVerifier.ImageSize = { bytes in
    let file = bytes.withUnsafeBytes { Array($0) }
    return (try? JPEG.decode(file)).map { ($0.width, $0.height) }
  }

  /// Records that were checked, of all shards that have been begun.
  private final class Progress: Sendable {
    private let observer: any ExtractionObserver
    private let checked = Locked<[String: Int]>([:])

    init(_ observer: any ExtractionObserver) {
      self.observer = observer
      observer.begin(total: 0, unit: "records checked")
    }

    func update(_ step: StoreVerifier.Progress) {
      let sum = checked.withLock { checked in
        checked[step.shard] = step.recordsChecked
        return checked.values.reduce(0, +)
      }
      observer.advance(to: sum, detail: step.shard)
    }
  }
}
