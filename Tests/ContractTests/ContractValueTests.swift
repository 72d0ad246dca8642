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
