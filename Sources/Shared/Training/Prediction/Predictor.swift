package import Contract
package import Evaluation
package import Imaging
package import NeuralNetwork
package import TrainingData
package import Workers

/// Lets a network judge all pictures of some videos, unaugmented. One call at a time.
package final class Predictor {
  private let engine: InferenceEngine
  private let catalog: SampleCatalog
  private let normalization: InputNormalization

  /// Pictures that are computed at once, over all workers.
  package static let chunk = 32

  /// - Parameter lender: an engine that trains the same network, whose memory is used between its steps.
  package init(
    architecture: ResNet18Architecture, catalog: SampleCatalog, normalization: InputNormalization,
    workers: Int, borrowingFrom lender: TrainingEngine? = nil
  ) {
    engine = InferenceEngine(
      architecture: architecture, maximumBatch: Self.chunk, workers: workers,
      kernels: Processor.selected, borrowingFrom: lender)
    self.catalog = catalog
    self.normalization = normalization
  }

  /// Judges the videos, given as positions in the catalog.
  ///
  /// - Parameters:
  ///   - blends: where given, each real video is judged once more as a fake made of it.
  ///   - observer: is told how many pictures are done, with `name` as the detail.
  /// - Throws: `WorkStopped` where the observer ended the work; `TrainingDataError` where a picture
  ///   can't be read.
  package func predict(
    _ state: NetworkState, videos: [Int], blends: HeldOutBlends? = nil, name: String,
    observer: any WorkObserver
  ) throws -> VideoPredictions {
    engine.load(state)
    var predictions = VideoPredictions()
    for index in videos where catalog.videos[index].samples.isEmpty {
      predictions.videosWithoutFaces.append(catalog.videos[index].evaluated)
    }
    let blended =
      blends == nil ? [] : videos.filter { catalog.videos[$0].label == .real }
    let total = (videos + blended).reduce(0) { $0 + catalog.videos[$1].samples.count }
    observer.begin(total: total, unit: "pictures")
    defer { observer.end() }
    let size = state.architecture.inputSize
    try append(
      to: &predictions, name, observer,
      EvaluationLoader(
        catalog, videos: videos, batchSize: Self.chunk, inputSize: size, measuresBlur: true)
    ) { $0.evaluated }
    if let blends {
      try append(
        to: &predictions, name, observer,
        EvaluationLoader(
          catalog, videos: blended, batchSize: Self.chunk, inputSize: size, blends: blends,
          measuresBlur: true)
      ) { $0.evaluatedAsBlend }
    }
    return predictions
  }

  private func append(
    to predictions: inout VideoPredictions, _ name: String, _ observer: any WorkObserver,
    _ loader: EvaluationLoader, as evaluated: (SampleCatalog.Video) -> EvaluatedVideo
  ) throws {
    defer { loader.stop() }
    while let batch = try loader.next() {
      let logits = logits(of: batch.pictures)
      for (place, sample) in batch.samples.enumerated() {
        let known = catalog.sample(sample.index)
        predictions.frames.append(
          FramePrediction(
            video: evaluated(catalog.videos[known.video]), frame: known.frame,
            margin: Double(logits[2 * place + 1]) - Double(logits[2 * place]),
            blur: batch.blurs[place]))
        predictions.faces.append(known.face)
      }
      observer.advance(to: predictions.frames.count, detail: name)
      if observer.shallStop { throw WorkStopped() }
    }
  }

  /// Logits of pictures of the network's input size, two each, by the weights loaded last.
  package func logits(of pictures: [PixelBuffer]) -> [Float] {
    engine.logits(count: pictures.count) { [normalization] sample, buffer in
      normalization.write(pictures[sample], into: buffer)
    }
  }

  /// Where in pictures of the network's input size the weights loaded last see what decides.
  package func activationMaps(of pictures: [PixelBuffer]) -> [ActivationMap] {
    engine.activationMaps(count: pictures.count) { [normalization] sample, buffer in
      normalization.write(pictures[sample], into: buffer)
    }
  }

  /// Makes these the weights of `logits(of:)`.
  package func load(_ state: NetworkState) { engine.load(state) }
}

/// What a network says of some videos.
package struct VideoPredictions {
  /// One per picture, in catalog order.
  package var frames: [FramePrediction] = []
  /// Which of a frame's faces each of `frames` is.
  package var faces: [Int] = []
  /// Videos that have no picture to judge.
  package var videosWithoutFaces: [EvaluatedVideo] = []

  /// None yet.
  package init() {}
}
