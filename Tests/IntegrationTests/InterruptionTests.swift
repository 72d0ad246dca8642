import Foundation
import ShardStore
import TestSupport
import Testing

/// Jobs that are killed, stopped, or run out of disk: nothing is lost that was committed, nothing is
/// there twice, and the same command ends with the same content.
@Suite(
  .serialized,
  .enabled(
    if: BuiltExecutable.hasWeights, "weights/ is missing; scripts/test or scripts/demo fetches it"))
struct InterruptionTests {
  /// Small shards, so that kills fall on rollovers and map growth too.
  private let settings = ["sampling.framesPerVideo=12", "shards.maximumMebibytes=1"]

  private func uninterrupted() throws -> StoreContent {
    try withTemporaryDirectory { folder in
      let store = folder.path(of: "whole")
      let outcome = try BuiltExecutable.extract(
        "folders", input: SampleClips.folder, store: store, set: settings)
      #expect(outcome.status == 0, "\(outcome.errors)")
      return try StoreContent(store)
    }
  }

  @Test func twentyKillsLeaveTheSameStore() throws {
    let expected = try uninterrupted()
    // A run's length, to aim the kills at all of it.
    try withTemporaryDirectory { folder in
      let clock = ContinuousClock()
      let length = try clock.measure {
        _ = try BuiltExecutable.extract(
          "folders", input: SampleClips.folder, store: folder.path(of: "timing"), set: settings)
      }
      var seed: UInt64 = 20_251_122
      var kills = 0
      var store = folder.path(of: "store-0")
      var stores = 0
      while kills < 20 {
        seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let moment = Double(seed >> 33) / Double(1 << 31)
        let outcome = try BuiltExecutable.extract(
          "folders", input: SampleClips.folder, store: store, set: settings
        ) { process in
          Thread.sleep(forTimeInterval: moment * (length / .seconds(1)) * 0.6)
          kill(process, SIGKILL)
        }
        if outcome.status == 128 + SIGKILL { kills += 1 }
        if outcome.status == 0 {
          // All done before the kill came: compare, and begin anew.
          #expect(try StoreContent(store) == expected)
          stores += 1
          store = folder.path(of: "store-\(stores)")
        }
      }
      let last = try BuiltExecutable.extract(
        "folders", input: SampleClips.folder, store: store, set: settings)
      #expect(last.status == 0, "\(last.errors)")
      #expect(try StoreContent(store) == expected)
      #expect(try BuiltExecutable.run(["verify", store]).status == 0)
    }
  }

  @Test(arguments: [SIGINT, SIGTERM]) func aSignalEndsTheRunCleanly(signal: Int32) throws {
    let expected = try uninterrupted()
    try withTemporaryDirectory { folder in
      let store = folder.path(of: "store")
      let stopped = try BuiltExecutable.extract(
        "folders", input: SampleClips.folder, store: store, workers: 1, set: settings
      ) { process in
        Thread.sleep(forTimeInterval: 0.5)
        kill(process, signal)
      }
      #expect(stopped.status == 128 + signal, "\(stopped.errors)")
      #expect(stopped.output.contains("Run the same command again"))
      #expect(try BuiltExecutable.run(["verify", store]).status == 0)
      let rest = try BuiltExecutable.extract(
        "folders", input: SampleClips.folder, store: store, set: settings)
      #expect(rest.status == 0, "\(rest.errors)")
      #expect(try StoreContent(store) == expected)
    }
  }

  @Test func aFullDiskKeepsWhatWasCommitted() throws {
    let expected = try uninterrupted()
    try withTemporaryDirectory { folder in
      let store = folder.path(of: "store")
      // A limit on the size of files makes real writes fail as a full disk does.
      let command =
        "ulimit -f 1500; exec \"$0\" run pipelines/folders.yaml --input \"$1\" --store \"$2\" "
        + "--workers 2 --set sampling.framesPerVideo=12"
      let full = try BuiltExecutable.run(
        ["-c", command, BuiltExecutable.extractor.path, SampleClips.folder, store],
        program: URL(fileURLWithPath: "/bin/bash"))
      #expect(full.status == 1, "\(full.output) \(full.errors)")
      #expect(full.errors.contains("space") || full.errors.contains("File too large"))
      #expect(try BuiltExecutable.run(["verify", store]).status == 0)
      let kept = try StoreContent(store)
      #expect(!kept.videos.isEmpty && kept.videos.count < expected.videos.count)
      let rest = try BuiltExecutable.extract(
        "folders", input: SampleClips.folder, store: store, set: [settings[0]])
      #expect(rest.status == 0, "\(rest.errors)")
      #expect(try StoreContent(store) == expected)
    }
  }
}
