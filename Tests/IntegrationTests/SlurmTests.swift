import Foundation
import ShardStore
import TestSupport
import Testing

/// The array job of `pipelines/slurm` on a real Slurm: a controller and two nodes on this machine.
@Suite(
  .serialized,
  .enabled(
    if: BuiltExecutable.hasWeights, "weights/ is missing; scripts/test or scripts/demo fetches it"),
  .enabled(if: SlurmCluster.obstacle == nil, "needs Slurm: \(SlurmCluster.obstacle ?? "")"))
struct SlurmTests {
  /// Time limits come to some jobs and a preemption to another; the store is the one of a single run.
  @Test(.timeLimit(.minutes(8))) func theArrayEndsThroughTimeLimitsAndAPreemption() throws {
    try withTemporaryDirectory { folder in
      // Enough videos that a task outlasts its time limit: copies, whose names divide them anew.
      let input = folder.path(of: "in")
      for copy in 0..<20 {
        for label in ["real", "fake"] {
          try FileManager.default.createDirectory(
            atPath: input + "/" + label, withIntermediateDirectories: true)
          try FileManager.default.copyItem(
            atPath: SampleClips.folder + "/" + label, toPath: input + "/\(label)/copy\(copy)")
        }
      }
      let whole = folder.path(of: "whole")
      let pipeline = try pipeline(folder)
      let one = try BuiltExecutable.run(["run", pipeline, "--input", input, "--store", whole])
      try #require(one.status == 0 || one.status == 2, "\(one.output) \(one.errors)")

      let cluster = try SlurmCluster(folder.path(of: "cluster"), nodes: 2)
      let store = folder.path(of: "store")
      let job = try cluster.submit(
        [
          "--array=0-3", "--cpus-per-task=1", "--mem=300M", "--time=1", "--signal=B:TERM@45",
          "--output=" + folder.path(of: "log-%a"),
          BuiltExecutable.packageFolder.appendingPathComponent("pipelines/slurm/extract.sbatch")
            .path,
        ],
        environment: [
          "EXTRACTOR": BuiltExecutable.extractor.path, "PIPELINE": pipeline, "INPUT": input,
          "STORE": store, "TASKS": "4", "SCRATCH": folder.path(of: "scratch"),
        ])
      try cluster.wait(seconds: 60) { try cluster.states(job).contains("RUNNING") }
      usleep(3_000_000)
      // Takes a node from a task that runs.
      let urgent = try cluster.submit(
        ["--partition=urgent", "--output=/dev/null", "--wrap=sleep 3"], environment: [:])
      try cluster.wait(seconds: 60) { try cluster.states(urgent).allSatisfy { $0 == "COMPLETED" } }
      try cluster.wait(seconds: 360) {
        try cluster.states(job).allSatisfy { $0 == "COMPLETED" || $0 == "FAILED" }
      }
      let logs = try (0..<4).map {
        try String(contentsOfFile: folder.path(of: "log-\($0)"), encoding: .utf8)
      }
      #expect(try cluster.states(job).allSatisfy { $0 == "COMPLETED" }, "\(logs)")
      #expect(try StoreContent(store) == StoreContent(whole), "\(logs)")
      #expect(try BuiltExecutable.run(["status", store]).status == 0)
      #expect(try BuiltExecutable.run(["verify", store]).status == 0)
      // Jobs were stopped and came again: by their time limits, and one by the urgent job.
      let restarts = try cluster.restarts(job)
      let stops = logs.joined().components(separatedBy: "Stopped. Run the same command again").count
      #expect(restarts >= 2 && stops > 2, "\(restarts) restarts, \(stops - 1) stops: \(logs)")
    }
  }

  /// A pipeline with absolute paths that searches every frame, so that it takes long enough.
  private func pipeline(_ folder: TemporaryDirectory) throws -> String {
    let path = folder.path(of: "pipeline.yaml")
    let text = """
      extract:
        dataset: folders
        sampling:
          framesPerVideo: 25
        detection:
          weights: \(BuiltExecutable.weights.path)
          fullSearchInterval: 1
        alignment:
          size: 64
      """
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return path
  }
}
