import Contract
import ModelFiles
import NeuralNetwork
import ONNXFiles
import TestSupport

/// Networks with numbers in every entry, BatchNorm statistics far from the initial ones, and
/// pictures for them.
enum ONNXFixture {
  static let heads: [ResNet18Architecture.Head] = [
    .linear, .mlp(hidden: 11, batchNorm: false, dropout: 0.5), ResNet18Architecture().head,
  ]

  static let producer = ONNXFile.Producer(name: "test", version: "1.2.3")

  /// A narrow network for small pictures.
  static func architecture(
    _ head: ResNet18Architecture.Head = ResNet18Architecture().head, width: Int = 8
  ) -> ResNet18Architecture {
    ResNet18Architecture(width: width, inputSize: 32, head: head)
  }

  /// Weights that keep the size of activations, so that logits are neither 0 nor huge.
  static func state(_ architecture: ResNet18Architecture) -> NetworkState {
    var state = NetworkState(zeros: architecture)
    for (seed, entry) in state.entries.enumerated() where entry.arena != .counters {
      let inputs = Float(entry.shape.dropFirst().reduce(1, *))
      let (first, spread): (Float, Float) =
        switch entry.role {
        case .weight: (0, (entry.isHead ? 3 : 6) / inputs)
        case .batchNormScale: (0.8, 0.09)
        case .bias, .batchNormShift: (0, 0.09)
        case .runningMean: (0.3, 0.09)
        case .runningVariance, .batchesTracked: (1.2, 1)
        }
      let numbers = pseudoRandom(entry.range.count, seed: UInt64(seed)).map {
        first + spread.squareRoot() * $0
      }
      if entry.arena == .parameters {
        state.parameters.replaceSubrange(entry.range, with: numbers)
      } else {
        state.statistics.replaceSubrange(entry.range, with: numbers)
      }
    }
    return state
  }

  static let recipe = ExtractionRecipe(
    detector: DetectorIdentity(weights: "a-b-c"),
    geometry: CropGeometry(alignment: .box, margin: 1.5, sizePixels: 64))

  static func model(
    _ state: NetworkState, score: VideoScore = .mean, verdict: StatedVerdict? = nil
  ) -> ModelFile {
    ModelFile(
      state: state,
      metadata: ModelMetadata(
        architecture: state.architecture, recipe: recipe, normalization: .imageNet,
        calibration: Calibration(
          score: score, temperature: 1.25, threshold: 0.43, lowerBound: 0.31, upperBound: 0.75,
          notes: ["A \"note\"."]),
        provenance: ModelMetadata.Provenance(
          software: "trainer test", epoch: 3, step: 60, settings: ["seed": "1"]),
        verdict: verdict))
  }

  static func model(
    _ head: ResNet18Architecture.Head = ResNet18Architecture().head
  ) -> ModelFile {
    model(state(architecture(head)))
  }

  /// The product's logits for pictures, NCHW.
  static func logits(_ state: NetworkState, _ pictures: [Float], count: Int) -> [Float] {
    let engine = InferenceEngine(
      architecture: state.architecture, maximumBatch: count, workers: 1,
      kernels: Processor.selected)
    engine.load(state)
    let plane = state.architecture.inputSize * state.architecture.inputSize
    return engine.logits(count: count) { sample, picture in
      for index in 0..<(3 * plane) {
        picture[index] = pictures[3 * plane * sample + index % 3 * plane + index / 3]
      }
    }
  }
}
