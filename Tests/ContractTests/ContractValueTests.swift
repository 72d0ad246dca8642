import Contract
import Testing

@Suite struct ContractValueTests {
  @Test func labelsAreInTheOrderOfTheLogits() {
    #expect(VideoLabel.logitOrder.map(\.rawValue) == ["real", "fake"])
    #expect(VideoLabel.logitOrder.map(\.classIndex) == [0, 1])
  }

  @Test func anUnknownNameListsTheKnownOnes() throws {
    #expect(try decode([VideoLabel].self, #"["fake","real"]"#) == [.fake, .real])
    let error = #expect(throws: ContractError.self) {
      try decode([DatasetSplit].self, #"["train","dev"]"#)
    }
    #expect(error?.description == #"2: expected train or validation or test, got "dev""#)
  }

  /// An error about what Python and pandas write, and JSON doesn't have, says where it is and what
  /// to write instead.
  @Test(arguments: [
    (
      #"{"mean":[NaN,0,0]}"#,
      "expected JSON, got text that isn't in line 1, column 10: expected a value, got NaN, a number "
        + "that JSON doesn't have; write null instead"
    ),
    (
      "{\n\"mean\":[-Infinity]}",
      "got text that isn't in line 2, column 9: expected a value, got -Inf"
    ),
    ("{'mean':[0]}", "expected '\"', got a text in single quotes; put it in double quotes"),
    (#"{"mean":None}"#, "got None, which JSON spells null; write null"),
    (#"{"mean":[0] // one"#, "got a comment; take it out"),
  ])
  func spellingsOfOtherProgramsAreNamed(text: String, part: String) {
    let error = #expect(throws: ContractError.self) { try decode(InputNormalization.self, text) }
    #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
  }

  /// Unclosed brackets of any depth are an error; they don't end the process.
  @Test(arguments: ["[", "{\"a\":", "[{\"a\":"]) func deepTextIsRefused(part: String) {
    for depth in [1, 64, 255, 256, 257, 511, 512, 513, 514, 2000, 100_000] {
      let text = String(repeating: part, count: depth)
      #expect(throws: ContractError.self) { try decode([VideoLabel].self, text) }
      #expect(throws: ContractError.self) { try decode(InputNormalization.self, text + "[") }
    }
  }

  /// A byte-order mark at the beginning has no meaning, and is no mistake.
  @Test func aByteOrderMarkIsSkipped() throws {
    #expect(try decode([VideoLabel].self, "\u{FEFF}[\"fake\"]") == [.fake])
  }

  @Test(arguments: [
    (#"{"mean":[0,0],"standardDeviation":[1,1,1]}"#, "mean: expected three finite numbers"),
    (#"{"mean":[0,0,0],"standardDeviation":[1,1,0]}"#, "standardDeviation: expected three numbers"),
    (#"{"mean":[0,0,0],"standardDeviation":[1,1,-1]}"#, "standardDeviation: expected three"),
    (#"{"mean":[0,0,0]}"#, "standardDeviation: expected a value, got nothing"),
    (#"{"mean":0,"standardDeviation":[1,1,1]}"#, "mean: expected a list, got 0"),
  ])
  func normalizationsThatCannotBeAreSentences(text: String, sentence: String) {
    let error = #expect(throws: ContractError.self) { try decode(InputNormalization.self, text) }
    #expect(error?.description.hasPrefix(sentence) == true, "\(error?.description ?? "")")
  }
}
