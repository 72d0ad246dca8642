import Contract
import ModelFiles
import NeuralNetwork

/// Narrow networks with numbers in every entry, and checkpoints of them.
enum ModelFixture {
  static let architecture = ResNet18Architecture(
    width: 8, inputSize: 32, head: .mlp(hidden: 8, batchNorm: true, dropout: 0.25))

  /// Random weights, and statistics that are a function of the seed too.
  static func state(
    _ architecture: ResNet18Architecture = architecture, seed: UInt64 = 1
  ) -> NetworkState {
    var state = NetworkState(randomFor: architecture, seed: seed)
    for place in state.statistics.indices {
      state.statistics[place] = 0.5 + Float((place * 7 + Int(seed)) % 31) / 37
    }
    for place in state.counters.indices { state.counters[place] = Int64(100 + place) }
    return state
  }

  /// A recipe that differs from the defaults.
  static let recipe = ExtractionRecipe(
    sampling: FrameSampling(framesPerVideo: 8), detector: DetectorIdentity(weights: "a-b-c"),
    search: FaceSearchSettings(
      cascade: MTCNNSettings(outputThreshold: 0.8, minimumFaceSize: 30), searchShortSide: 0,
      fullSearchInterval: 3, brightenWhenEmpty: false),
    tracks: TrackSettings(minimumFrames: 1, minimumScore: 0.85, maximumTracks: 2, maximumGap: 7),
    geometry: CropGeometry(alignment: .box, margin: 1.5, sizePixels: 64),
    images: CropEncoding(jpegQuality: 90, chroma: .quarter))

  static func metadata(
    _ architecture: ResNet18Architecture = architecture
  ) -> ModelMetadata {
    ModelMetadata(
      architecture: architecture, recipe: recipe, normalization: .imageNet,
      calibration: Calibration(
        score: .median, temperature: 1.25, threshold: 0.43, lowerBound: 0.31, upperBound: 0.75,
        notes: ["A note."]),
      provenance: ModelMetadata.Provenance(
        software: "trainer test", epoch: 3, step: 60, settings: ["seed": "1", "batchSize": "8"]))
  }

  static func checkpoint(
    _ rule: Optimizer.Rule = .sgd(momentum: 0.9, nesterov: true), hasAverage: Bool = true,
    step: Int = 60
  ) -> Checkpoint {
    let state = state()
    var optimizer = Optimizer(rule, weightDecay: 1e-4, for: architecture)
    for place in optimizer.first.indices { optimizer.first[place] = Float(place % 101) * 0.37 - 18 }
    for place in optimizer.second.indices { optimizer.second[place] = Float(place % 89) * 1e-7 }
    optimizer.stepCount = step
    optimizer.backboneStepCount = step - 5
    return Checkpoint(
      state: state,
      average: hasAverage
        ? MovingAverage(decay: 0.99, state: Self.state(seed: 2), updates: step) : nil,
      optimizer: optimizer, step: step, epoch: 2, sample: 48,
      progress: #"{"step":60,"ä":"\u00e4"}"#,
      settings: ["seed": "1", "optimizer.learningRate": "0.01"],
      configuration: "train:\n  seed: 1\n",
      recipe: recipe, normalization: .imageNet)
  }
}

/// Bits, so that a difference in rounding, in the sign of zero or in a NaN counts.
func bits(_ values: [Float]) -> [UInt32] { values.map(\.bitPattern) }
