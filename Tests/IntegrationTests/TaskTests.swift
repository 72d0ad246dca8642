import Contract
import ExtractionRun
import Foundation
import Imaging
import ShardStore
import ShardStoreFixtures
import TestSupport
import Testing

/// A store that the tasks of an array of jobs fill, as a user runs them.
@Suite struct TaskTests {
  /// 24 pictures that need no detector, each fake beside its original.
  private struct Example {
    let folder: TemporaryDirectory
    var input: String { folder.path(of: "in") }

    init(_ folder: TemporaryDirectory) throws {
      self.folder = folder
      for number in 0..<12 {
        try write(number, to: "in/real/\(name(number)).jpg")
        try write(number + 100, to: "in/fake/\(name(number))_fake.jpg")
      }
    }

    private func name(_ number: Int) -> String { String(format: "%04d", number) }

    private func write(_ number: Int, to path: String) throws {
      let picture = TrainingStore.draw(
        TrainingStore.Plan(sizePixels: 48), group: number, frame: 0, isMarked: false)
      try folder.write(Data(try JPEGEncoder(quality: 90).encode(picture)), to: path)
    }

    func run(
      _ store: String, _ flags: [String] = [], environment: [String: String] = [:]
    ) throws -> BuiltExecutable.Outcome {
      try BuiltExecutable.extract(
        "pictures", input: input, store: folder.path(of: store),
        set: [
          "label=null", "numberedPictures=single", "alignment.kind=none", "alignment.size=32",
        ], flags: flags, environment: environment)
    }

    /// As a job of `sbatch --array=...`.
    func runInArray(
      _ store: String, index: Int, count: Int = 3, minimum: Int = 0
    ) throws -> BuiltExecutable.Outcome {
      try run(
        store, ["--tasks", "3"],
        environment: [
          "SLURM_ARRAY_TASK_ID": "\(index)", "SLURM_ARRAY_TASK_COUNT": "\(count)",
          "SLURM_ARRAY_TASK_MIN": "\(minimum)", "SLURM_ARRAY_TASK_MAX": "\(minimum + count - 1)",
          "SLURM_ARRAY_TASK_STEP": "1",
        ])
    }
  }

  private func rows(_ store: String) throws -> [[Int]] {
    let bytes = try Data(contentsOf: URL(fileURLWithPath: store + "/extraction-report.json"))
    return try JSONDecoder().decode(ExtractionReport.self, from: bytes).rows
      .map { [$0.videos, $0.done, $0.failed, $0.framesSampled, $0.crops] }
  }

  @Test func tasksOfAnArrayGiveTheStoreOfOneRun() throws {
    try withTemporaryDirectory { folder in
      let example = try Example(folder)
      let whole = folder.path(of: "whole")
      let array = folder.path(of: "array")
      let one = try example.run("whole")
      try #require(one.status == 0, "\(one.errors)")

      // One task again, which Slurm calls an array of 1 that begins at 2.
      let second = try example.runInArray("array", index: 2, count: 1, minimum: 2)
      try #require(second.status == 0, "\(second.output) \(second.errors)")
      #expect(second.output.contains("Task 2/3, by SLURM_ARRAY_TASK_ID=2"))
      #expect(second.output.contains("Note: the array of Slurm has 1 jobs"))
      #expect(Set(try ShardName.all(inStore: array).map(\.task)) == [2])
      let open = try BuiltExecutable.run(["status", array])
      #expect(open.status == 2)
      #expect(open.output.contains("Left to do: tasks 0-1"), "\(open.output)")
      let lines = open.output.split(separator: "\n")
      #expect(lines.contains { $0.hasPrefix(" 2/3 ") && $0.contains(" done ") }, "\(lines)")
      let partial = try TrainingRun.command([
        "train", "pipelines/pictures.yaml", "--store", array, "--run", folder.path(of: "run"),
        "--set", "data.split=hash", "--set", "batchSize=2", "--dry-run",
      ])
      #expect(
        partial.output.contains("2 of the 3 tasks of the extraction have written nothing yet"),
        "\(partial.output) \(partial.errors)")
      let early = try BuiltExecutable.run(["report", array])
      #expect(early.status == 2 && early.output.contains("No report yet of tasks 0-1"))

      for index in [1, 0] {
        let outcome = try example.runInArray("array", index: index)
        #expect(outcome.status == 0, "\(outcome.output) \(outcome.errors)")
      }
      #expect(try StoreContent(array) == StoreContent(whole))
      let reader = try ShardReader(directory: array)
      let tasks = Dictionary(uniqueKeysWithValues: reader.videos.map { ($0.name, $0.shard.task) })
      for video in reader.videos {
        guard let original = video.record.original else { continue }
        #expect(tasks[original] == video.shard.task)
      }
      #expect(reader.videos.count { $0.record.original != nil } == 12)

      let done = try BuiltExecutable.run(["status", array])
      #expect(done.status == 0 && done.output.contains("3 tasks: 3 done"), "\(done.output)")
      let report = try BuiltExecutable.run(["report", array])
      #expect(report.status == 0, "\(report.output) \(report.errors)")
      #expect(try rows(array) == rows(whole))
    }
  }

  /// What `status` says to run completes the store, also all open tasks at once.
  @Test func theCommandOfStatusCompletesTheStore() throws {
    try withTemporaryDirectory { folder in
      let example = try Example(folder)
      let store = folder.path(of: "store")
      try #require(try example.run("store", ["--part", "1/3"]).status == 0)
      let status = try BuiltExecutable.run(["status", store, "--json", "-"])
      struct Status: Decodable {
        let open: [Int]
        let command: [String]
      }
      let result = try JSONDecoder().decode(Status.self, from: Data(status.output.utf8))
      #expect(result.open == [1, 2])
      let next = try BuiltExecutable.run(result.command + ["--task", "1/3"])
      #expect(next.status == 0, "\(next.output) \(next.errors)")
      let rest = try BuiltExecutable.run(result.command)
      #expect(rest.status == 0, "\(rest.output) \(rest.errors)")
      #expect(try BuiltExecutable.run(["status", store]).status == 0)
      try #require(try example.run("whole").status == 0)
      #expect(try StoreContent(store) == StoreContent(folder.path(of: "whole")))
    }
  }

  @Test func whatIsNoTaskOfTheStoreIsRefused() throws {
    try withTemporaryDirectory { folder in
      let example = try Example(folder)
      try #require(try example.run("store", ["--task", "0/3"]).status == 0)
      let other = try example.run("store", ["--task", "0/4"])
      #expect(other.status == 1)
      #expect(other.errors.contains("tasks: the store has \"3\", this run has \"4\""))
      for (flags, text) in [
        (["--task", "3/3"], "I of 0...N-1"), (["--part", "0/3"], "I of 1...N"),
        (["--tasks", "3"], "SLURM_ARRAY_TASK_ID"), (["--tasks", "0"], "expected 1...1000"),
        (["--task", "0/3", "--part", "1/3"], "at most one of them"),
        (["--task", "0/3", "--task-base", "1"], "say --tasks"),
      ] {
        let outcome = try example.run("new", flags)
        #expect(outcome.status == 64, "\(flags) \(outcome.output) \(outcome.errors)")
        #expect(outcome.errors.contains(text), "\(flags) \(outcome.errors)")
      }
      let outside = try example.run(
        "new", ["--tasks", "3"], environment: ["PBS_ARRAY_INDEX": "3"])
      #expect(outside.status == 64 && outside.errors.contains("expected an index of 0...2"))
      #expect(!FileManager.default.fileExists(atPath: folder.path(of: "new")))
    }
  }

  /// A run that changes the last shard in place, beside one whose shards never change.
  @Test func anotherKindOfRunOfATaskIsRefusedWhileOneLives() throws {
    try withTemporaryDirectory { folder in
      let example = try Example(folder)
      let scratch = folder.path(of: "scratch")
      try #require(try example.run("store", ["--task", "1/3"]).status == 0)
      func heartbeat(process: Int32, secondsAgo: Double = 0, isStaged: Bool = true) throws {
        let now = Date().timeIntervalSince1970 - secondsAgo
        let sign: [String: Any] = [
          "state": "running", "host": ProcessInfo.processInfo.hostName, "process": process,
          "startedAt": now, "writtenAt": now, "videos": 9, "videosDone": 0, "isStaged": isStaged,
          "command": ["run"],
        ]
        try folder.write(
          try JSONSerialization.data(withJSONObject: sign), to: "store/task-000-heartbeat.json")
      }
      try heartbeat(process: getpid())
      for flags in [["--task", "0/3"], [], ["--task", "0/3", "--redo-damaged"]] {
        let refused = try example.run("store", flags)
        #expect(refused.status == 1, "\(flags) \(refused.output)")
        #expect(refused.errors.contains("task 0/3 is being extracted"), "\(refused.errors)")
      }
      #expect(try ShardName.all(inStore: folder.path(of: "store")).allSatisfy { $0.task != 0 })
      // Another copy of the same kind is no obstacle, nor is a run that is gone.
      #expect(try example.run("store", ["--task", "0/3", "--scratch", scratch]).status == 0)
      try heartbeat(process: getpid(), isStaged: false)
      #expect(try example.run("store", ["--task", "0/3", "--scratch", scratch]).status == 1)
      try heartbeat(process: getpid(), secondsAgo: 130)
      #expect(try example.run("store", ["--task", "0/3"]).status == 0)
      try heartbeat(process: Int32.max - 1)
      #expect(try example.run("store", ["--task", "0/3"]).status == 0)
    }
  }
}
