import Contract
import Foundation
import ShardStore
import TestSupport
import Testing

/// An array of jobs on two machines that fill one store on a network file system: killed, queued again,
/// and run twice at the same time. Each machine is a mount of its own.
@Suite(
  .serialized,
  .enabled(
    if: BuiltExecutable.hasWeights, "weights/ is missing; scripts/test or scripts/demo fetches it"),
  .enabled(if: NetworkMount.obstacle == nil, "needs sshfs mounts: \(NetworkMount.obstacle ?? "")"))
struct NetworkStoreTests {
  /// One of the machines: its view of the store, and its own disk.
  private struct Machine {
    let mount: NetworkMount
    let scratch: String
    var store: String { mount.path + "/store" }

    init(_ name: String, _ folder: TemporaryDirectory, options: [String]) throws {
      let shared = folder.path(of: "shared")
      try FileManager.default.createDirectory(atPath: shared, withIntermediateDirectories: true)
      mount = try NetworkMount(of: shared, at: folder.path(of: name), options: options)
      scratch = folder.path(of: name + "-scratch")
    }

    func run(
      _ task: Int, whileRunning: (pid_t) throws -> Void = { _ in }
    ) throws -> BuiltExecutable.Outcome {
      try BuiltExecutable.extract(
        "folders", input: SampleClips.folder, store: store, workers: 1,
        set: ["sampling.framesPerVideo=12"], flags: ["--tasks", "4", "--scratch", scratch],
        environment: ["SLURM_ARRAY_TASK_ID": "\(task)"], whileRunning: whileRunning)
    }
  }

  private func wait(for path: String) throws {
    for _ in 0..<3000 {
      if FileManager.default.fileExists(atPath: path) { return }
      usleep(10_000)
    }
    Issue.record("\(path) has not come")
  }

  @Test(arguments: [true, false]) func anArrayGivesTheStoreOfOneTask(hasLinks: Bool) throws {
    try withTemporaryDirectory { folder in
      let whole = folder.path(of: "whole")
      let one = try BuiltExecutable.extract(
        "folders", input: SampleClips.folder, store: whole, set: ["sampling.framesPerVideo=12"])
      try #require(one.status == 0, "\(one.errors)")
      let options = hasLinks ? [] : ["disable_hardlink"]
      let machines = try ["a", "b"].map { try Machine($0, folder, options: options) }
      let shared = folder.path(of: "shared/store")

      // Task 2 alone, on one machine.
      #expect(try machines[0].run(2).status == 0)
      #expect(Set(try ShardName.all(inStore: shared).map(\.task)).isSubset(of: [2]))

      // Task 0 is killed and comes again; task 1 is stopped and goes on at the other machine.
      let killed = try machines[0].run(0) { process in
        try wait(for: shared + "/task-000-heartbeat.json")
        usleep(300_000)
        kill(process, SIGKILL)
      }
      #expect(killed.status == 128 + SIGKILL || killed.status == 0)
      #expect(try machines[0].run(0).status == 0)
      let stopped = try machines[1].run(1) { process in
        try wait(for: shared + "/task-001-heartbeat.json")
        kill(process, SIGTERM)
      }
      #expect([0, 128 + SIGTERM].contains(stopped.status), "\(stopped.errors)")
      #expect(try machines[0].run(1).status == 0)

      // Task 3 runs on both machines at the same time.
      var other: BuiltExecutable.Outcome?
      let first = try machines[0].run(3) { _ in other = try machines[1].run(3) }
      #expect(first.status == 0, "\(first.output) \(first.errors)")
      #expect(other?.status == 0, "\(other?.output ?? "") \(other?.errors ?? "")")

      #expect(try StoreContent(shared) == StoreContent(whole))
      let verified = try BuiltExecutable.run(["verify", shared])
      #expect(verified.status == 0, "\(verified.output) \(verified.errors)")
      #expect(try BuiltExecutable.run(["status", shared]).status == 0)
      try expectNothingElse(shared, hasLinks: hasLinks, wasKilled: killed.status != 0)
      try expectSameTraining(shared, whole, folder)
    }
  }

  /// No locks, no parts of files but of the killed process; without links a claim beside each file.
  private func expectNothingElse(_ store: String, hasLinks: Bool, wasKilled: Bool) throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: store)
    #expect(!files.contains { $0.hasSuffix(".lock") }, "\(files)")
    #expect(wasKilled || !files.contains { $0.hasSuffix(".partial") }, "\(files)")
    let claims = files.filter { $0.hasSuffix(".claim") }
    let claimed = files.filter { $0.hasSuffix(".mdb") || $0 == "store.json" }.map { $0 + ".claim" }
    #expect(claims.sorted() == (hasLinks ? [] : claimed.sorted()))
  }

  /// Both stores train to the same bits.
  private func expectSameTraining(
    _ first: String, _ second: String, _ folder: TemporaryDirectory
  ) throws {
    let models = try [("array", first), ("one", second)].map { name, store in
      var run = TrainingRun(folder: folder.path(of: "run-" + name), store: store)
      run.settings = ["epochs=1", "stepsPerEpoch=4", "data.framesPerVideo=4"]
      run.isForced = true
      let outcome = try run.train()
      try #require([0, 3, 4].contains(outcome.status), "\(outcome.output) \(outcome.errors)")
      return try Data(contentsOf: URL(fileURLWithPath: run.folder + "/model.safetensors"))
    }
    #expect(models[0] == models[1])
  }
}
