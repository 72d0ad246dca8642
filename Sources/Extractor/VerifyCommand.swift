import CommandParts
import ArgumentParser
import Foundation
import Imaging
import PrintableText
import ShardStore
import Terminal
import Workers

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract:
      "Checks every page, record, checksum and picture of a store, and that nothing is lost.",
    discussion: """
      Examples:
        extractor verify /data/dfdc-faces
        extractor verify /data/dfdc-faces --json verification.json

      Each task's manifest (task-000.json) lists the shards and their content, so that a shard is \
      found if it is missing, empty, older than it was, a copy of another, or from another store.

      Exit codes: 0 the store is sound; 1 it is not, or can't be checked; 64 wrong usage; 129, 130 or \
      143 stopped by SIGHUP, Ctrl-C or SIGTERM.
      """)

  @Argument(help: "The folder of the store.", completion: .directory)
  var store: String

  @Option(help: "Shards checked at the same time; 0 is one per core.")
  var workers: Int = 0

  @OptionGroup var json: JSONOption

  func validate() throws {
    guard (0...1024).contains(workers) else {
      throw ValidationError("--workers: expected 0...1024, got \(workers)")
    }
  }

  func run() throws {
    let destination = try json.begin()
    // Missing shards have no progress. The others are checked under a lock,
    // while no process writes.
    let names = try ShardName.all(inStore: store)
    let mebibytes = Dictionary(
      uniqueKeysWithValues: names.map { ($0.fileName, Self.mebibytes(store + "/" + $0.fileName)) })
    let progress = ProgressLine(
      total: Int(mebibytes.values.reduce(0, +).rounded(.up)), unit: "MiB")
    let interruption = Interruption { _, _ in }
    let shares = Locked<[String: Double]>([:])
    let verifier = StoreVerifier(
      directory: store,
      imageSize: { bytes in
        let file = bytes.withUnsafeBytes { Array($0) }
        return (try? JPEG.decode(file)).map { ($0.width, $0.height) }
      },
      progress: { step in
        let sum = shares.withLock { shares in
          shares[step.shard] =
            Double(step.recordsChecked) / Double(max(step.records, 1))
            * (mebibytes[step.shard] ?? 0)
          return shares.values.reduce(0, +)
        }
        progress.update(done: Int(sum.rounded(.up)), detail: step.shard)
      },
      isCancelled: { interruption.request != .none })
    let hold = try verifier.hold()
    defer { withExtendedLifetime(hold) {} }
    let results = Locked<[ShardVerification]>([])
    do {
      try WorkerPool(workerCount: workers).forEach(names) { _ in
        { name in
          let result = try verifier.verifyShard(name)
          results.withLock { $0.append(result) }
        }
      }
    } catch let error as ShardStoreError where error.code == .cancelled {
      progress.finish()
      StandardError.write("Stopped; the store was checked in part only.")
      throw ExitCode(128 + (interruption.signal ?? SIGINT))
    }
    progress.finish()
    let ordered = results.withLock { $0.sorted { $0.shard < $1.shard } }
    let verification = try verifier.combine(ordered)
    show(verification)
    try destination?.write(Result(verification), format: "store-verification/1")
    throw ExitCode(verification.isSound ? 0 : 1)
  }

  private struct Result: Encodable {
    var isSound: Bool
    var shards: [ShardVerification]
    /// Findings on the store or on several shards; those on one shard are with the shard.
    var storeFindings: [StoreFinding]
    var unknowns: [String]

    init(_ verification: StoreVerification) {
      isSound = verification.isSound
      shards = verification.shards
      storeFindings = verification.storeFindings
      unknowns = verification.unknowns
    }
  }

  private static func mebibytes(_ path: String) -> Double {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return Double((attributes?[.size] as? NSNumber)?.int64Value ?? 0) / 1_048_576
  }

  private func show(_ verification: StoreVerification) {
    var table = TextTable(header: ["shard", "videos", "failed", "crops", "MiB", "findings"])
    for shard in verification.shards {
      table.append([
        shard.shard, "\(shard.finishedVideos.count)", "\(shard.failedVideos.count)",
        "\(shard.samples)", String(format: "%.1f", Double(shard.imageBytes) / 1_048_576),
        "\(shard.findings.count + shard.findingsLeftOut)",
      ])
    }
    StandardOutput.write(table.render())
    for finding in verification.findings.prefix(50) {
      StandardOutput.write("  \(finding)".printable)
    }
    let hidden = verification.findings.count - 50
    if hidden > 0 { StandardOutput.write("  ... and \(hidden) more; --json - prints all") }
    for unknown in verification.unknowns { StandardOutput.write("  " + unknown) }
    StandardOutput.write(
      verification.isSound
        ? "\nSound: every record and picture is what was stored."
        : "\nNOT SOUND. Put back what is damaged or missing from a copy; or run the command that made "
          + "the store again with --redo-damaged, which extracts these videos again.")
  }
}
