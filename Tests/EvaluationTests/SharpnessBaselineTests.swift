import Contract
import Foundation
import Randomness
import Testing

@testable import Evaluation

struct SharpnessBaselineTests {
  private func measured(
    _ name: String, _ label: VideoLabel, _ blur: Double?, group: String? = nil, frames: Int = 1
  ) -> VideoPrediction {
    VideoPrediction(
      video: video(name, label, group: group), frames: frames, probability: 0.5, blur: blur)
  }

  /// Six pairs of a fake and a real, of which 1 + 1/2 + 1 are ranked right, by hand.
  @Test func areaIsTheOneByHand() throws {
    let videos = [
      measured("r1", .real, -5), measured("r2", .real, -3), measured("r3", .real, -4),
      measured("f1", .fake, -3), measured("f2", .fake, -6),
    ]
    let baseline = try #require(SharpnessBaseline(videos))
    #expect(isClose(baseline.auc, 2.5 / 6))
    #expect(baseline.interval == nil && baseline.pairs == nil)
    // A video without a face lies in the middle of the others, -4: above r1, equal to r3.
    let withBlind = try #require(
      SharpnessBaseline(videos + [measured("f3", .fake, nil, frames: 0)]))
    #expect(isClose(withBlind.auc, (2.5 + 1.5) / 9))
    // For an even number it is the mean of the middle two, -3.5: above r1 and r3.
    let even = try #require(
      SharpnessBaseline(
        videos + [measured("f3", .fake, nil, frames: 0), measured("f4", .fake, -2.9)]))
    #expect(isClose(even.auc, (2.5 + 2 + 3) / 12))
  }

  @Test func whatIsNotMeasuredHasNoBaseline() {
    #expect(SharpnessBaseline([]) == nil)
    #expect(SharpnessBaseline([measured("r", .real, nil), measured("f", .fake, -3)]) == nil)
    #expect(SharpnessBaseline([measured("f", .fake, nil, frames: 0)]) == nil)
    #expect(SharpnessBaseline([measured("r", .real, -1), measured("f", .fake, .infinity)]) == nil)
    #expect(SharpnessBaseline([measured("r", .real, -1)])?.auc == nil)
  }

  /// A network that answers by blur has the baseline's numbers and intervals, to the bit: videos,
  /// draws and the treatment of ties are the same.
  @Test func aNetworkThatGoesByBlurIsTheBaseline() throws {
    var random = RandomStream(seed: 8, .check)
    var frames: [FramePrediction] = []
    for person in 0..<14 {
      for (name, label) in [("real", VideoLabel.real), ("x", .fake), ("y", .fake)] {
        let film = video("\(name)/\(person)", label, group: "p\(person)")
        let value = Double(random.normal()) + (label == .fake ? 0.7 : 0)
        frames.append(FramePrediction(video: film, frame: 0, margin: value, blur: value))
      }
    }
    let report = try EvaluationReport(
      frames: frames, calibration: Calibration(), draws: 200, seed: 5)
    let baseline = try #require(report.sharpness)
    #expect(baseline.auc == report.videos.auc)
    #expect(baseline.interval != nil && baseline.interval == report.intervals.videoAUC)
    #expect(baseline.pairs != nil && baseline.pairs == report.pairs)
    #expect(report.pairs?.pairs == 28 && report.pairs?.interval != nil)
    try expectCodable(report)
    // An inverted network has the opposite, and the baseline stays.
    let inverted = try EvaluationReport(
      frames: frames.map {
        FramePrediction(video: $0.video, frame: 0, margin: -$0.margin, blur: $0.blur)
      }, calibration: Calibration(), draws: 200, seed: 5)
    #expect(inverted.sharpness == report.sharpness)
    #expect(isClose(inverted.videos.auc, 1 - (report.videos.auc ?? 0)))
  }

  /// A video's blur is the mean of its crops', in whatever order they come.
  @Test func videosAverageTheirCrops() throws {
    let film = video("a", .real)
    let frames = [0.1, 0.7, 0.4].enumerated().map {
      FramePrediction(video: film, frame: $0, margin: 0, blur: -$1)
    }
    for order in [frames, frames.reversed()] {
      let videos = try VideoPrediction.predictions(frames: order)
      #expect(videos.first?.blur == (-0.1 - 0.7 - 0.4) / 3)
    }
    let partly = frames + [FramePrediction(video: film, frame: 9, margin: 0)]
    #expect(try VideoPrediction.predictions(frames: partly).first?.blur == nil)
  }

  /// Methods and compressions have it too, each of its own videos.
  @Test func subsetsHaveTheirOwn() throws {
    let frames = [
      ("r1", VideoLabel.real, nil, -5.0), ("r2", .real, nil, -4), ("f1", .fake, "A", -3),
      ("f2", .fake, "B", -6), ("f3", .fake, "B", -4.5),
    ].map { name, label, method, blur in
      FramePrediction(
        video: video(name, label, method: method), frame: 0, margin: 0, blur: blur)
    }
    let report = try EvaluationReport(frames: frames, calibration: Calibration())
    #expect(report.methods.map(\.sharpnessAUC) == [1, 0.25])
    #expect(isClose(report.sharpness?.auc, (2 + 0 + 1) / 6))
  }

  /// Files of older versions have neither baseline nor pairs.
  @Test func olderReportsAreRead() throws {
    let frames = crops(video("r", .real, group: "p"), 1) + crops(video("f", .fake, group: "p"), 2)
    let report = try EvaluationReport(frames: frames, calibration: Calibration())
    #expect(report.pairs?.share == 1 && report.sharpness == nil)
    var fields = try #require(
      try JSONSerialization.jsonObject(with: JSONEncoder().encode(report)) as? [String: Any])
    #expect(fields.removeValue(forKey: "pairs") != nil)
    let older = try JSONDecoder().decode(
      EvaluationReport.self, from: JSONSerialization.data(withJSONObject: fields))
    #expect(older.pairs == nil && older.sharpness == nil)
    #expect(older.videos == report.videos)
  }
}
