import Foundation
import ShardStoreFixtures
import Testing

@testable import ShardStore

/// A folder that is removed at the end of the tests; not before, as a file opened in it may outlive
/// the last use of this value.
struct TemporaryFolder {
  private static let root: String = {
    let path = NSTemporaryDirectory() + "shard-store-" + UUID().uuidString
    atexit { try? FileManager.default.removeItem(atPath: TemporaryFolder.root) }
    return path
  }()

  let path: String

  init() throws {
    path = Self.root + "/" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }
}

/// A child that another test starts at this moment holds copies of all locks until it runs its own
/// program: wait for that.
private func patiently<Value>(
  _ body: () throws(ShardStoreError) -> Value
) throws(ShardStoreError) -> Value {
  let start = ContinuousClock.now
  while ContinuousClock.now - start < .seconds(3) {
    do throws(ShardStoreError) {
      return try body()
    } catch {
      guard error.code == .busy else { throw error }
      usleep(10_000)
    }
  }
  return try body()
}

func openWriter(
  _ store: TemporaryFolder, task: Int = 0, maximumShardBytes: Int = 1 << 30
) throws -> ShardWriter {
  try patiently { () throws(ShardStoreError) in
    try ShardWriter(
      directory: store.path, task: task, description: SyntheticVideos.description,
      maximumShardBytes: maximumShardBytes)
  }
}

/// Checks a store.
func verify(_ store: TemporaryFolder) throws -> StoreVerification {
  try patiently { () throws(ShardStoreError) in
    try StoreVerifier(directory: store.path, imageSize: SyntheticVideos.imageSize).verify()
  }
}

func shardFiles(_ store: TemporaryFolder) throws -> [String] {
  try ShardName.all(inStore: store.path).map(\.fileName)
}

/// All entries of all shards, `<database>:<key>` to value; reports keys that are there twice.
func dump(_ store: TemporaryFolder) throws -> [[UInt8]: [UInt8]] {
  var entries: [[UInt8]: [UInt8]] = [:]
  for shard in try ShardName.all(inStore: store.path) {
    let use = try EnvironmentUse.reading(
      shard.path(inStore: store.path), checking: .everything)
    try use.read { transaction, databases throws(ShardStoreError) in
      for database in Environment.Database.allCases {
        var cursor = try transaction.cursor(databases[database])
        while let entry = try cursor.next() {
          let key = Array("\(database):".utf8) + entry.key
          #expect(entries[key] == nil, "twice: \(String(decoding: key, as: UTF8.self))")
          entries[key] = Array(entry.value)
        }
      }
    }
  }
  return entries
}

/// Expects an error of this code whose text has all of `parts`.
func expectError(
  _ code: ShardStoreError.Code, _ parts: String...,
  sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () throws -> Void
) {
  do {
    try body()
    Issue.record("expected the error \(code)", sourceLocation: sourceLocation)
  } catch let error as ShardStoreError {
    #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
    for part in parts {
      #expect(error.description.contains(part), "\(error)", sourceLocation: sourceLocation)
    }
  } catch {
    Issue.record("\(error)", sourceLocation: sourceLocation)
  }
}

/// The probe: a real process beside the test runner's executable.
final class Probe {
  let process = Process()
  private let output = Pipe()
  private let input = Pipe()
  private var pending = Data()

  /// With `fileLimitKiB` no file may grow beyond that, and a write that would fails with EFBIG.
  init(_ arguments: [String], fileLimitKiB: Int? = nil) throws {
    let runner = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let folder = (runner as NSString).deletingLastPathComponent
    let probe = folder + "/ShardStoreProbe"
    try #require(FileManager.default.isExecutableFile(atPath: probe), "no probe at \(probe)")
    if let fileLimitKiB {
      process.executableURL = URL(fileURLWithPath: "/bin/bash")
      let script = "trap '' XFSZ; ulimit -f \(fileLimitKiB); exec \"$0\" \"$@\""
      process.arguments = ["-c", script, probe] + arguments
    } else {
      process.executableURL = URL(fileURLWithPath: probe)
      process.arguments = arguments
    }
    process.standardOutput = output
    process.standardInput = input
    try process.run()
  }

  /// The next line, or nil at the end.
  func line() -> String? {
    while true {
      if let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
        let line = String(decoding: pending[..<end], as: UTF8.self)
        pending.removeSubrange(...end)
        return line
      }
      let data = output.fileHandleForReading.availableData
      if data.isEmpty { return nil }
      pending += data
    }
  }

  func remainingLines() -> [String] {
    var lines: [String] = []
    while let line = line() { lines.append(line) }
    return lines
  }

  func kill() {
    Foundation.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  func end() {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }
}
