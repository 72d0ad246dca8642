import Testing

@testable import NeuralNetwork

#if DEBUG
  /// Whether kernels are fast.
  let isRelease = false
#else
  /// Whether kernels are fast.
  let isRelease = true
#endif

/// A network and a batch for which it is known what PyTorch computes.
struct ParityCase: CustomTestStringConvertible {
  /// Its name in `expected.json`.
  let name: String
  let architecture: ResNet18Architecture
  let batch: Int

  private init(_ name: String, width: Int, _ head: ResNet18Architecture.Head, batch: Int) {
    self.name = name
    self.batch = batch
    architecture = ResNet18Architecture(width: width, inputSize: 64, head: head)
  }

  private static func mlp(_ hidden: Int, batchNorm: Bool = true) -> ResNet18Architecture.Head {
    .mlp(hidden: hidden, batchNorm: batchNorm, dropout: 0)
  }

  static let narrowLinear = Self("narrow-linear", width: 8, .linear, batch: 8)
  static let narrowMLP = Self("narrow-mlp", width: 8, mlp(24), batch: 8)
  static let narrowPlain = Self("narrow-plain", width: 8, mlp(24, batchNorm: false), batch: 8)
  static let fullLinear = Self("full-linear", width: 64, .linear, batch: 4)
  static let fullMLP = Self("full-mlp", width: 64, mlp(256), batch: 6)

  static let narrow = [narrowLinear, narrowMLP, narrowPlain]
  static let full = [fullLinear, fullMLP]

  var testDescription: String { name }
  var testsSteps: Bool { name != "narrow-plain" }
}

/// Pictures and labels of a batch, and what computes it.
struct ParityBatch {
  static let labelSmoothing: Float = 0.1

  let pictures: ParityPictures
  let labels: [Int]
  let engine: TrainingEngine

  init(
    _ architecture: ResNet18Architecture, key: Int, batch: Int, workers: Int = 1,
    synchronizedBatchNorm: Bool = false
  ) {
    pictures = ParityPictures(key: key, batch: batch, size: architecture.inputSize)
    labels = ParityInputs.labels(key, batch: batch)
    engine = TrainingEngine(
      architecture: architecture, batchSize: batch, workers: workers,
      synchronizedBatchNorm: synchronizedBatchNorm, kernels: Processor.selected)
  }

  func run(
    _ state: inout NetworkState, frozenStages: Int = 0
  ) throws -> TrainingEngine.StepResult {
    try engine.computeGradients(
      &state, labels: labels,
      options: .init(labelSmoothing: Self.labelSmoothing, frozenStages: frozenStages),
      fill: pictures.fill)
  }
}

/// Pictures as PyTorch has them (NCHW), handed out as the engines want them.
struct ParityPictures: Sendable {
  let size: Int
  private let numbers: [Float]

  init(key: Int, batch: Int, size: Int) {
    self.size = size
    numbers = ParityInputs.pictures(key, batch: batch, size: size)
  }

  @Sendable func fill(_ sample: Int, _ picture: UnsafeMutableBufferPointer<Float>) {
    let area = size * size
    numbers.withUnsafeBufferPointer { numbers in
      for channel in 0..<3 {
        let plane = (sample * 3 + channel) * area
        for pixel in 0..<area { picture[pixel * 3 + channel] = numbers[plane + pixel] }
      }
    }
  }
}
