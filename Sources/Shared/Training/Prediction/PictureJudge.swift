package import Contract
package import Imaging
package import NeuralNetwork

/// A trained network that judges face crops: the one way from a stored crop to an answer, for crops of a
/// store and for those of a video.
///
/// Not Sendable: each thread that judges has its own.
package final class PictureJudge {
  /// Which network.
  package var architecture: ResNet18Architecture { engine.architecture }

  /// Pictures that are computed at once, over all workers.
  package static let chunk = 32

  /// Convolutions are chosen for so many, whatever the number of workers: what a network says of a
  /// picture, and the calibration that follows from it, is the same to the bit on any number of workers
  /// and processes.
  private static let usualPictures = 16

  private let engine: InferenceEngine
  private let normalization: InputNormalization

  /// - Parameters:
  ///   - workers: threads that share the pictures of a call.
  ///   - lender: an engine that trains the same network, whose memory is used between its steps.
  package init(
    architecture: ResNet18Architecture, normalization: InputNormalization, workers: Int,
    borrowingFrom lender: TrainingEngine? = nil
  ) {
    engine = InferenceEngine(
      architecture: architecture, maximumBatch: Self.chunk, workers: workers,
      kernels: Processor.selected, usualPictures: Self.usualPictures, borrowingFrom: lender)
    self.normalization = normalization
  }

  /// Makes these the weights that judge.
  package func load(_ state: NetworkState) { engine.load(state) }

  /// Logits of pictures of the network's input size, two each: real, fake.
  package func logits(of pictures: [PixelBuffer]) -> [Float] {
    engine.logits(count: pictures.count) { [normalization] sample, buffer in
      normalization.write(pictures[sample], into: buffer)
    }
  }

  /// Logit of fake minus logit of real of each picture, which has the network's input size.
  package func margins(of pictures: [PixelBuffer]) -> [Double] {
    let logits = logits(of: pictures)
    return pictures.indices.map { Double(logits[2 * $0 + 1]) - Double(logits[2 * $0]) }
  }

  /// Where in pictures of the network's input size it sees what decides.
  package func activationMaps(of pictures: [PixelBuffer]) -> [ActivationMap] {
    engine.activationMaps(count: pictures.count) { [normalization] sample, buffer in
      normalization.write(pictures[sample], into: buffer)
    }
  }
}
