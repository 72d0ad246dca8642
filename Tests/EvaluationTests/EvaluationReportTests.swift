import Contract
import Foundation
import Randomness
import Testing

@testable import Evaluation

struct EvaluationReportTests {
  /// Reals and fakes of two methods and two compressions, one person per group; the network sees
  /// DeepFakes well and FaceSwap not at all.
  static func frames(people: Int = 12, perVideo: Int = 4) -> [FramePrediction] {
    var random = RandomStream(seed: 4, .check)
    var frames: [FramePrediction] = []
    for person in 0..<people {
      let compression = person.isMultiple(of: 2) ? "c23" : "c40"
      for (method, centre) in [("", -1.5), ("DeepFakes", 2), ("FaceSwap", -1.5)] {
        let film = video(
          "\(method)/\(person)", method.isEmpty ? .real : .fake, group: "p\(person)",
          method: method.isEmpty ? nil : method, compression: compression)
        for frame in 0..<perVideo {
          frames.append(
            FramePrediction(
              video: film, frame: frame, margin: centre + 0.8 * Double(random.normal())))
        }
      }
    }
    return frames
  }

  @Test func countsAndSubsets() throws {
    let frames = Self.frames()
    let unseen = [video("u1", .real, group: "p0"), video("u2", .fake, method: "FaceSwap")]
    let report = try EvaluationReport(
      frames: frames, videosWithoutFaces: unseen, calibration: Calibration(threshold: 0.5))
    #expect(report.frames.count == 144 && report.videos.count == 38)
    #expect(report.realVideosWithoutFace == 1 && report.fakeVideosWithoutFace == 1)
    #expect(report.methods.map(\.name) == ["DeepFakes", "FaceSwap"])
    let deepFakes = report.methods[0]
    let faceSwap = report.methods[1]
    #expect(deepFakes.fake == 12 && deepFakes.real == 13)
    #expect(faceSwap.fake == 13 && faceSwap.real == 13)
    #expect(try #require(deepFakes.recallFake) > 0.9 && #require(deepFakes.auc) > 0.95)
    #expect(try #require(faceSwap.recallFake) < 0.2)
    let blindArea = try #require(faceSwap.auc)
    #expect(abs(blindArea - 0.5) < 0.3)
    #expect(report.compressions.map(\.name) == ["c23", "c40"])
    #expect(report.compressions.map(\.fake) == [12, 12])
    #expect(report.compressions.map(\.real) == [6, 6])
    #expect(report.intervals.note == "No draws were asked for.")
  }

  @Test func intervalsSurroundTheEstimates() throws {
    let report = try EvaluationReport(
      frames: Self.frames(), calibration: Calibration(temperature: 1.3, threshold: 0.4),
      draws: 300, seed: 9)
    let intervals = report.intervals
    for (interval, value) in [
      (intervals.videoAUC, report.videos.auc), (intervals.frameAUC, report.frames.auc),
      (intervals.videoLogLoss, report.videos.logLoss),
      (intervals.videoBalancedAccuracy, report.videos.balancedAccuracy),
    ] {
      let interval = try #require(interval)
      let value = try #require(value)
      #expect(interval.lower <= value && value <= interval.upper)
      #expect(interval.draws == 300)
    }
    let losses = try #require(intervals.videoLogLoss)
    #expect(losses.lower < losses.upper)
    #expect(intervals.groups == 12 && intervals.note == nil)
    try expectCodable(report)
  }

  @Test func videoWithoutFaceCostsWhatIgnoranceCosts() throws {
    let unseen = (0..<4).map { video("u\($0)", $0.isMultiple(of: 2) ? .real : .fake) }
    let report = try EvaluationReport(
      frames: [], videosWithoutFaces: unseen, calibration: Calibration())
    #expect(isClose(report.videos.logLoss, log(2)))
    #expect(report.videos.auc == 0.5)
    #expect(report.frames.count == 0 && report.frames.logLoss == nil)
    try expectCodable(report)
  }

  @Test func temperatureChangesLossAndNotOrder() throws {
    let frames = Self.frames()
    let cold = try EvaluationReport(frames: frames, calibration: Calibration(temperature: 0.2))
    let warm = try EvaluationReport(frames: frames, calibration: Calibration(temperature: 5))
    #expect(cold.frames.auc == warm.frames.auc)
    #expect(cold.frames.balancedAccuracy == warm.frames.balancedAccuracy)
    #expect(cold.frames.logLoss != warm.frames.logLoss)
  }

  @Test func fittedCalibrationHelpsOnItsOwnData() throws {
    let frames = Self.frames()
    for score in VideoScore.allCases {
      let calibration = try Calibration.fitted(frames: frames, score: score)
      #expect(calibration.score == score)
      let before = try EvaluationReport(frames: frames, calibration: Calibration(score: score))
      let after = try EvaluationReport(frames: frames, calibration: calibration)
      #expect(try #require(after.frames.logLoss) <= #require(before.frames.logLoss))
      #expect(
        try #require(after.videos.balancedAccuracy) >= #require(before.videos.balancedAccuracy))
    }
  }

  @Test func emptyAndDefectiveInputGivesNils() throws {
    let empty = try EvaluationReport(frames: [], calibration: Calibration(), draws: 20)
    #expect(empty.videos.count == 0 && empty.videos.auc == nil && empty.methods.isEmpty)
    try expectCodable(empty)

    var frames = Self.frames()
    frames[5].margin = .nan
    let defective = try EvaluationReport(frames: frames, calibration: Calibration(), draws: 20)
    #expect(defective.frames.invalid == 1 && defective.videos.invalid == 1)
    #expect(defective.videos.logLoss == nil && defective.intervals.videoAUC == nil)
    #expect(defective.intervals.note?.contains("not numbers") == true)
    try expectCodable(defective)

    let onlyReal = try EvaluationReport(
      frames: frames.filter { $0.video.label == .real && $0.margin.isFinite },
      calibration: Calibration(), draws: 20)
    #expect(onlyReal.videos.auc == nil && onlyReal.videos.recallReal != nil)
    #expect(onlyReal.intervals.note?.contains("0 with fake") == true)
    try expectCodable(onlyReal)
  }

  #if !DEBUG
    /// DFDC's size: 1000 draws over 20,000 videos of 16 crops take a few seconds.
    @Test func thousandDrawsOverTwentyThousandVideosAreFast() throws {
      var random = RandomStream(seed: 6, .check)
      var frames: [FramePrediction] = []
      for index in 0..<20_000 {
        let film = video(
          "dfdc_train_part_\(index % 50)/\(index).mp4", index % 6 == 0 ? .real : .fake,
          group: "group \(index / 6)")
        for frame in 0..<16 {
          frames.append(
            FramePrediction(video: film, frame: frame * 10, margin: Double(random.normal())))
        }
      }
      var report: EvaluationReport?
      let time = try ContinuousClock().measure {
        report = try EvaluationReport(
          frames: frames, calibration: Calibration(), draws: 1000, seed: 1)
      }
      #expect(report?.intervals.frameAUC?.draws == 1000)
      #expect(time < .seconds(20), "\(time)")
    }
  #endif
}
