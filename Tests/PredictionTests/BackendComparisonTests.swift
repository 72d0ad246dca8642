import Contract
import Foundation
import ModelFiles
import NeuralNetwork
import TensorFiles
import TestSupport
import Testing

@testable import Prediction

/// The computation of a backend is repeated here on plain numbers, so that the mistakes don't come
/// from the comparison's own code.
@Suite struct BackendComparisonTests {
  private static let side = 32
  private static let count = 5

  private let model: DetectorModel
  private let crops: [UInt8]

  init() throws {
    let architecture = ResNet18Architecture(width: 8, inputSize: Self.side, head: .linear)
    model = try DetectorModel(
      ModelFile(
        state: NetworkState(randomFor: architecture, seed: 7),
        metadata: ModelMetadata(
          architecture: architecture, recipe: ExtractionRecipe(), normalization: .imageNet,
          calibration: Calibration(),
          provenance: .init(software: "test", epoch: 1, step: 1, settings: [:]))),
      path: "model.pt")
    var random = SplitMix64(state: 11)
    crops = (0..<Self.count * Self.side * Self.side * 3).map { index in
      // Red, green and blue differ, so that their order has an effect.
      UInt8(clamping: Int(random.next() % 120) + [0, 60, 130][index % 3])
    }
  }

  /// Logits of a network whose input numbers are `value(crop byte, channel)`.
  private func logits(
    order: [Int] = [0, 1, 2], _ value: @escaping @Sendable (Float, Int) -> Float
  ) -> [Float] {
    let engine = InferenceEngine(
      architecture: model.state.architecture, maximumBatch: 4, workers: 1,
      kernels: Processor.selected)
    engine.load(model.state)
    let (crops, pixels) = (crops, Self.side * Self.side)
    return engine.logits(count: Self.count) { sample, buffer in
      for pixel in 0..<pixels {
        for channel in 0..<3 {
          let byte = crops[(sample * pixels + pixel) * 3 + order[channel]]
          buffer[3 * pixel + channel] = value(Float(byte), channel)
        }
      }
    }
  }

  private static let mean: [Float] = [0.485, 0.456, 0.406]
  private static let deviation: [Float] = [0.229, 0.224, 0.225]

  private static func usual(_ byte: Float, _ channel: Int) -> Float {
    (byte / 255 - mean[channel]) / deviation[channel]
  }

  private func compare(_ logits: [Float], tolerance: Double = 1e-3) throws -> BackendComparison {
    try withTemporaryDirectory { folder in
      try folder.write(
        Data(NumPyText.header("|u1", [Self.count, Self.side, Self.side, 3]) + crops),
        to: "crops.npy")
      try folder.write(
        Data(NumPyText.header("<f4", [logits.count / 2, 2]) + NumPyText.bytes(logits)),
        to: "logits.npy")
      return try BackendComparison(
        model, crops: NumPyFile(contentsOf: folder.path(of: "crops.npy")),
        logits: NumPyFile(contentsOf: folder.path(of: "logits.npy")), tolerance: tolerance,
        workers: 1)
    }
  }

  @Test func theSameIsEqual() throws {
    let result = try compare(logits(Self.usual))
    #expect(result.isEqual && result.explanations.isEmpty)
    #expect(result.differentAnswers == 0)
    #expect(result.largestDifference < 1e-5)
  }

  @Test func mistakesAreFound() throws {
    func swapped(_ logits: [Float]) -> [Float] {
      logits.indices.map { logits[$0 ^ 1] }
    }
    func softmax(_ logits: [Float]) -> [Float] {
      (0..<logits.count / 2).flatMap { crop -> [Float] in
        let (real, fake) = (exp(logits[2 * crop]), exp(logits[2 * crop + 1]))
        return [real / (real + fake), fake / (real + fake)]
      }
    }
    let blue = [2, 1, 0]
    let found: [(BackendComparison.Mistake, [Float])] = [
      (.blueFirst, logits(order: blue, Self.usual)),
      (.noNormalization, logits { byte, _ in byte / 255 }),
      (.bytesUnscaled, logits { byte, _ in byte }),
      (.halfNormalization, logits { byte, _ in (byte / 255 - 0.5) / 0.5 }),
      (.swappedAnswers, swapped(logits(Self.usual))),
      (.probabilities, softmax(logits(Self.usual))),
      (.blueFirstNoNormalization, logits(order: blue) { byte, _ in byte / 255 }),
      (.blueFirstSwappedAnswers, swapped(logits(order: blue, Self.usual))),
      (.noNormalizationSwappedAnswers, swapped(logits { byte, _ in byte / 255 })),
    ]
    #expect(Set(found.map(\.0)) == Set(BackendComparison.Mistake.allCases))
    for (mistake, logits) in found {
      let result = try compare(logits)
      #expect(!result.isEqual, "\(mistake)")
      #expect(result.explanations == [mistake], "\(mistake): \(result)")
    }
  }

  /// A difference that no usual mistake explains has no explanation.
  @Test func anotherNetworkIsNotExplained() throws {
    let other = logits(Self.usual).enumerated().map { $1 + Float($0) * 0.01 }
    let result = try compare(other)
    #expect(!result.isEqual && result.explanations.isEmpty)
    #expect(abs(result.largestDifference - 0.09) < 1e-4)
    var broken = logits(Self.usual)
    broken[3] = .nan
    #expect(try !compare(broken).isEqual)
  }

  @Test func otherShapesAreRefused() throws {
    #expect(throws: PredictionError.self) { try compare([0, 0]) }
  }
}
