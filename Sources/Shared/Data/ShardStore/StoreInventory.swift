/// What a store must hold according to the manifests of its tasks, and what is there.
///
/// The manifests are read first: if a writer adds something meanwhile, it is newer than the
/// manifests, and that is no damage.
struct StoreInventory {
  private enum Manifest {
    case read(TaskManifest)
    case damaged(ShardStoreError)
  }

  /// The shards in the folder, in order.
  let shards: [ShardName]

  private let identity: String?
  private var manifests: [Int: Manifest] = [:]

  /// Reads all manifests, then lists the shards.
  init(
    store directory: String, _ description: StoreDescription
  ) throws(ShardStoreError) {
    identity = description.identity
    if identity != nil {
      for task in try TaskManifest.tasks(inStore: directory) {
        do throws(ShardStoreError) {
          manifests[task] = try TaskManifest.read(task, inStore: directory).map(Manifest.read)
        } catch {
          manifests[task] = .damaged(error)
        }
      }
    }
    shards = try ShardName.all(inStore: directory)
  }

  /// Tasks that have a shard or a manifest, in order.
  var tasks: [Int] { Set(manifests.keys).union(shards.map(\.task)).sorted() }

  /// The manifest of a task; nil if there is none that can be used.
  func manifest(of task: Int) -> TaskManifest? {
    guard case .read(let manifest) = manifests[task], manifest.store == identity else { return nil }
    return manifest
  }

  /// What is lost, or belongs to another store. Empty for a store of an older format, which has no
  /// record of it.
  ///
  /// - Parameters:
  ///   - states: the shards' own states, without those that can't be read; these are findings of
  ///     another kind.
  ///   - tasks: the tasks to check.
  func findings(
    _ states: [ShardName: ShardState], tasks: some Sequence<Int>
  ) -> [StoreFinding] {
    guard let identity else { return [] }
    return tasks.sorted().flatMap { task in
      let present = shards.filter { $0.task == task }
      var findings = present.compactMap { states[$0]?.foreign(to: identity, named: $0) }
      let foreign = Set(findings.map(\.shard))
      switch manifests[task] {
      case .damaged(let error):
        findings.append(.manifest(task, got: error.description))
      case .read(let manifest) where manifest.store != identity:
        findings.append(.manifest(task, got: "that of another store"))
      case .read(let manifest):
        findings += Self.losses(
          manifest, present, states.filter { !foreign.contains($0.key.fileName) }, foreign)
      case nil:
        if !present.isEmpty { findings.append(.manifest(task, got: "no such file")) }
      }
      return findings
    }
  }

  private static func losses(
    _ manifest: TaskManifest, _ present: [ShardName], _ states: [ShardName: ShardState],
    _ foreign: Set<String?>
  ) -> [StoreFinding] {
    var findings: [StoreFinding] = []
    for recorded in manifest.shards {
      guard let name = recorded.name else { continue }
      guard present.contains(name) else {
        findings.append(
          StoreFinding(
            shard: name.fileName, key: nil, problem: .shardMissing, expected: recorded.content,
            got: "no such file"))
        continue
      }
      if let state = states[name], state.isOlder(than: recorded) {
        findings.append(
          StoreFinding(
            shard: name.fileName, key: nil, problem: .shardRolledBack,
            expected: "transaction \(recorded.transaction) with \(recorded.content)",
            got: "transaction \(state.transaction) with \(state.content): an older copy"))
      }
    }
    let known = Set(manifest.shards.map(\.number))
    for name in present where !known.contains(name.number) && !foreign.contains(name.fileName) {
      // The task may have been killed when it had just begun this shard.
      guard name.number != manifest.nextShard else { continue }
      findings.append(
        StoreFinding(
          shard: name.fileName, key: nil, problem: .shardUnknown,
          expected: "a shard that \(TaskManifest.fileName(task: manifest.task)) lists",
          got: "one that was taken out of the store, or never was in it"))
    }
    return findings
  }
}

extension ShardState {
  /// The finding for a shard of this state that belongs to another store or another name; nil if it
  /// is the right one.
  fileprivate func foreign(to identity: String, named name: ShardName) -> StoreFinding? {
    guard store == identity else {
      return StoreFinding(
        shard: name.fileName, key: nil, problem: .shardForeign, expected: "a shard of this store",
        got: "one of another store")
    }
    guard self.name == name else {
      return StoreFinding(
        shard: name.fileName, key: nil, problem: .shardDuplicated, expected: "the shard itself",
        got: "\(self.name?.fileName ?? "another shard") under this name")
    }
    return nil
  }

  /// Whether the shard is older than its recorded state. A newer one may have fewer failed videos,
  /// because these move, but not fewer finished ones.
  fileprivate func isOlder(than recorded: ShardState) -> Bool {
    if transaction == recorded.transaction { return self != recorded }
    return transaction < recorded.transaction || finishedVideos < recorded.finishedVideos
  }
}

extension StoreFinding {
  fileprivate static func manifest(_ task: Int, got: String) -> StoreFinding {
    StoreFinding(
      shard: nil, key: TaskManifest.fileName(task: task), problem: .manifest,
      expected: "the manifest of task \(task), which says what it has written", got: got)
  }
}
