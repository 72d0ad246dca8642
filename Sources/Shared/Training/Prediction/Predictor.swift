package import Collectives
package import Contract
package import Evaluation
package import Imaging
package import NeuralNetwork
package import TrainingData
package import Workers

/// Lets a network judge all pictures of some videos, unaugmented. One call at a time.
package final class Predictor {
  private let judge: PictureJudge
  private let catalog: SampleCatalog
  private let collective: any Collective

  /// Pictures that are computed at once, over all workers.
  package static let chunk = PictureJudge.chunk

  /// - Parameters:
  ///   - lender: an engine that trains the same network, whose memory is used between its steps.
  ///   - collective: the processes that share the pictures of `predict`, which all of them call.
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

  /// Each process judges a part of the samples, and gets the answers to all.
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
    // Margin and blur of each, as many numbers on every rank.
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
      for (place, sample) in samples[first..<end].enumerated() {
        let known = catalog.sample(sample)
        let answer = 2 * (rank * longest + place)
        predictions.frames.append(
          FramePrediction(
            video: evaluated(catalog.videos[known.video]), frame: known.frame,
            margin: all[answer], blur: all[answer + 1]))
        predictions.faces.append(known.face)
      }
    }
  }

  /// Logits of pictures of the network's input size, two each, by the weights loaded last.
  package func logits(of pictures: [PixelBuffer]) -> [Float] { judge.logits(of: pictures) }

  /// Where in pictures of the network's input size the weights loaded last see what decides.
  package func activationMaps(of pictures: [PixelBuffer]) -> [ActivationMap] {
    judge.activationMaps(of: pictures)
  }

  /// Makes these the weights of `logits(of:)`.
  package func load(_ state: NetworkState) { judge.load(state) }
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
