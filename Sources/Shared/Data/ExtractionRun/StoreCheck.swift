internal import Contract
internal import Files
internal import Imaging
internal import ShardStore
internal import Workers

/// The check of a store before or after an extraction, and its repair.
struct StoreCheck {
  let store: String
  let workers: Int
  let observer: any ExtractionObserver

  /// Removes what is damaged from the store, of one task or, if it is nil, of all.
  ///
  /// - Returns: names of the videos that were removed.
  func removeDamaged(_ task: JobTask?) throws -> [String] {
    let progress = try Progress(try shards(of: task), store, observer)
    defer { observer.end() }
    let outcome = try StoreRepair(
      directory: store, imageSize: Self.imageSize, progress: { progress.update($0) },
      isCancelled: { observer.shallStop }
    ).run(task: task?.index)
    observer.observe(.repaired(outcome))
    return outcome.removedVideos
  }

  private func shards(of task: JobTask?) throws -> [ShardName] {
    try ShardName.all(inStore: store).filter { task == nil || $0.task == task?.index }
  }

  /// Compares every record and picture with its checksum, of one task or, if it is nil, of all
  /// tasks that no process is writing. Throws if one is not what was stored.
  func compareChecksums(_ task: JobTask?) throws {
    let shards = try shards(of: task)
    let progress = try Progress(shards, store, observer)
    defer { observer.end() }
    let verifier = StoreVerifier(
      directory: store, imageSize: nil, progress: { progress.update($0) },
      isCancelled: { observer.shallStop })
    let findings = Locked<[ShardName: [StoreFinding]]>([:])
    do {
      try WorkerPool(workerCount: workers).forEach(shards) { _ in
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

  /// What is wrong with a shard; nothing if its task is being written.
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

  /// Width and height of a JPEG file that can be decoded to its end.
  private static let imageSize: StoreVerifier.ImageSize = { bytes in
    let file = bytes.withUnsafeBytes { Array($0) }
    return (try? JPEG.decode(file)).map { ($0.width, $0.height) }
  }

  /// Progress in MiB: a shard counts by its size times the fraction of its records that was
  /// checked.
  private final class Progress: Sendable {
    private let observer: any ExtractionObserver
    private let mebibytes: [String: Double]
    private let checked = Locked<[String: Double]>([:])

    init(_ shards: [ShardName], _ store: String, _ observer: any ExtractionObserver) throws {
      self.observer = observer
      mebibytes = Dictionary(
        uniqueKeysWithValues: try shards.map { shard in
          let size = try FileSystem.size(of: store + "/" + shard.fileName) ?? 0
          return (shard.fileName, Double(size) / 1_048_576)
        })
      observer.begin(
        total: Int(mebibytes.values.reduce(0, +).rounded(.up)), unit: "MiB checked")
    }

    func update(_ step: StoreVerifier.Progress) {
      let share = Double(step.recordsChecked) / Double(max(step.records, 1))
      let sum = checked.withLock { checked in
        checked[step.shard] = share * (mebibytes[step.shard] ?? 0)
        return checked.values.reduce(0, +)
      }
      observer.advance(to: Int(sum.rounded(.up)), detail: step.shard)
    }
  }
}
