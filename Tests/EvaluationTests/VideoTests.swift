import Contract
import Foundation
import Randomness
import Testing

@testable import Evaluation

struct VideoTests {
  @Test func rulesEqualNumPy() throws {
    let cases = try EvaluationFixtures.load().scores
    #expect(cases.count == 9)
    for fixture in cases {
      for rule in VideoScore.allCases {
        let got = rule.probability(margins: fixture.margins, temperature: fixture.temperature)
        let expected = fixture.scores[rule.rawValue]
        #expect(isClose(got, expected, tolerance: 1e-12), "\(rule): \(got), \(expected as Any)")
      }
    }
  }

  @Test func confidentRuleDiffersFromTheMeanInBothBranches() throws {
    let differences = try EvaluationFixtures.load().scores.map {
      try #require($0.scores["confident"]) - #require($0.scores["mean"])
    }
    #expect(differences.contains { $0 > 0.01 })
    #expect(differences.contains { $0 < -0.01 })
  }

  @Test(arguments: VideoScore.allCases) func noFaceIsOneHalfAndDefectsAreNaN(rule: VideoScore) {
    #expect(rule.probability(margins: [], temperature: 1) == 0.5)
    for defect in [Double.nan, .infinity, -.infinity] {
      #expect(rule.probability(margins: [1, defect, -2], temperature: 1).isNaN)
    }
    // Margins beyond what exp can take.
    for margin in [1e308, -1e308, 800, -800] {
      let probability = rule.probability(margins: [margin, margin], temperature: 0.05)
      #expect(probability == (margin > 0 ? 1 : 0))
    }
  }

  @Test func videosAreToldApartByFullName() throws {
    // FaceForensics++ has a 000_003 of each method.
    let first = video("manipulated/Deepfakes/c23/videos/000_003.mp4", .fake)
    let second = video("manipulated/FaceSwap/c23/videos/000_003.mp4", .fake)
    let predictions = try VideoPrediction.predictions(
      frames: crops(first, 3, 3) + crops(second, -3))
    #expect(predictions.map(\.video) == [first, second])
    #expect(predictions.map(\.frames) == [2, 1])
    #expect(predictions[0].probability > 0.9 && predictions[1].probability < 0.1)
  }

  @Test func videosWithoutFaceCount() throws {
    let seen = video("b", .real)
    let unseen = video("a", .fake)
    let predictions = try VideoPrediction.predictions(
      frames: crops(seen, -1), videosWithoutFaces: [unseen])
    #expect(predictions.map(\.video.name) == ["a", "b"])
    #expect(predictions.map(\.hasFace) == [false, true])
    #expect(predictions[0].probability == 0.5)
  }

  @Test func meanIsOverAllCrops() throws {
    let film = video("film", .fake)
    let frames = [
      FramePrediction(video: film, frame: 0, margin: 2),
      FramePrediction(video: film, frame: 0, margin: -1),
      FramePrediction(video: film, frame: 5, margin: 0),
    ]
    let prediction = try #require(
      try VideoPrediction.predictions(frames: frames, temperature: 2).first)
    #expect(prediction.frames == 3)
    #expect(isClose(prediction.probability, (sigmoid(1) + sigmoid(-0.5) + 0.5) / 3))
  }

  @Test func orderOfFramesHasNoInfluence() throws {
    var random = RandomStream(seed: 8, .check)
    let videos = (0..<6).map { video("v\($0)", $0.isMultiple(of: 2) ? .real : .fake) }
    var frames = (0..<200).map { index in
      FramePrediction(video: videos[index % 6], frame: index / 12, margin: Double(random.normal()))
    }
    let predictions = try VideoPrediction.predictions(frames: frames)
    for _ in 0..<5 {
      random.shuffle(&frames)
      #expect(try VideoPrediction.predictions(frames: frames) == predictions)
    }
  }

  @Test func contradictionsAreErrors() throws {
    let known = video("a/1.mp4", .real, group: "anna")
    var others = [EvaluatedVideo](repeating: known, count: 4)
    others[0].label = .fake
    others[1].group = "berta"
    others[2].method = "FaceSwap"
    others[3].compression = "c40"
    for other in others {
      let error = #expect(throws: EvaluationError.self) {
        try VideoPrediction.predictions(frames: crops(known, 1) + crops(other, 1))
      }
      #expect(error?.code == .contradiction)
      #expect(error?.description.hasPrefix("a/1.mp4: is described as real of group anna") == true)
    }
    for listed in [[known], [video("x", .real), video("x", .real)]] {
      let error = #expect(throws: EvaluationError.self) {
        try VideoPrediction.predictions(frames: crops(known, 1), videosWithoutFaces: listed)
      }
      #expect(error?.code == .listedTwice)
    }
  }
}
