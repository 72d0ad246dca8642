import Foundation
import ShardStoreFixtures
import TestSupport
import Testing

/// A store has more shards than a process may have files open at first.
@Suite struct ManyShardsTests {
  @Test func theSoftLimitOfOpenFilesIsRaised() throws {
    try withTemporaryDirectory { folder in
      let store = folder.path(of: "store")
      // Each video fills a shard.
      try TrainingStore.make(store, .init(groups: 20, cropsPerVideo: 2, shardBytes: 1))
      func inspect(_ option: String) throws -> BuiltExecutable.Outcome {
        try BuiltExecutable.run(
          [
            "-c", "ulimit \(option) 32; exec \"$0\" inspect \"$1\"", BuiltExecutable.extractor.path,
            store,
          ], program: URL(fileURLWithPath: "/bin/bash"))
      }
      let outcome = try inspect("-Sn")
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.output.contains("40"))
      // A limit that can't be raised is named.
      let refused = try inspect("-n")
      #expect(refused.status == 1)
      #expect(refused.errors.contains("Too many open files"), "\(refused.errors)")
    }
  }
}
