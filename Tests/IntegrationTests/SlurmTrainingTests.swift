import Foundation
import ModelFiles
import NeuralNetwork
import TestSupport
import Testing

extension TrainerTests {
  /// Extraction and training from `pipelines/slurm`, one after the other, on a real Slurm: a controller and
  /// two nodes on this machine.
  @Suite(
    .enabled(
      if: BuiltExecutable.hasWeights, "weights/ is missing; scripts/test or scripts/demo fetches it"
    ),
    .enabled(if: SlurmCluster.obstacle == nil, "needs Slurm: \(SlurmCluster.obstacle ?? "")"),
    .enabled(
      if: FileManager.default.fileExists(atPath: "/usr/bin/mpirun.openmpi"),
      "Open MPI is missing (apt: openmpi-bin, libpmix-dev)"))
  struct SlurmTraining {
    private static let picturesOfEpoch = 16 * 500
    private static let settings = [
      "network.width=8", "network.inputSize=32", "network.hidden=16", "batchSize=16",
      "stepsPerEpoch=500", "checkpoints.everyMinutes=0", "checkpoints.everySteps=500",
      "data.split=hash", "data.validationShare=0.25", "data.testShare=0.25",
      "validation.bootstrap=0", "validation.everyEpochs=100", "optimizer.kind=sgd",
    ]

    /// The training is stopped by its time limit and by a preemption, and ends as if it had not been.
    @Test(.timeLimit(.minutes(8))) func theChainEndsThroughATimeLimitAndAPreemption() throws {
      try withTemporaryDirectory { folder in
        let store = folder.path(of: "store")
        let run = folder.path(of: "run")
        let pipeline = folder.path(of: "pipeline.yaml")
        try Data(
          """
          extract:
            dataset: folders
            sampling:
              framesPerVideo: 8
            detection:
              weights: \(BuiltExecutable.weights.path)
            alignment:
              size: 64
          """.utf8
        ).write(to: URL(fileURLWithPath: pipeline))
        let jobs = BuiltExecutable.packageFolder.appendingPathComponent("pipelines/slurm").path
        let trainPipeline = BuiltExecutable.packageFolder.appendingPathComponent(
          "pipelines/demo.yaml"
        ).path
        let seconds = 80.0
        let epochs = try epochs(lasting: seconds, folder, pipeline, trainPipeline)
        let arguments =
          (Self.settings + ["epochs=\(epochs)"]).map { "--set \($0)" }.joined(separator: " ")

        let cluster = try SlurmCluster(folder.path(of: "cluster"), nodes: 2)
        let extraction = try cluster.submit(
          [
            "--array=0-1", "--cpus-per-task=1", "--mem=300M", "--time=5",
            "--output=" + folder.path(of: "extract-%a"), jobs + "/extract.sbatch",
          ],
          environment: [
            "EXTRACTOR": BuiltExecutable.extractor.path, "PIPELINE": pipeline,
            "INPUT": SampleClips.folder, "STORE": store, "TASKS": "2",
            "SCRATCH": folder.path(of: "scratch"),
          ])
        let training = try cluster.submit(
          [
            "--dependency=afterok:" + extraction, "--nodes=2", "--cpus-per-task=1", "--mem=300M",
            "--time=1", "--signal=B:TERM@30", "--output=" + folder.path(of: "train"),
            jobs + "/train.sbatch",
          ],
          environment: [
            "TRAINER": TrainingRun.trainer.path, "PIPELINE": trainPipeline, "STORE": store,
            "RUN": run, "TRAINER_ARGUMENTS": "--force " + arguments,
          ])
        func log() -> String {
          (try? String(contentsOfFile: folder.path(of: "train"), encoding: .utf8)) ?? ""
        }
        try cluster.wait(seconds: 120) { log().contains("steps  epoch") }
        usleep(3_000_000)
        let urgent = try cluster.submit(
          ["--partition=urgent", "--output=/dev/null", "--wrap=sleep 2"], environment: [:])
        try cluster.wait(seconds: 90) {
          try cluster.states(urgent).allSatisfy { $0 == "COMPLETED" }
        }
        try cluster.wait(seconds: 300) {
          try cluster.states(training).allSatisfy { ["COMPLETED", "FAILED"].contains($0) }
        }
        #expect(log().contains("Details"), "\(log())")
        let restarts = try cluster.restarts(training)
        let stops = log().components(separatedBy: "the same command goes on from there").count - 1
        #expect(restarts >= 2 && stops >= 2, "\(restarts) restarts, \(stops) stops: \(log())")

        let alone = try BuiltExecutable.run(
          [
            "train", trainPipeline, "--store", store, "--run", folder.path(of: "alone"), "--force",
            "--workers", "2",
          ] + (Self.settings + ["epochs=\(epochs)"]).flatMap { ["--set", $0] },
          program: TrainingRun.trainer)
        #expect([0, 3, 4].contains(alone.status), "\(alone.errors)")
        #expect(
          try ModelFile(contentsOf: run + "/model.pt").state
            == ModelFile(contentsOf: folder.path(of: "alone") + "/model.pt").state)
      }
    }

    /// Epochs that take about so long in two processes on this machine.
    private func epochs(
      lasting seconds: Double, _ folder: TemporaryDirectory, _ pipeline: String,
      _ trainPipeline: String
    ) throws -> Int {
      let store = folder.path(of: "trial-store")
      let extracted = try BuiltExecutable.run(
        ["run", pipeline, "--input", SampleClips.folder, "--store", store])
      try #require([0, 2].contains(extracted.status), "\(extracted.errors)")
      let launcher = try #require(MPIJobLauncher.installed.first { $0.name == "Open MPI" })
      let trial = folder.path(of: "trial")
      let outcome = try BuiltExecutable.run(
        Array(launcher.command.dropFirst()) + [
          "-n", "2", TrainingRun.trainer.path, "train", trainPipeline, "--store", store, "--run",
          trial, "--force", "--workers", "1", "--set", "epochs=2", "--set",
          "schedule.warmupEpochs=0",
        ] + Self.settings.flatMap { ["--set", $0] },
        program: URL(fileURLWithPath: launcher.command[0]))
      try #require([0, 3, 4].contains(outcome.status), "\(outcome.errors)")
      let information = try JSONSerialization.jsonObject(
        with: Data(contentsOf: URL(fileURLWithPath: trial + "/training_info.json")))
      let epochs = try #require((information as? [String: Any])?["curve"] as? [[String: Any]])
      // The first one has the start in it.
      let speed = try #require(epochs.last?["imagesPerSecond"] as? Double)
      return max(4, Int(seconds * speed / Double(Self.picturesOfEpoch)))
    }
  }
}
