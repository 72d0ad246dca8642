import TestSupport
import Testing

@testable import NeuralNetwork

@Suite struct InferenceEngineTests {
  @Test(arguments: [
    ResNet18Architecture.Head.linear, .mlp(hidden: 11, batchNorm: true, dropout: 0.5),
    .mlp(hidden: 11, batchNorm: false, dropout: 0.5),
  ])
  func logitsAreThoseOfTheReference(head: ResNet18Architecture.Head) {
    let fixture = EngineFixture(head, count: 5)
    let expected = ReferenceNetwork(fixture.state, isEvaluating: true).logits(fixture.pictures)
    for (maximum, workers) in [(5, 2), (3, 2), (1, 4)] {
      let engine = InferenceEngine(
        architecture: fixture.architecture, maximumBatch: maximum, workers: workers,
        kernels: Processor.selected)
      engine.load(fixture.state)
      for count in [0, 1, 5] {
        let found = engine.logits(count: count) { fixture.fill($0, $1) }
        #expect(relativeDifference(found, Array(expected[..<(count * 3)])) < 1e-5)
      }
    }
  }

  /// However many are computed at once, by however many: what processes share out comes to the same.
  @Test(arguments: [
    ResNet18Architecture.Head.linear, .mlp(hidden: 40, batchNorm: true, dropout: 0.5),
  ])
  func logitsDependOnTheirPictureAlone(head: ResNet18Architecture.Head) {
    let fixture = EngineFixture(head, count: 9)
    func logits(maximum: Int, workers: Int, _ samples: Range<Int>) -> [Float] {
      let engine = InferenceEngine(
        architecture: fixture.architecture, maximumBatch: maximum, workers: workers,
        kernels: Processor.selected, usualPictures: 4)
      engine.load(fixture.state)
      return engine.logits(count: samples.count) { fixture.fill(samples.lowerBound + $0, $1) }
    }
    let expected = logits(maximum: 9, workers: 1, 0..<9)
    for (maximum, workers) in [(9, 2), (9, 3), (9, 4), (4, 1), (1, 1), (2, 2)] {
      #expect(logits(maximum: maximum, workers: workers, 0..<9) == expected)
      let parts = [0..<4, 4..<7, 7..<9].flatMap { logits(maximum: maximum, workers: workers, $0) }
      #expect(parts == expected, "\(maximum) by \(workers)")
    }
  }

  @Test func loadingTakesOverAnotherState() {
    let fixture = EngineFixture(.linear, count: 3)
    var other = fixture.state
    other.parameters[0] += 1
    let engine = InferenceEngine(
      architecture: fixture.architecture, maximumBatch: 2, workers: 1, kernels: Processor.selected)
    let bytes = engine.memoryBytes
    engine.load(fixture.state)
    let first = engine.logits(count: 3) { fixture.fill($0, $1) }
    engine.load(other)
    #expect(engine.logits(count: 3) { fixture.fill($0, $1) } != first)
    engine.load(fixture.state)
    #expect(engine.logits(count: 3) { fixture.fill($0, $1) } == first)
    #expect(engine.memoryBytes == bytes)
  }

  @Test func borrowedMemoryGivesTheSameLogits() throws {
    let fixture = EngineFixture(.mlp(hidden: 11, batchNorm: true, dropout: 0.5), count: 6)
    let training = TrainingEngine(
      architecture: fixture.architecture, batchSize: 6, workers: 2, synchronizedBatchNorm: false,
      kernels: Processor.selected)
    let own = InferenceEngine(
      architecture: fixture.architecture, maximumBatch: 4, workers: 2, kernels: Processor.selected)
    let borrowing = InferenceEngine(
      architecture: fixture.architecture, maximumBatch: 4, workers: 2, kernels: Processor.selected,
      borrowingFrom: training)
    #expect(borrowing.memoryBytes < own.memoryBytes)
    own.load(fixture.state)
    let expected = own.logits(count: 6) { fixture.fill($0, $1) }
    let before = try fixture.step(training)
    borrowing.load(fixture.state)
    #expect(borrowing.logits(count: 6) { fixture.fill($0, $1) } == expected)
    // The lender goes on as if nothing had been.
    let after = try fixture.step(training)
    #expect(after.gradients == before.gradients && after.logits == before.logits)
  }
}
