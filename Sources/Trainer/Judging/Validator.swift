import Contract
import Evaluation
import Imaging
import NeuralNetwork
import TrainingData

/// Lets a network judge all pictures of some videos, unaugmented.
final class Validator {
  private let engine: InferenceEngine
  private let catalog: SampleCatalog
  private let normalization: InputNormalization

  /// Pictures that are computed at once, over all workers.
  static let chunk = 32

  /// - Parameter lender: an engine that trains the same network, whose memory is used between its steps.
  init(
    architecture: ResNet18Architecture, catalog: SampleCatalog, normalization: InputNormalization,
    workers: Int, borrowingFrom lender: TrainingEngine? = nil
  ) {
    engine = InferenceEngine(
      architecture: architecture, maximumBatch: Self.chunk, workers: workers,
      borrowingFrom: lender)
    self.catalog = catalog
    self.normalization = normalization
  }

  /// What the network says of the videos.
  struct Predictions {
    var frames: [FramePrediction] = []
    /// Which of a frame's faces each of `frames` is.
    var faces: [Int] = []
    var videosWithoutFaces: [EvaluatedVideo] = []
  }

  /// - Parameters:
  ///   - videos: positions in the catalog.
  ///   - onProgress: gets the pictures that are done, now and then; false ends the work.
  /// - Returns: nil where the work was ended.
  func predict(
    _ state: NetworkState, videos: [Int], onProgress: (Int) -> Bool = { _ in true }
  ) throws -> Predictions? {
    engine.load(state)
    var predictions = Predictions()
    for index in videos where catalog.videos[index].samples.isEmpty {
      predictions.videosWithoutFaces.append(catalog.videos[index].evaluated)
    }
    let loader = try EvaluationLoader(
      catalog, videos: videos, batchSize: Self.chunk, inputSize: state.architecture.inputSize)
    while let batch = try loader.next() {
      let logits = logits(of: batch.pictures)
      for (place, sample) in batch.samples.enumerated() {
        let known = catalog.sample(sample.index)
        predictions.frames.append(
          FramePrediction(
            video: catalog.videos[known.video].evaluated, frame: known.frame,
            margin: Double(logits[2 * place + 1]) - Double(logits[2 * place])))
        predictions.faces.append(known.face)
      }
      guard onProgress(predictions.frames.count) else { return nil }
    }
    return predictions
  }

  /// Logits of pictures of the network's input size, two each, by the weights loaded last.
  func logits(of pictures: [PixelBuffer]) -> [Float] {
    engine.logits(count: pictures.count) { [normalization] sample, buffer in
      normalization.write(pictures[sample], into: buffer)
    }
  }

  /// Where in pictures of the network's input size the weights loaded last see what decides.
  func activationMaps(of pictures: [PixelBuffer]) -> [ActivationMap] {
    engine.activationMaps(count: pictures.count) { [normalization] sample, buffer in
      normalization.write(pictures[sample], into: buffer)
    }
  }

  /// Makes these the weights of `logits(of:)`.
  func load(_ state: NetworkState) { engine.load(state) }
}
