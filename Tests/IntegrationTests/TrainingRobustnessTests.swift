import Contract
import Foundation
import ShardStoreFixtures
import TestSupport
import Testing
import VideoCatalog

extension TrainerTests {
  /// `evaluate --robustness`, on drawn crops.
  @Suite struct Robustness {
    private var run: TrainingRun { UndisturbedRun.twoWorkers }

    private func evaluate(
      _ flags: [String], store: String? = nil, whileRunning: (pid_t) throws -> Void = { _ in }
    ) throws -> BuiltExecutable.Outcome {
      try TrainingRun.command(
        [
          "evaluate", "--model", run.model, "--store", store ?? run.store, "--split", "all",
          "--bootstrap", "0",
        ] + flags, whileRunning: whileRunning)
    }

    private func content(_ path: String) throws -> [String: Any] {
      let data = try Data(contentsOf: URL(fileURLWithPath: path))
      return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    @Test func theGridIsMeasured() throws {
      try withTemporaryDirectory { folder in
        let (json, plot) = (folder.path(of: "result.json"), folder.path(of: "robustness.svg"))
        let outcome = try evaluate([
          "--robustness", "--robustness-levels", "5,1", "--robustness-frames", "0", "--json", json,
          "--plot", plot,
        ])
        #expect(outcome.status == 4, "\(outcome.output) \(outcome.errors)")
        let titles = [
          "saturation (factor)", "contrast (factor)", "blocks (count)", "noise (variance)",
          "blur (kernel)", "pixelation (factor)", "H.264 (CRF)",
        ]
        for title in titles + ["level 1", "level 5"] { #expect(outcome.output.contains(title)) }
        #expect(!outcome.output.contains("level 2"))

        let result = try content(json)
        let robustness = try #require(result["robustness"] as? [String: Any])
        #expect(robustness["pictures"] as? Int == 192)
        let clean = try #require(robustness["clean"] as? [String: Any])
        // All frames, undamaged: what `evaluate` measures, to the bit.
        let report = try #require(result["report"] as? [String: Any])
        for part in ["frames", "videos"] {
          #expect((clean[part] as? NSDictionary) == (report[part] as? NSDictionary), "\(part)")
        }
        let rows = try #require(robustness["perturbations"] as? [[String: Any]])
        #expect(
          rows.map { $0["code"] as? String } == ["CS", "CC", "BW", "GNC", "GB", "JPEG", "VC"])
        var areas: [Double] = []
        for row in rows {
          let levels = try #require(row["levels"] as? [[String: Any]])
          #expect(levels.map { $0["level"] as? Int } == [1, 5])
          for level in levels {
            let videos = try #require(level["videos"] as? [String: Any])
            areas.append(try #require(videos["auc"] as? Double))
            #expect(videos["balancedAccuracy"] is Double && videos["count"] as? Int == 24)
            // Changed pictures change margins, if not their order.
            let frames = try #require(level["frames"] as? [String: Any])
            let cleanFrames = try #require(clean["frames"] as? [String: Any])
            let loss = try #require(frames["logLoss"] as? Double)
            #expect(loss != cleanFrames["logLoss"] as? Double, "\(row["code"] ?? "")")
          }
        }
        let mean = try #require(robustness["mean"] as? [String: Any])
        let expected = areas.reduce(0, +) / Double(areas.count)
        #expect(abs(try #require(mean["auc"] as? Double) - expected) < 1e-12)

        let drawing = try String(contentsOfFile: plot, encoding: .utf8)
        #expect(drawing.contains("<svg"))
        for title in titles { #expect(drawing.contains(title), "\(title)") }
      }
    }

    @Test func workersHaveNoInfluence() throws {
      try withTemporaryDirectory { folder in
        let results = try ["1", "2", "3"].map { workers in
          let json = folder.path(of: workers + ".json")
          let outcome = try evaluate([
            "--robustness", "--perturbations", "noise, blocks,compression",
            "--robustness-levels", "2", "--robustness-frames", "3", "--workers", workers, "--json",
            json,
          ])
          #expect(outcome.status == 4, "\(outcome.output) \(outcome.errors)")
          return try #require(try content(json)["robustness"] as? [String: Any])
        }
        let losses = try results.map { result in
          #expect(result["pictures"] as? Int == 72)
          let rows = try #require(result["perturbations"] as? [[String: Any]])
          return try rows.map { row in
            let levels = try #require(row["levels"] as? [[String: Any]])
            let frames = try #require(levels.first?["frames"] as? [String: Any])
            return try #require(frames["logLoss"] as? Double)
          }
        }
        // The pictures are equal to the bit; the network's sums round by the division of its batch.
        // Other noise, blocks or bits would change the third digit.
        for loss in losses {
          #expect(loss.count == 3)
          for (one, other) in zip(loss, losses[0]) { #expect(abs(one - other) < 1e-6) }
        }
      }
    }

    @Test func aStoppedGridLeavesNoFile() throws {
      try withTemporaryDirectory { folder in
        let outcome = try evaluate([
          "--robustness", "--robustness-frames", "0", "--json", folder.path(of: "result.json"),
          "--plot", folder.path(of: "plot.svg"),
        ]) { process in
          Thread.sleep(forTimeInterval: 0.5)
          kill(process, SIGINT)
        }
        #expect(outcome.status == 130, "\(outcome.output) \(outcome.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
      }
    }

    @Test func wrongUsage() throws {
      for (arguments, expected) in [
        (["--plot", "p.svg"], "--plot is for --robustness"),
        (["--robustness-levels", "1"], "--robustness-levels is for --robustness"),
        (["--robustness", "--robustness-levels", "0"], "expected some of 1,2,3,4,5, got '0'"),
        (["--robustness", "--robustness-levels", "1,,2"], "got ''"),
        (["--robustness", "--perturbations", "blurr"], "saturation,contrast,blocks"),
        (["--robustness", "--robustness-frames=-1"], "0...100000"),
      ] {
        let outcome = try evaluate(arguments)
        #expect(outcome.status == 64, "\(arguments): \(outcome.errors)")
        #expect(outcome.errors.contains(expected), "\(outcome.errors)")
      }
    }

    @Test func whatCanHaveNoResultIsRefusedAtOnce() throws {
      try withTemporaryDirectory { folder in
        let store = folder.path(of: "reals")
        try TrainingStore.make(
          store, TrainingStore.Plan(groups: 2, cropsPerVideo: 2, labels: { _ in [.real] }))
        let onlyReals = try evaluate(["--robustness"], store: store)
        #expect(onlyReals.status == 1)
        #expect(onlyReals.errors.contains("the all side has no fake video"))
        let nowhere = try evaluate(["--robustness", "--plot", folder.path(of: "no/plot.svg")])
        #expect(nowhere.status == 1)
        #expect(nowhere.errors.contains("its folder is missing"))
        #expect(!nowhere.output.contains("balanced accuracy"))
      }
    }
  }
}
