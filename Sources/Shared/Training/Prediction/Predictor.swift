package import Collectives
package import Contract
package import Evaluation
package import Imaging
package import NeuralNetwork
package import TrainingData
package import Workers

/// Judges all pictures of some videos with a network, without augmentation. One call at a time.
package final class Predictor {
  private let judge: PictureJudge
  private let catalog: SampleCatalog
  private let collective: any Collective

  /// Number of pictures per batch, over all workers.
  package static let chunk = PictureJudge.chunk

  /// - Parameters:
  ///   - lender: An engine that trains the same network, whose memory is used between its steps.
  ///   - collective: The processes that share the pictures of `predict`, which all of them call.
  package init(
    architecture: ResNet18Architecture, catalog: SampleCatalog, normalization: InputNormalization,
    workers: Int, borrowingFrom lender: TrainingEngine? = nil,
    sharedOver collective: any Collective = LocalCollective()
  ) {
    self.collective = collective
    judge = PictureJudge(
      architecture: architecture, normalization: normalization, workers: workers,
      borrowingFrom: lender)
    self.catalog = catalog
  }

  /// Judges the videos, given as indices in the catalog.
  ///
  /// - Parameters:
  ///   - blends: If not nil, each real video is also judged as a fake made from it.
  ///   - observer: Receives the number of finished pictures, with `name` as the detail.
  /// - Throws: `WorkStopped` if the observer ended the work; `TrainingDataError` if a picture can't
  ///   be read.
  package func predict(
    _ state: NetworkState, videos: [Int], blends: HeldOutBlends? = nil, name: String,
    observer: any WorkObserver
  ) throws -> VideoPredictions {
    judge.load(state)
    var predictions = VideoPredictions()
    for index in videos where catalog.videos[index].samples.isEmpty {
      predictions.videosWithoutFaces.append(catalog.videos[index].evaluated)
    }
    let blended =
      blends == nil ? [] : videos.filter { catalog.videos[$0].label == .real }
    let total = (videos + blended).reduce(0) { $0 + catalog.videos[$1].samples.count }
    observer.begin(total: total, unit: "pictures")
    defer { observer.end() }
    try append(to: &predictions, name, observer, videos: videos, blends: nil) { $0.evaluated }
    if let blends {
      try append(to: &predictions, name, observer, videos: blended, blends: blends) {
        $0.evaluatedAsBlend
      }
    }
    return predictions
  }

  /// Each process judges a part of the samples, and receives the answers to all.
  private func append(
    to predictions: inout VideoPredictions, _ name: String, _ observer: any WorkObserver,
    videos: [Int], blends: HeldOutBlends?, as evaluated: (SampleCatalog.Video) -> EvaluatedVideo
  ) throws {
    let samples = videos.sorted().flatMap { catalog.videos[$0].samples }
    let bounds = (0...collective.size).map {
      evenBound($0, of: collective.size, count: samples.count)
    }
    let longest = zip(bounds, bounds.dropFirst()).map { $1 - $0 }.max() ?? 0
    let done = predictions.frames.count
    // Margin and blur of each sample; the array has the same length on every rank.
    var answers = [Double](repeating: 0, count: 2 * longest)
    var answered = 0
    let loader = try EvaluationLoader(
      catalog, videos: videos, batchSize: Self.chunk, inputSize: judge.architecture.inputSize,
      samples: bounds[collective.rank]..<bounds[collective.rank + 1], blends: blends,
      measuresBlur: true)
    defer { loader.stop() }
    for round in 0..<(longest + Self.chunk - 1) / Self.chunk {
      if let batch = try loader.next() {
        for (margin, blur) in zip(judge.margins(of: batch.pictures), batch.blurs) {
          answers[2 * answered] = margin
          answers[2 * answered + 1] = blur
          answered += 1
        }
      }
      let judged = min(samples.count, (round + 1) * Self.chunk * collective.size)
      observer.advance(to: done + judged, detail: name)
      if try collective.agree(observer.shallStop) { throw WorkStopped() }
    }
    let all = try collective.gather(answers)
    for (rank, (first, end)) in zip(bounds, bounds.dropFirst()).enumerated() {
      for (index, sample) in samples[first..<end].enumerated() {
        let known = catalog.sample(sample)
        let answer = 2 * (rank * longest + index)
        predictions.frames.append(
          FramePrediction(
            video: evaluated(catalog.videos[known.video]), frame: known.frame,
            margin: all[answer], blur: all[answer + 1]))
        predictions.faces.append(known.face)
      }
    }
  }

  /// Logits of pictures in the network's input size, two per picture, with the weights loaded last.
  package func logits(of pictures: [PixelBuffer]) -> [Float] { judge.logits(of: pictures) }

  /// Class activation maps of pictures in the network's input size, with the weights loaded last.
  package func activationMaps(of pictures: [PixelBuffer]) -> [ActivationMap] {
    judge.activationMaps(of: pictures)
  }

  /// Loads the weights for `logits(of:)` and `activationMaps(of:)`.
  package func load(_ state: NetworkState) { judge.load(state) }
}

/// Predictions of a network for some videos.
package struct VideoPredictions {
  /// One prediction per picture, in catalog order.
  package var frames: [FramePrediction] = []
  /// Index of the face within its frame, for each element of `frames`.
  package var faces: [Int] = []
  /// Videos without a picture to judge.
  package var videosWithoutFaces: [EvaluatedVideo] = []

  package init() {}
}
