internal import Contract
internal import Evaluation
internal import Foundation
internal import ModelFiles
internal import NeuralNetwork
package import TensorFiles

/// Compares another program's logits for some crops with this program's: whether both compute the
/// same model on the same input, and if not, which common mistake explains the difference.
package struct BackendComparison: Codable, Sendable, Equatable {
  /// Number of compared crops.
  package let count: Int
  /// Largest difference between two logits.
  package let largestDifference: Double
  /// Median over the crops of the larger difference of each crop's two logits.
  package let medianDifference: Double
  /// Largest difference that counts as equal.
  package let tolerance: Double
  /// Number of crops for which the answers are on different sides of the model's threshold.
  package let differentAnswers: Int
  /// Mistakes that, made by this program, give the other's numbers; empty if both are equal, or if
  /// none explains the difference.
  package let explanations: [Mistake]

  /// Whether the largest difference is within the tolerance.
  package var isEqual: Bool { largestDifference <= tolerance }

  /// A common mistake in another program.
  package enum Mistake: String, Codable, Sendable, CaseIterable {
    case blueFirst, noNormalization, bytesUnscaled, halfNormalization, swappedAnswers, probabilities
    case blueFirstNoNormalization, blueFirstSwappedAnswers, noNormalizationSwappedAnswers

    /// Description of the mistake, and how to correct it.
    package var advice: String {
      switch self {
      case .blueFirst:
        "its pictures are blue first, as OpenCV reads them: convert them with "
          + "cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)"
      case .noNormalization:
        "its pictures are 0...1 without normalisation: subtract the model's mean and divide by its "
          + "standard deviation"
      case .bytesUnscaled:
        "its pictures are 0...255: divide by 255, then normalise by the model's mean and standard deviation"
      case .halfNormalization:
        "its pictures are normalised by 0.5 and 0.5: take the model's mean and standard deviation"
      case .swappedAnswers: "its two answers are swapped: logit 0 is real, logit 1 is fake"
      case .probabilities:
        "its numbers are probabilities, after softmax: compare the logits before it"
      case .blueFirstNoNormalization:
        "its pictures are blue first and not normalised: convert them to RGB, then subtract the model's "
          + "mean and divide by its standard deviation"
      case .blueFirstSwappedAnswers:
        "its pictures are blue first, and its two answers are swapped: convert to RGB; logit 0 is real"
      case .noNormalizationSwappedAnswers:
        "its pictures are not normalised, and its two answers are swapped: normalise; logit 0 is real"
      }
    }

    fileprivate var isBlueFirst: Bool {
      [.blueFirst, .blueFirstNoNormalization, .blueFirstSwappedAnswers].contains(self)
    }

    fileprivate var isSwapped: Bool {
      [.swappedAnswers, .blueFirstSwappedAnswers, .noNormalizationSwappedAnswers].contains(self)
    }

    fileprivate func normalization(_ own: InputNormalization) -> InputNormalization {
      switch self {
      case .noNormalization, .blueFirstNoNormalization, .noNormalizationSwappedAnswers:
        InputNormalization(mean: [0, 0, 0], standardDeviation: [1, 1, 1]) ?? own
      case .bytesUnscaled:
        InputNormalization(
          mean: [0, 0, 0], standardDeviation: [1 / 255, 1 / 255, 1 / 255]) ?? own
      case .halfNormalization:
        InputNormalization(mean: [0.5, 0.5, 0.5], standardDeviation: [0.5, 0.5, 0.5])
          ?? own
      default: own
      }
    }
  }

  /// - Parameters:
  ///   - crops: `uint8` of the shape (n, side, side, 3), red first; or the network's input as
  ///     another program makes it, `float32` of the shape (n, 3, side, side), to compare the
  ///     networks alone.
  ///   - logits: The other program's logits, `float32` of the shape (n, 2): real, fake.
  /// - Throws: `PredictionError` if an array has another shape.
  package init(
    _ model: DetectorModel, crops: NumPyFile, logits: NumPyFile, tolerance: Double, workers: Int
  ) throws {
    let pictures = try Pictures(crops, side: model.state.architecture.inputSize)
    guard case .floats(let theirs) = logits.elements, logits.shape == [pictures.count, 2] else {
      throw PredictionError(
        code: .otherShape, subject: logits.path,
        message: "expected logits, float32 of the shape (\(pictures.count), 2), got the shape "
          + "\(logits.shape)")
    }
    let other = theirs.map { Double($0) }
    func ours(_ mistake: Mistake? = nil) -> [Double] {
      Self.logits(model, pictures, mistake, workers: workers)
    }
    let own = ours()
    let differences = Self.differences(own, other)
    count = pictures.count
    self.tolerance = tolerance
    largestDifference = differences.max() ?? 0
    medianDifference = differences.sorted()[differences.count / 2]
    let calibration = model.metadata.calibration
    differentAnswers = (0..<pictures.count).count { crop in
      func label(_ logits: [Double]) -> VideoLabel? {
        calibration.label(
          probability: model.probability(margins: [logits[2 * crop + 1] - logits[2 * crop]]))
      }
      return label(own) != label(other)
    }
    guard !(largestDifference <= tolerance) else {
      explanations = []
      return
    }
    // If the crops are the network's input, channel order and scale are given.
    let candidates: [Mistake] =
      pictures.isInput ? [.swappedAnswers, .probabilities] : Mistake.allCases
    explanations = candidates.filter {
      (Self.differences(ours($0), other).max() ?? .infinity) <= tolerance
    }
  }

  /// The larger difference of each crop's two logits; infinite if one is not finite.
  private static func differences(_ left: [Double], _ right: [Double]) -> [Double] {
    (0..<left.count / 2).map { crop in
      let pair = (0..<2).map { abs(left[2 * crop + $0] - right[2 * crop + $0]) }
      return pair.allSatisfy(\.isFinite) ? max(pair[0], pair[1]) : .infinity
    }
  }

  private static func logits(
    _ model: DetectorModel, _ pictures: Pictures, _ mistake: Mistake?, workers: Int
  ) -> [Double] {
    let own = model.metadata.normalization
    let engine = InferenceEngine(
      architecture: model.state.architecture, maximumBatch: PictureJudge.chunk, workers: workers,
      kernels: Processor.selected)
    engine.load(model.state)
    let normalization = mistake?.normalization(own) ?? own
    let isBlueFirst = mistake?.isBlueFirst ?? false
    let found = engine.logits(count: pictures.count) { sample, buffer in
      pictures.write(sample, normalization, isBlueFirst: isBlueFirst, into: buffer)
    }
    var logits = found.map { Double($0) }
    if mistake?.isSwapped ?? false {
      for crop in 0..<pictures.count { logits.swapAt(2 * crop, 2 * crop + 1) }
    }
    if mistake == .probabilities {
      for crop in 0..<pictures.count {
        let fake = 1 / (1 + exp(logits[2 * crop] - logits[2 * crop + 1]))
        logits[2 * crop] = 1 - fake
        logits[2 * crop + 1] = fake
      }
    }
    return logits
  }
}

/// The crops of a comparison.
private struct Pictures: Sendable {
  let count: Int
  /// Whether the crops are already the network's input.
  let isInput: Bool
  private let side: Int
  private let elements: NumPyFile.Elements

  init(_ file: NumPyFile, side: Int) throws(PredictionError) {
    self.side = side
    elements = file.elements
    count = file.shape.first ?? 0
    switch file.elements {
    case .bytes where file.shape == [count, side, side, 3]: isInput = false
    case .floats where file.shape == [count, 3, side, side]: isInput = true
    default:
      throw PredictionError(
        code: .otherShape, subject: file.path,
        message: "expected crops, uint8 of the shape (n, \(side), \(side), 3), or float32 of "
          + "(n, 3, \(side), \(side)), got the shape \(file.shape)")
    }
    guard count > 0 else {
      throw PredictionError(
        code: .otherShape, subject: file.path, message: "there is no crop in it")
    }
  }

  /// Writes one crop in the network's layout: rows, columns, channels.
  func write(
    _ index: Int, _ normalization: InputNormalization, isBlueFirst: Bool,
    into values: UnsafeMutableBufferPointer<Float>
  ) {
    let pixels = side * side
    let start = index * pixels * 3
    switch elements {
    case .floats(let numbers):
      for pixel in 0..<pixels {
        for channel in 0..<3 {
          values[3 * pixel + channel] = numbers[start + channel * pixels + pixel]
        }
      }
    case .bytes(let bytes):
      for pixel in 0..<pixels {
        for channel in 0..<3 {
          let byte = bytes[start + 3 * pixel + (isBlueFirst ? 2 - channel : channel)]
          values[3 * pixel + channel] =
            (Float(byte) / 255 - normalization.mean[channel])
            / normalization.standardDeviation[channel]
        }
      }
    }
  }
}
