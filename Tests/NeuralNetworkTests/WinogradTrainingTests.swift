import Randomness
import TestSupport
import Testing

@testable import Kernels
@testable import NeuralNetwork

/// What the rounding of Winograd's algorithm does to a training: nothing that could be told from chance.
@Suite struct WinogradTrainingTests {
  private static let architecture = ResNet18Architecture(width: 16, inputSize: 64)
  private static let batch = 16

  /// Pictures whose class is the direction of their stripes, with noise.
  private static func write(_ sample: UInt64, into picture: UnsafeMutableBufferPointer<Float>) {
    var stream = RandomStream(seed: 5, .check, sample)
    let side = architecture.inputSize
    for place in picture.indices {
      let (x, y) = (place / 3 % side, place / 3 / side)
      let stripe: Float = (sample.isMultiple(of: 2) ? x : y) / 4 % 2 == 0 ? 0.3 : -0.3
      picture[place] = stripe + Float(stream.uniform()) * 4 - 2
    }
  }

  /// The loss of each step of a training.
  private static func losses(steps: Int, seed: UInt64, kernels: any KernelSet) throws -> [Double] {
    var state = NetworkState(randomFor: architecture, seed: seed)
    var optimizer = Optimizer(
      .sgd(momentum: 0.9, nesterov: true), weightDecay: 1e-4, for: architecture)
    let engine = TrainingEngine(
      architecture: architecture, batchSize: batch, workers: 2, synchronizedBatchNorm: false,
      kernels: kernels)
    var losses: [Double] = []
    for step in 0..<steps {
      let first = UInt64(step * batch)
      let result = try engine.computeGradients(
        &state, labels: (0..<batch).map { $0 % 2 },
        options: .init(dropoutKeys: (0..<batch).map { first + UInt64($0) })
      ) { sample, picture in write(first + UInt64(sample), into: picture) }
      optimizer.step(
        &state, gradients: engine.gradients, learningRate: 0.01, kernels: Processor.selected)
      losses.append(result.loss)
    }
    return losses
  }

  @Test func severalHundredStepsEndInTheSameLoss() throws {
    let kernels = Processor.selected
    let steps = 300
    let winograd = try Self.losses(steps: steps, seed: 1, kernels: kernels)
    let direct = try Self.losses(steps: steps, seed: 1, kernels: kernels.directly)
    let other = try Self.losses(steps: steps, seed: 2, kernels: kernels.directly)
    #expect(winograd != direct, "the two go different ways")
    // At first rounding is all that they differ by, ...
    for step in 0..<2 {
      let difference = abs(winograd[step] - direct[step])
      #expect(difference < 1e-4, "step \(step): \(difference)")
    }
    func mean(_ losses: ArraySlice<Double>) -> Double {
      losses.reduce(0, +) / Double(losses.count)
    }
    // ... the network learns, ...
    let end = mean(direct.suffix(100))
    #expect(mean(direct.prefix(20)) > 0.5 && end < mean(direct.prefix(20)) / 2)
    // ... and with either algorithm the last 100 steps differ less than with another random start, or
    // by less than a hundredth.
    let chance = abs(end - mean(other.suffix(100)))
    #expect(
      abs(mean(winograd.suffix(100)) - end) <= max(chance, 0.01),
      "\(mean(winograd.suffix(100))) and \(end), by chance \(mean(other.suffix(100)))")
  }
}
