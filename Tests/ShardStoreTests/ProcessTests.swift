import Contract
import Foundation
import ShardStoreFixtures
import TestSupport
import Testing
import VideoCatalog

@testable import ShardStore

/// Two processes, killed processes, full disks: with real processes.
@Suite struct ProcessTests {
  @Test func oneWriterPerTask() throws {
    let store = try TemporaryFolder()
    let probe = try Probe(["hold", store.path, "0"])
    #expect(probe.line() == "open")
    expectError(.busy, "another process is writing task 0") { _ = try openWriter(store) }
    let other = try openWriter(store, task: 1)
    try other.append(SyntheticVideos.extraction(0))
    other.close()
    probe.end()
    try openWriter(store).close()
    let first = try openWriter(store)
    expectError(.busy, "task 0") { _ = try openWriter(store) }
    first.close()
    try openWriter(store).close()
  }

  @Test func readersAndWritersOfATask() throws {
    let store = try TemporaryFolder()
    let writer = try openWriter(store)
    try writer.append(SyntheticVideos.extraction(0))
    expectError(.busy, "task 0", "being written") {
      _ = try ShardReader(directory: store.path)
    }
    expectError(.busy, "being written") { _ = try verify(store) }
    let live = try ShardReader(directory: store.path, allowLive: true)
    for index in 1..<40 {
      try writer.append(SyntheticVideos.extraction(index, imageBytes: 500_000))
      // The content at opening, whatever was added later.
      let samples = try live.samples()
      #expect(samples.count == 3)
      #expect(try live.image(of: samples[0]) == SyntheticVideos.extraction(0).samples[0].image)
    }
    writer.close()
    let reader = try ShardReader(directory: store.path)
    #expect(reader.videos.count == 40)
    expectError(.busy, "being read") { _ = try openWriter(store) }
    withExtendedLifetime(reader) {}
  }

  @Test func aLiveReaderOfAnotherProcess() throws {
    let store = try TemporaryFolder()
    let probe = try Probe(["append", store.path, "0", "0", "100000", "20000", "300000"])
    #expect(probe.line() == "stored 0")
    // Each opening sees whole videos, and never fewer than before.
    var seen = 1
    for _ in 0..<20 {
      let reader = try ShardReader(directory: store.path, allowLive: true)
      #expect(reader.videos.count >= seen)
      seen = reader.videos.count
      let samples = try reader.samples()
      #expect(samples.count == 3 * seen)
      for sample in samples.suffix(6) { _ = try reader.image(of: sample) }
    }
    // A second task learns what the first has stored so far.
    let other = try openWriter(store, task: 1)
    #expect(other.finishedVideos.count >= seen)
    other.close()
    probe.kill()
    #expect(seen > 1)
  }

  @Test func aKilledWriterLeavesWholeVideos() throws {
    let store = try TemporaryFolder()
    var generator = SplitMix64(state: 1)
    var stored: Set<Int> = []
    for round in 0..<12 {
      let probe = try Probe(["append", store.path, "0", "0", "100000", "30000", "400000"])
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let line = try #require(probe.line())
        stored.insert(try #require(Int(line.dropFirst("stored ".count)), "\(line)"))
      }
      usleep(UInt32.random(in: 0...20_000, using: &generator))
      probe.kill()
      for line in probe.remainingLines() {
        if let index = Int(line.dropFirst("stored ".count)) { stored.insert(index) }
      }
      let result = try verify(store)
      #expect(result.findings == [], "round \(round)")
      let reader = try ShardReader(directory: store.path)
      let names = Set(reader.videos.map(\.name))
      for index in stored {
        #expect(names.contains(SyntheticVideos.catalogVideo(index).name), "video \(index)")
      }
      // Each kill may fall between a commit and its line.
      #expect(reader.videos.count <= stored.count + round + 1)
    }
    #expect(stored.count >= 12)
  }

  /// A limit of the file's size stands for the full disk: the write itself fails.
  @Test(arguments: [0, 4, 12, 28, 64, 300, 1_000])
  func aFullDisk(limitKiB: Int) throws {
    let store = try TemporaryFolder()
    // store.json is written before the limit applies.
    try openWriter(store).close()
    let probe = try Probe(
      ["append", store.path, "0", "0", "1000", "20000", "100000000"], fileLimitKiB: limitKiB)
    let lines = probe.remainingLines()
    let stored = lines.compactMap { Int($0.dropFirst("stored ".count)) }
    let failure = try #require(lines.last)
    #expect(failure.hasPrefix("error noSpace: "), "\(failure)")
    #expect(failure.contains("MiB are free there; free some space"), "\(failure)")
    #expect(lines.count == stored.count + 1, "\(lines)")
    // A video has three pictures of five pages of 4 KiB each, after two pages of the file's own;
    // trees and records take some more.
    let most = max(limitKiB - 8, 0) / 60
    #expect((max(limitKiB - 100, 0) / 80...most).contains(stored.count), "\(stored.count)")

    let result = try verify(store)
    #expect(result.findings == [])
    let reader = try ShardReader(directory: store.path)
    #expect(
      Set(reader.videos.map(\.name))
        == Set(stored.map { SyntheticVideos.catalogVideo($0).name }))
    for sample in try reader.samples() { _ = try reader.image(of: sample) }
  }

  /// When the disk has room again, the same run goes on, and the two stores are equal.
  @Test func afterAFullDiskTheRunContinues() throws {
    let store = try TemporaryFolder()
    try openWriter(store).close()
    let arguments = ["append", store.path, "0", "0", "12", "20000", "100000000"]
    let full = try Probe(arguments, fileLimitKiB: 500).remainingLines()
    #expect(full.last?.hasPrefix("error noSpace") == true)
    let rest = try Probe(arguments).remainingLines()
    #expect(full.count - 1 + rest.count == 12)
    let whole = try TemporaryFolder()
    let writer = try openWriter(whole)
    for index in 0..<12 { try writer.append(SyntheticVideos.extraction(index, imageBytes: 20_000)) }
    #expect(try dump(store) == dump(whole))
  }

  @Test func halfCreatedShardsAreRemoved() throws {
    let store = try TemporaryFolder()
    let writer = try openWriter(store)
    try writer.append(SyntheticVideos.extraction(0))
    writer.close()
    // What a crash may leave.
    try Data([1, 2, 3]).write(to: URL(fileURLWithPath: store.path + "/shard-000-000002.mdb.new"))
    #expect(try ShardReader(directory: store.path).videos.count == 1)
    #expect(try verify(store).findings == [])
    let again = try openWriter(store)
    try again.append(SyntheticVideos.extraction(1))
    again.close()
    #expect(try shardFiles(store).count == 1)
    #expect(try ShardReader(directory: store.path).videos.count == 2)
    #expect(
      !FileManager.default.fileExists(atPath: store.path + "/shard-000-000002.mdb.new"))
    #expect(try verify(store).findings == [])
  }

  /// The reading example, by other libraries than ours.
  @Test(.enabled(if: python != nil, "needs PYTHON_WITH_LMDB"))
  func pythonReadsTheStore() throws {
    let python = try #require(Self.python)
    let store = try TemporaryFolder()
    let writer = try openWriter(store, maximumShardBytes: 100_000)
    for index in 0..<12 { try writer.append(SyntheticVideos.extraction(index)) }
    writer.close()
    let script = (#filePath as NSString).deletingLastPathComponent + "/read_store.py"
    let result = try run(python, [script, store.path])
    #expect(result.status == 0)
    let expected = try ShardReader(directory: store.path).samples().map {
      "\($0.key)\t\($0.record.label)\t16\t16\tTrue"
    }
    #expect(expected.count == 36)
    #expect(result.output.split(separator: "\n").map(String.init) == expected)
  }

  /// The checksums that documents carry of themselves, by other libraries than ours.
  @Test(.enabled(if: python != nil, "needs PYTHON_WITH_LMDB"))
  func pythonComparesTheChecksums() throws {
    let python = try #require(Self.python)
    let store = try TemporaryFolder()
    let writer = try openWriter(store, maximumShardBytes: 20_000)
    for index in 0..<5 { try writer.append(SyntheticVideos.extraction(index)) }
    writer.close()
    let script = (#filePath as NSString).deletingLastPathComponent + "/check_store.py"
    let result = try run(python, [script, store.path])
    #expect(result.status == 0)
    let lines = result.output.split(separator: "\n").map(String.init)
    let videos = (0..<5).map { SyntheticVideos.catalogVideo($0).name + " True" }
    let files = try ["store.json", "task-000.json"] + shardFiles(store)
    #expect(Set(lines) == Set(videos + files.map { $0 + " True" }))
  }

  /// A Python with the packages lmdb and pillow.
  private static let python = ProcessInfo.processInfo.environment["PYTHON_WITH_LMDB"]

  @Test func thePageOfTheStoreShowsTheScriptThatIsTested() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let script = try String(
      contentsOf: folder.appendingPathComponent("read_store.py"), encoding: .utf8)
    let page = try String(
      contentsOf: folder.appendingPathComponent("../../docs/store.md"), encoding: .utf8)
    let code = try #require(script.range(of: "import glob")).lowerBound
    #expect(page.contains(script[code...]))
  }

  @Test func thePageOfTheStoreShowsTheFunctionThatIsTested() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let script = try String(
      contentsOf: folder.appendingPathComponent("check_store.py"), encoding: .utf8)
    let page = try String(
      contentsOf: folder.appendingPathComponent("../../docs/store.md"), encoding: .utf8)
    let start = try #require(script.range(of: "import re, zlib")).lowerBound
    let end = try #require(script.range(of: "\nfor path")).lowerBound
    #expect(page.contains(script[start..<end]))
  }

  private func run(_ program: String, _ arguments: [String]) throws -> (
    status: Int32, output: String
  ) {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
  }
}
