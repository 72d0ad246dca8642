import Contract
import Foundation
import Testing

@Suite struct CalibrationTests {
  @Test func boundsDefaultToTheThreshold() throws {
    let calibration = Calibration(threshold: 0.3)
    #expect(calibration.lowerBound == 0.3 && calibration.upperBound == 0.3)
    // A file of version 1 has none.
    let read = try decode(Calibration.self, #"{"score":"median","temperature":2,"threshold":0.4}"#)
    #expect(read == Calibration(score: .median, temperature: 2, threshold: 0.4))
    #expect(read.lowerBound == 0.4 && read.upperBound == 0.4)
  }

  @Test func everyValueIsReadBack() throws {
    let calibration = Calibration(
      score: .confident, temperature: 1.5, threshold: 0.5, lowerBound: 0.25, upperBound: 0.75,
      notes: ["One."])
    let bytes = try ContractDocument.encode(calibration)
    #expect(try ContractDocument.decode(Calibration.self, from: bytes) == calibration)
  }

  @Test(arguments: [
    ("0", "0.5", "null", "null", "temperature: expected a number above 0, got 0"),
    ("-1", "0.5", "null", "null", "temperature: expected a number above 0, got -1"),
    ("\"hot\"", "0.5", "null", "null", "temperature: expected a number, got \"hot\""),
    ("1", "1.5", "null", "null", "threshold: expected 0...1, got 1.5"),
    ("1", "-1", "null", "null", "threshold: expected 0...1, got -1"),
    ("1", "null", "null", "null", "threshold: expected a number, got null"),
    ("1", "0.5", "0.6", "null", "lowerBound: expected 0 up to the threshold, 0.5, got 0.6"),
    ("1", "0.5", "-0.1", "null", "lowerBound: expected 0 up to the threshold, 0.5, got -0.1"),
    ("1", "0.5", "null", "0.4", "upperBound: expected the threshold, 0.5, up to 1, got 0.4"),
    ("1", "0.5", "null", "1.5", "upperBound: expected the threshold, 0.5, up to 1, got 1.5"),
  ])
  func valuesThatNoFitGivesAreSentences(
    temperature: String, threshold: String, lower: String, upper: String, sentence: String
  ) {
    let error = #expect(throws: ContractError.self) {
      try decode(
        Calibration.self,
        """
        {"score": "mean", "temperature": \(temperature), "threshold": \(threshold),
          "lowerBound": \(lower), "upperBound": \(upper)}
        """)
    }
    #expect(error?.description.hasPrefix(sentence) == true, "\(error?.description ?? "")")
  }

  @Test(arguments: [Double.nan, .infinity, 0, -1])
  func impossibleTemperaturesAreErrors(temperature: Double) {
    #expect(throws: ContractError.self) {
      try Calibration(validating: .mean, temperature: temperature, threshold: 0.5)
    }
  }
}

/// Decodes a value in the way of every file of this product.
func decode<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
  try ContractDocument.decode(type, from: Array(text.utf8))
}
