import Contract
import Foundation
import ShardStoreFixtures
import TestSupport
import Testing

@testable import Shortcuts

extension TrainerTests {
  /// What a training says of shortcuts in its data.
  @Suite struct ShortcutsOfData {
    /// The part of `training_info.json` that is looked at.
    private struct Information: Decodable {
      var shortcuts: ShortcutAudit?
      var scoresAgainstFeatures: ScoreAudit?
    }

    /// The drawn fakes carry a mark: summary, information and report say so.
    @Test func aTrainingSaysWhatTellsItsLabelsApart() throws {
      let run = UndisturbedRun.twoWorkers
      let information = try JSONDecoder().decode(
        Information.self,
        from: Data(contentsOf: URL(fileURLWithPath: run.folder + "/training_info.json")))
      let audit = try #require(information.shortcuts)
      #expect(audit.outcome == .found)
      #expect(audit.realVideos == 12 && audit.fakeVideos == 12)
      // Three people validate, three test.
      let scores = try #require(information.scoresAgainstFeatures)
      let sharpness = scores.correlations.filter { $0.feature == .sharpness }
      #expect(sharpness.map(\.label) == [.real, .fake])
      #expect(sharpness.allSatisfy { $0.videos == 6 && $0.groups == 6 })
      let html = try String(contentsOfFile: run.folder + "/report.html", encoding: .utf8)
      let page = try XMLOutline(html)
      #expect(page.text.contains("Could it be done without looking at faces?"))
      #expect(page.text.contains("SHORTCUT: " + (try #require(audit.finding))))
      #expect(page.text.contains("one label only") || page.text.contains("One label only"))
    }

    /// A dry run tells in short; where nothing is found, it says that.
    @Test(arguments: [true, false])
    func aDryRunTellsInShort(isMarked: Bool) throws {
      try withTemporaryDirectory { folder in
        let store = folder.path(of: "store")
        try TrainingStore.make(
          store,
          TrainingStore.Plan(
            groups: 24, labels: { $0 % 2 == 0 ? [.real] : [.fake] }, isLearnable: isMarked))
        let outcome = try TrainingRun(folder: folder.path(of: "run"), store: store).train(
          ["--dry-run"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("all features together"))
        let warns = outcome.output.contains("Warning    a shortcut tells the labels apart: fakes ")
        #expect(warns == isMarked, "\(outcome.output)")
        #expect(outcome.output.contains("Shortcuts  No shortcut found") == !isMarked)
        #expect(!FileManager.default.fileExists(atPath: folder.path(of: "run/report.html")))
      }
    }
  }
}
