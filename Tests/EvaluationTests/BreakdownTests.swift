import Contract
import Testing

@testable import Evaluation

struct BreakdownTests {
  private func scored(
    _ name: String, _ label: VideoLabel, _ probability: Double, group: String,
    method: String? = nil, dataset: String? = nil, blur: Double? = -5
  ) -> VideoPrediction {
    VideoPrediction(
      video: video(name, label, group: group, method: method, dataset: dataset), frames: 1,
      probability: probability, blur: blur)
  }

  /// Six people, each with a real video of one data set, a fake of method A, and three with one of
  /// B.
  private var videos: [VideoPrediction] {
    (0..<6).flatMap { person -> [VideoPrediction] in
      let (group, dataset) = ("p\(person)", person < 4 ? "one" : nil)
      var some = [
        scored("r\(person)", .real, Double(person) / 10, group: group, dataset: dataset),
        scored(
          "a\(person)", .fake, Double(person) / 10 + 0.15, group: group, method: "A",
          dataset: dataset, blur: -5 + Double(person)),
      ]
      if person < 3 {
        some.append(scored("b\(person)", .fake, 0.9, group: group, method: "B", dataset: dataset))
      }
      return some
    }
  }

  @Test func methodsAgainstAllReals() throws {
    let breakdown = Breakdown(videos, by: .method, threshold: 0.35, draws: 60, seed: 2)
    #expect(breakdown.rows.map(\.name) == ["A", "B"])
    let (a, b) = (breakdown.rows[0], breakdown.rows[1])
    #expect(a.real == 6 && a.fake == 6 && a.groups == 6)
    // Reals 0, 0.1, ... 0.5: four are called real. Fakes 0.15, ... 0.65: 0.45, 0.55 and 0.65 are
    // called fake.
    #expect(a.realRight == 4 && a.fakeRight == 3)
    // The fake of person n lies above the reals of 0...n+1: 2 + 3 + 4 + 5 + 6 + 6 of 36 pairs.
    #expect(isClose(a.auc, 26.0 / 36))
    #expect(a.interval != nil)
    // The first one is as blurred as all reals, the others more.
    #expect(isClose(a.sharpnessAUC, 33.0 / 36))
    // Each against the real of its own person, the only one in the group.
    #expect(a.pairs == 6 && a.pairsRight == 1)
    // Three fakes are too few for an AUC, and three pairs for a share.
    #expect(b.real == 6 && b.fake == 3 && b.fakeRight == 3 && b.pairs == 3)
    #expect(b.auc == nil && b.interval == nil && b.sharpnessAUC == nil && b.pairsRight == nil)
    try expectCodable(breakdown)
  }

  @Test func otherPropertiesOfTheirOwnReals() throws {
    let sets = Breakdown(videos, by: .dataset, threshold: 0.35)
    #expect(sets.rows.map(\.name) == ["one", nil])
    #expect(sets.rows.map(\.real) == [4, 2] && sets.rows.map(\.fake) == [7, 2])
    // Four reals are too few, whatever the fakes.
    #expect(sets.rows.allSatisfy { $0.auc == nil })
    #expect(sets.rows[0].pairs == 7 && sets.rows[0].pairsRight == 1)
    let groups = Breakdown(videos, by: .group, threshold: 0.35)
    #expect(groups.rows.map(\.name) == (0..<6).map { "p\($0)" })
    #expect(groups.rows.map(\.fake) == [2, 2, 2, 1, 1, 1])
    #expect(groups.rows.allSatisfy { $0.real == 1 && $0.groups == 1 && $0.interval == nil })
    let compressions = Breakdown(videos, by: .compression, threshold: 0.35)
    #expect(compressions.rows.map(\.name) == [nil] && compressions.rows[0].fake == 9)
  }

  /// A table of one row has the metrics of the whole.
  @Test func oneRowIsTheWhole() throws {
    let frames = EvaluationReportTests.frames(people: 12)
    let report = try EvaluationReport(
      frames: frames, calibration: Calibration(), draws: 80, seed: 4)
    let all = try VideoPrediction.predictions(frames: frames).map { prediction in
      var video = prediction.video
      video.dataset = "all"
      return VideoPrediction(video: video, frames: 4, probability: prediction.probability)
    }
    let row = try #require(
      Breakdown(all, by: .dataset, threshold: 0.5, draws: 80, seed: 4).rows.first)
    #expect(row.auc == report.videos.auc && row.interval == report.intervals.videoAUC)
    #expect(row.pairsRight == report.pairs?.share && row.pairs == report.pairs?.pairs)
    #expect(row.realRight == Int(((report.videos.recallReal ?? 0) * 12).rounded()))
    #expect(row.fakeRight == Int(((report.videos.recallFake ?? 0) * 24).rounded()))
  }

  @Test func defectsAndNothing() {
    #expect(Breakdown([], by: .method, threshold: 0.5).rows.isEmpty)
    let defect = Breakdown(
      videos + [scored("x", .fake, .nan, group: "p0", method: "A")], by: .method, threshold: 0.35)
    #expect(defect.rows[0].fake == 7 && defect.rows[0].fakeRight == 3)
    #expect(defect.rows[0].auc == nil && defect.rows[0].pairs == 0)
  }
}
