import Contract
import Foundation
import ModelFiles
import TestSupport
import Testing

@testable import ONNXFiles

/// What the files say about the use of the network.
@Suite struct MetadataTests {
  private func metadata(
    _ model: ModelFile = ONNXFixture.model(), folds: Bool = false
  ) throws -> [String: String] {
    let file = try ONNXFile(model, folds: folds, producer: ONNXFixture.producer)
    return Dictionary(uniqueKeysWithValues: file.message.metadataProps.map { ($0.key, $0.value) })
  }

  @Test func whoeverFeedsTheNetworkKnowsHow() throws {
    let state = ONNXFixture.model().state
    let found = try metadata(
      ONNXFixture.model(state, verdict: StatedVerdict(.cannotTell, reason: "Too few people")),
      folds: true)
    let expected: [ONNXMetadataKey: String] = [
      .formatVersion: "1", .inputSize: "32", .inputLayout: "NCHW", .colourOrder: "RGB",
      .pixelScale: "255", .mean: "[0.485, 0.456, 0.406]",
      .standardDeviation: "[0.229, 0.224, 0.225]", .labels: #"["real", "fake"]"#,
      .temperature: "1.25", .threshold: "0.43", .lowerBound: "0.31", .upperBound: "0.75",
      .videoScore: "mean", .verdict: "cannot tell", .verdictReason: "Too few people",
      .software: "trainer test", .batchNorm: "folded",
    ]
    for (key, value) in expected { #expect(found[key.rawValue] == value, "\(key)") }
    #expect(
      Set(found.keys)
        == Set(ONNXMetadataKey.allCases.map(\.rawValue) + [ModelMetadata.recordName]))
    func decoded<Value: Decodable>(_ type: Value.Type, _ key: String) throws -> Value {
      try JSONDecoder().decode(type, from: Data(try #require(found[key]).utf8))
    }
    #expect(try decoded(ExtractionRecipe.self, "recipe") == ONNXFixture.recipe)
    #expect(try decoded(CropGeometry.self, "geometry") == ONNXFixture.recipe.geometry)
    #expect(try decoded([String].self, "calibrationNotes") == ["A \"note\"."])
    #expect(
      try decoded(ModelMetadata.self, ModelMetadata.recordName).calibration.threshold == 0.43)
  }

  /// A model of an older version without a verdict has none here either.
  @Test func whatIsNotKnownIsMissing() throws {
    let found = try metadata()
    #expect(found["verdict"] == nil && found["verdictReason"] == nil)
    #expect(found["batchNorm"] == "kept")
  }

  @Test(arguments: VideoScore.allCases) func theRuleIsSaid(score: VideoScore) throws {
    let rule = try #require(
      try metadata(ONNXFixture.model(ONNXFixture.model().state, score: score))["videoRule"])
    #expect(rule.hasSuffix("fake above 0.75 and real below 0.31; between them it can't be told."))
    #expect(rule.contains("A video without a face has 0.5."))
    let words: [VideoScore: String] = [
      .mean: "is the mean of those of its", .median: "is the median", .meanLogit: "mean margin",
      .maximum: "is the largest", .confident: "if they are more than 11",
    ]
    for (other, text) in words { #expect(rule.contains(text) == (other == score), "\(rule)") }
  }

  @Test func everyVideoGetsAVerdictWithoutBounds() {
    #expect(
      Calibration(threshold: 0.4).ruleText.hasSuffix("The video is fake above 0.4, else real."))
    #expect(
      Calibration(threshold: 0.4, upperBound: 0.5).ruleText.hasSuffix(
        "fake above 0.5 and real up to 0.4; between them it can't be told."))
  }
}
