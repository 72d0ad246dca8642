import TestSupport
import Testing

@testable import Kernels
@testable import NeuralNetwork

@Suite(.enabled(if: isRelease, "kernels are slow in a debug build")) struct ActivationMapTests {
  private static let heads: [ResNet18Architecture.Head] = [
    .linear, .mlp(hidden: 11, batchNorm: true, dropout: 0.5),
    .mlp(hidden: 11, batchNorm: false, dropout: 0.5),
  ]

  private func mean(_ map: ActivationMap) -> Double {
    map.values.reduce(0) { $0 + Double($1) } / Double(map.values.count)
  }

  @Test(arguments: [(5, 2), (3, 2), (1, 4)])
  func mapsOfALinearHeadSumToTheMargin(maximum: Int, workers: Int) throws {
    let fixture = EngineFixture(.linear, count: 5, inputSize: 96)
    let engine = InferenceEngine(
      architecture: fixture.architecture, maximumBatch: maximum, workers: workers,
      kernels: Processor.selected)
    engine.load(fixture.state)
    let maps = engine.activationMaps(count: 5) { fixture.fill($0, $1) }
    #expect(maps.flatMap(\.logits) == engine.logits(count: 5) { fixture.fill($0, $1) })
    let bias = try #require(fixture.state.entries.first { $0.name == "fc.bias" })
    let biases = fixture.state.parameters[bias.range]
    let difference = biases[biases.startIndex + 1] - biases[biases.startIndex]
    for map in maps {
      #expect(map.height == 3 && map.width == 3 && map.values.count == 9)
      #expect(abs(mean(map) + Double(difference) - Double(map.margin)) < 1e-4)
      #expect(abs(map.offset - difference) < 1e-4)
    }
    #expect(Set(maps.map(\.values)).count == 5)
  }

  /// Pixel by pixel, against feature maps and a head of obvious loops.
  @Test(arguments: heads, Processor.available.indices)
  func mapsAreThoseOfTheReference(head: ResNet18Architecture.Head, kernels: Int) {
    let fixture = EngineFixture(head, count: 3, inputSize: 64)
    let reference = ReferenceNetwork(fixture.state, isEvaluating: true)
    let features = reference.featureMaps(fixture.pictures)
    let area = features.height * features.width
    let engine = InferenceEngine(
      architecture: fixture.architecture, maximumBatch: 2, workers: 2,
      kernels: Processor.available[kernels])
    engine.load(fixture.state)
    let maps = engine.activationMaps(count: 3) { fixture.fill($0, $1) }
    for (n, map) in maps.enumerated() {
      let gradient = marginGradient(reference, features, sample: n)
      var expected = [Double](repeating: 0, count: area)
      for channel in 0..<features.channels {
        for pixel in 0..<area {
          let place = (n * features.channels + channel) * area + pixel
          expected[pixel] += gradient[channel] * features.values[place]
        }
      }
      #expect(relativeDifference(map.values, expected) < 1e-4)
    }
  }

  /// Differences of the reference's margin when a pooled feature of one sample moves.
  private func marginGradient(
    _ reference: ReferenceNetwork, _ features: ReferenceMaps, sample: Int
  ) -> [Double] {
    let (area, step) = (features.height * features.width, 1e-6)
    func margin(channel: Int, moved: Double) -> Double {
      var maps = ReferenceMaps(
        count: 1, channels: features.channels, height: features.height, width: features.width)
      let start = sample * features.channels * area
      for place in maps.values.indices {
        maps.values[place] = features.values[start + place] + (place / area == channel ? moved : 0)
      }
      let logits = reference.head(maps)
      return logits[1] - logits[0]
    }
    return (0..<features.channels).map {
      (margin(channel: $0, moved: step) - margin(channel: $0, moved: -step)) / (2 * step)
    }
  }
}
