import TestSupport
import Testing

@testable import Kernels
@testable import NeuralNetwork

/// A network's numbers don't depend on the processor, but for rounding.
@Suite struct KernelSetAgreementTests {
  @Test(arguments: [
    ResNet18Architecture.Head.linear, .mlp(hidden: 11, batchNorm: true, dropout: 0.5),
  ])
  func lossesAndGradientsAgree(head: ResNet18Architecture.Head) throws {
    let fixture = EngineFixture(head, count: 6, inputSize: 64)
    let outcomes = try Processor.available.map { kernels in
      try fixture.step(
        TrainingEngine(
          architecture: fixture.architecture, batchSize: 6, workers: 2,
          synchronizedBatchNorm: true, kernels: kernels))
    }
    let portable = try #require(outcomes.last)
    for (kernels, found) in zip(Processor.available, outcomes) {
      let name = Comment(rawValue: kernels.name)
      #expect(abs(found.loss - portable.loss) < 1e-4 * portable.loss, name)
      #expect(relativeDifference(found.logits, portable.logits) < 1e-4, name)
      #expect(relativeDifference(found.gradients, portable.gradients) < 1e-4, name)
      #expect(abs(found.norm - portable.norm) < 1e-4 * portable.norm, name)
      #expect(
        relativeDifference(found.state.statistics, portable.state.statistics) < 1e-4, name)
    }
  }

  @Test func inferenceAgrees() throws {
    let fixture = EngineFixture(.linear, count: 5, inputSize: 64)
    let logits = Processor.available.map { kernels in
      let engine = InferenceEngine(
        architecture: fixture.architecture, maximumBatch: 3, workers: 2, kernels: kernels)
      engine.load(fixture.state)
      return engine.logits(count: 5) { fixture.fill($0, $1) }
    }
    let portable = try #require(logits.last)
    for (kernels, found) in zip(Processor.available, logits) {
      #expect(relativeDifference(found, portable) < 1e-4, Comment(rawValue: kernels.name))
    }
  }
}
