import Measure
import NeuralNetwork
import Randomness

/// Random pictures for an engine.
struct BenchmarkPictures: Sendable {
  /// Pictures of the shape (h, w, 3), one after the other.
  private let values: [Float]
  private let floatsPerPicture: Int

  /// - Parameter count: Number of different pictures; later samples repeat them.
  init(size: Int, count: Int) {
    var stream = RandomStream(seed: 1, .check)
    floatsPerPicture = size * size * 3
    values = (0..<count * floatsPerPicture).map { _ in stream.uniform() * 4 - 2 }
  }

  /// Writes the picture of a sample.
  func write(_ sample: Int, _ picture: UnsafeMutableBufferPointer<Float>) {
    let start = sample * floatsPerPicture % values.count
    values.withUnsafeBufferPointer { values in
      _ = picture.update(fromContentsOf: values[start..<start + floatsPerPicture])
    }
  }
}

/// A training on random pictures, with the same steps as in `trainer train`.
struct BenchmarkTraining {
  let engine: TrainingEngine
  private(set) var state: NetworkState
  private var optimizer: Optimizer
  private let pictures: BenchmarkPictures
  private let labels: [Int]
  private let options: TrainingEngine.Options

  init(
    architecture: ResNet18Architecture, batch: Int, workers: Int, pictures: BenchmarkPictures
  ) {
    self.pictures = pictures
    engine = TrainingEngine(
      architecture: architecture, batchSize: batch, workers: workers, synchronizedBatchNorm: false,
      kernels: Processor.selected)
    state = NetworkState(randomFor: architecture, seed: 1)
    optimizer = Optimizer(
      .sgd(momentum: 0.9, nesterov: true), weightDecay: 1e-4, for: architecture)
    labels = (0..<batch).map { $0 % 2 }
    options = TrainingEngine.Options(
      labelSmoothing: 0.01, dropoutSeed: 1, dropoutKeys: (0..<batch).map { UInt64($0) })
  }

  /// Learns one batch.
  ///
  /// - Returns: Seconds that the optimizer took.
  @discardableResult
  mutating func step() throws -> Double {
    _ = try engine.computeGradients(
      &state, labels: labels, options: options, fill: pictures.write)
    let stopwatch = Stopwatch()
    engine.gradients.withUnsafeBufferPointer {
      optimizer.step(
        &state, gradients: $0, learningRate: 0.001, workers: engine.workers,
        kernels: engine.kernels)
    }
    return stopwatch.seconds
  }
}
