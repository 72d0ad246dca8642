import Evaluation
import Foundation
import Testing

/// Findings in JSON: files of older versions are read, and the keys that older readers look for are
/// written.
@Suite struct FindingTests {
  private func decoded(_ json: String) throws -> Finding {
    try JSONDecoder().decode(Finding.self, from: Data(json.utf8))
  }

  private func encoded(_ finding: Finding) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return String(decoding: try encoder.encode(finding), as: UTF8.self)
  }

  @Test(arguments: [
    #"{"identifier":"finite","meaning":"b","measured":"a","outcome":"passed"}"#,
    #"{"advice":"c","identifier":"betterThanChance","meaning":"b","measured":"a","#
      + #""outcome":"undecided","value":0.5}"#,
    #"{"advice":"c","identifier":"reloadIdentical","meaning":"b","measured":"a","#
      + #""outcome":"failed","value":2}"#,
    #"{"identifier":"halfPrecision","meaning":"b","measured":"a","severity":"note","subjects":[]}"#,
    #"{"advice":"c","identifier":"deadChannels","meaning":"b","measured":"a","#
      + #""severity":"warning","subjects":["conv1"]}"#,
    #"{"advice":"c","identifier":"wrongShape","meaning":"b","measured":"a","severity":"broken","#
      + #""subjects":["conv1.weight","fc.bias"]}"#,
  ])
  func theFormIsThatOfOlderVersions(_ json: String) throws {
    #expect(try encoded(decoded(json)) == json)
  }

  @Test func aFailedCheckAndABrokenModelAreOneOutcome() throws {
    let check = try decoded(
      #"{"identifier":"finite","meaning":"b","measured":"a","outcome":"failed"}"#)
    let defect = try decoded(
      #"{"identifier":"wrongShape","meaning":"b","measured":"a","severity":"broken"}"#)
    #expect(check.outcome == .failed && defect.outcome == .failed)
    #expect(check.outcomeName == "failed" && defect.outcomeName == "broken")
    #expect(defect.subjects == [])
    let passed = Finding(.finite, .passed, measured: "a", meaning: "b", advice: "c")
    #expect(passed.advice == nil)
  }

  @Test(arguments: [
    #"{"identifier":"finite","meaning":"b","measured":"a","outcome":"perhaps"}"#,
    #"{"identifier":"finite","meaning":"b","measured":"a"}"#,
    #"{"identifier":"unknown","meaning":"b","measured":"a","outcome":"passed"}"#,
  ])
  func otherWordsAreErrors(_ json: String) {
    #expect(throws: DecodingError.self) { try decoded(json) }
  }
}
