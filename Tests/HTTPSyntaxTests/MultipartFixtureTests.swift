import HTTPSyntax
import Testing

/// Bodies of real clients, divided in every way.
@Suite struct MultipartFixtureTests {
  @Test(arguments: MultipartFixture.all)
  func clientsAreRead(_ fixture: MultipartFixture) {
    let outcome = MultipartOutcome(fixture.body, contentType: fixture.contentType)
    #expect(outcome.error == nil)
    #expect(outcome.parts.map(\.part.name) == fixture.expected.map(\.name))
    #expect(outcome.parts.map(\.part.fileName) == fixture.expected.map(\.fileName))
    #expect(outcome.parts.map(\.part.contentType) == fixture.expected.map(\.contentType))
    #expect(outcome.parts.map(\.content) == fixture.expected.map(\.content))
    #expect(outcome.parts.allSatisfy { $0.isComplete })
  }

  @Test(arguments: MultipartFixture.all)
  func cutsChangeNothing(_ fixture: MultipartFixture) {
    func outcome(_ cuts: [Int]) -> MultipartOutcome {
      MultipartOutcome(fixture.body, contentType: fixture.contentType, cuts: cuts)
    }
    let whole = outcome([])
    for cut in 0...fixture.body.count { #expect(outcome([cut]) == whole, "cut at \(cut)") }
    #expect(outcome(Array(0...fixture.body.count)) == whole)
    for width in [2, 3, 7, 64] {
      #expect(outcome(Array(stride(from: width, to: fixture.body.count, by: width))) == whole)
    }
  }

  /// A truncated body is reported, wherever it ends.
  @Test(arguments: MultipartFixture.all)
  func everyBeginningIsTruncated(_ fixture: MultipartFixture) {
    // The line end after the last boundary may be missing.
    for count in 0..<fixture.body.count - 2 {
      let outcome = MultipartOutcome(
        Array(fixture.body[..<count]), contentType: fixture.contentType)
      #expect(outcome.error?.code == .truncated, "\(count) bytes")
    }
    let outcome = MultipartOutcome(
      fixture.body.dropLast(2), contentType: fixture.contentType)
    #expect(outcome.error == nil)
  }
}
