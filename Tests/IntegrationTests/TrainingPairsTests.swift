import Contract
import Foundation
import ShardStoreFixtures
import TestSupport
import Testing

extension TrainerTests {
  /// Trainings on pairs, as a user runs them.
  @Suite struct Pairs {
    /// Real faces alone are enough; the summary, the verdict and the model's story say what it rests on.
    @Test func realFacesAloneAreEnough() throws {
      try withTemporaryDirectory { folder in
        let store = folder.path(of: "store")
        try TrainingStore.make(store, TrainingStore.Plan(labels: { _ in [.real] }))
        var run = TrainingRun(folder: folder.path(of: "run"), store: store)
        let without = try run.train()
        #expect(without.status == 1)
        #expect(without.errors.contains("--set selfBlending.share=1"), "\(without.errors)")
        run.settings = ["selfBlending.share=1"]
        let outcome = try run.train()
        // Never sound: nobody knows what it is worth on fakes that others made.
        #expect([3, 4].contains(outcome.status), "\(outcome.output) \(outcome.errors)")
        #expect(outcome.output.contains("fakes blended of its real faces stand in for them"))
        #expect(outcome.output.contains("4 of a batch: 4 fakes are blended of real pictures"))
        let story = try String(contentsOfFile: run.folder + "/training_info.json", encoding: .utf8)
        #expect(story.contains("\"selfBlending.share\""))
        let table = try String(contentsOfFile: run.folder + "/predictions.csv", encoding: .utf8)
        #expect(table.contains("(self-blended)"))
      }
    }

    /// Half a share without any fake to store is an error that says what to do, and that works.
    @Test func aShareOfStoredFakesNeedsFakes() throws {
      try withTemporaryDirectory { folder in
        let store = folder.path(of: "store")
        try TrainingStore.make(store, TrainingStore.Plan(labels: { _ in [.real] }))
        let run = TrainingRun(
          folder: folder.path(of: "run"), store: store, settings: ["selfBlending.share=0.5"])
        let outcome = try run.train()
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("selfBlending.share 1"), "\(outcome.errors)")
      }
    }

    /// The summary tells what an epoch takes of each data set.
    @Test func theSummaryTellsTheShares() throws {
      try withTemporaryDirectory { folder in
        let run = TrainingRun(
          folder: folder.path(of: "run"), settings: ["data.balanceBy=[dataset, method]"])
        let outcome = try run.train(["--dry-run"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(
          outcome.output.contains(
            "Balance    equal shares by dataset, within it by method; an epoch takes"))
        for part in [
          "real drawn first, unknown", "real drawn later, unknown",
          "fake drawn first, checkerboard", "fake drawn later, checkerboard",
        ] {
          #expect(outcome.output.contains("\(part): 40 pictures, each of "), "\(outcome.output)")
        }
      }
    }

    /// The preview is a picture of as many rows as asked, with pairs and without.
    @Test(arguments: [[], ["--set", "selfBlending.share=0.5", "--set", "data.pairing=source"]])
    func thePreviewIsAPicture(settings: [String]) throws {
      try withTemporaryDirectory { folder in
        let sheet = folder.path(of: "sheet.jpg")
        let outcome = try TrainingRun.command(
          [
            "preview", "pipelines/demo.yaml", "--store", TrainingStore.folder, "--output", sheet,
            "--count", "6",
          ] + (TrainingRun.small.flatMap { ["--set", $0] }) + settings)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("6 rows"))
        let size = try FileManager.default.attributesOfItem(atPath: sheet)[.size] as? Int
        #expect(try #require(size) > 10_000)
      }
    }
  }
}
