package import Contract
package import Imaging
package import NeuralNetwork

/// A trained network that judges face crops. Crops of a store and those of a video
/// take this same path.
///
/// Not Sendable: each thread that judges has its own.
package final class PictureJudge {
  package var architecture: ResNet18Architecture { engine.architecture }

  /// Number of pictures per batch, over all workers.
  package static let chunk = 32

  /// Number of pictures for which convolution algorithms are chosen. It doesn't depend on the
  /// number of workers, so that the answers for a picture, and the calibration computed from them,
  /// are equal bit for bit for any number of workers and processes.
  private static let usualPictures = 16

  private let engine: InferenceEngine
  private let normalization: InputNormalization

  /// - Parameters:
  ///   - workers: Number of threads that share the pictures of a call.
  ///   - lender: An engine that trains the same network, whose memory is used between its steps.
  package init(
    architecture: ResNet18Architecture, normalization: InputNormalization, workers: Int,
    borrowingFrom lender: TrainingEngine? = nil
  ) {
    engine = InferenceEngine(
      architecture: architecture, maximumBatch: Self.chunk, workers: workers,
      kernels: Processor.selected, usualPictures: Self.usualPictures, borrowingFrom: lender)
    self.normalization = normalization
  }

  /// Loads the weights to judge with.
  package func load(_ state: NetworkState) { engine.load(state) }

  /// Logits of pictures in the network's input size, two per picture: real, fake.
  package func logits(of pictures: [PixelBuffer]) -> [Float] {
    engine.logits(count: pictures.count) { [normalization] sample, buffer in
      normalization.write(pictures[sample], into: buffer)
    }
  }

  /// Logit of fake minus logit of real for each picture, in the network's input size.
  package func margins(of pictures: [PixelBuffer]) -> [Double] {
    let logits = logits(of: pictures)
    return pictures.indices.map { Double(logits[2 * $0 + 1]) - Double(logits[2 * $0]) }
  }

  /// Class activation maps of pictures in the network's input size.
  package func activationMaps(of pictures: [PixelBuffer]) -> [ActivationMap] {
    engine.activationMaps(count: pictures.count) { [normalization] sample, buffer in
      normalization.write(pictures[sample], into: buffer)
    }
  }
}
