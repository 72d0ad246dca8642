import Foundation
import TestSupport
import Testing

@testable import NeuralNetwork

/// The layers of the head against the obvious loops.
@Suite struct LayerTests {
  @Test(arguments: [1, 2, 7])
  func linear(count: Int) {
    let (inputs, outputs, inputStride, outputStride) = (19, 3, 24, 5)
    let input = pseudoRandom(count * inputStride, seed: 3)
    let weight = pseudoRandom(outputs * inputs, seed: 4)
    let bias = pseudoRandom(outputs, seed: 5)
    let grad = pseudoRandom(count * outputStride, seed: 6)
    var output = [Float](repeating: 9, count: count * outputStride)
    linearForward(
      count: count, inputs: inputs, outputs: outputs, input: input, inputStride: inputStride,
      weight: weight, bias: bias, output: &output, outputStride: outputStride)
    var inputGrad = [Float](repeating: 9, count: input.count)
    var (weightGrad, biasGrad) = (
      [Float](repeating: 1, count: weight.count), [Float](repeating: 2, count: outputs)
    )
    linearBackward(
      count: count, inputs: inputs, outputs: outputs, input: input, inputStride: inputStride,
      weight: weight, outputGrad: grad, outputStride: outputStride, inputGrad: &inputGrad,
      weightGrad: &weightGrad, biasGrad: &biasGrad)
    var expected = [Float](repeating: 9, count: output.count)
    var expectedInput = [Float](repeating: 9, count: input.count)
    var (expectedWeight, expectedBias) = (
      [Float](repeating: 1, count: weight.count), [Float](repeating: 2, count: outputs)
    )
    for n in 0..<count {
      for c in 0..<inputs { expectedInput[n * inputStride + c] = 0 }
      for k in 0..<outputs {
        let (place, gradient) = (n * outputStride + k, grad[n * outputStride + k])
        expected[place] = bias[k]
        expectedBias[k] += gradient
        for c in 0..<inputs {
          expected[place] += input[n * inputStride + c] * weight[k * inputs + c]
          expectedInput[n * inputStride + c] += gradient * weight[k * inputs + c]
          expectedWeight[k * inputs + c] += gradient * input[n * inputStride + c]
        }
      }
    }
    #expect(largestDifference(output, expected) < 1e-5)
    #expect(largestDifference(inputGrad, expectedInput) < 1e-5)
    #expect(largestDifference(weightGrad, expectedWeight) < 1e-5)
    #expect(largestDifference(biasGrad, expectedBias) < 1e-5)
  }

  @Test func dropoutIsAFunctionOfItsKey() {
    func factors(key: UInt64, layer: UInt64, seed: UInt64 = 1) -> [Float] {
      var factors = [Float](repeating: .nan, count: 4000)
      fillDropoutFactors(
        probability: 0.25, seed: seed, key: key, layer: layer, count: 4000, into: &factors)
      return factors
    }
    let first = factors(key: 5, layer: 0)
    #expect(first == factors(key: 5, layer: 0))
    #expect(first != factors(key: 6, layer: 0))
    #expect(first != factors(key: 5, layer: 1))
    #expect(first != factors(key: 5, layer: 0, seed: 2))
    #expect(Set(first) == [0, 1 / 0.75])
    // Four standard deviations of a share of 4000 draws: 0.027.
    let dropped = Double(first.count { $0 == 0 }) / 4000
    #expect(abs(dropped - 0.25) < 0.028)
  }

  @Test(arguments: [Float(0), 0.1])
  func crossEntropyAndItsGradient(smoothing: Float) {
    let logits: [Float] = [0.3, -1.2, 2.5]
    func loss(_ logits: [Double]) -> Double {
      let total = logits.map { exp($0) }.reduce(0, +)
      return logits.indices.reduce(0) { sum, k in
        let target = Double(smoothing) / 3 + (k == 1 ? 1 - Double(smoothing) : 0)
        return sum - target * (logits[k] - log(total))
      }
    }
    var grad = [Float](repeating: .nan, count: 3)
    let found = crossEntropy(
      logits: logits, classes: 3, label: 1, smoothing: smoothing, weight: 0.25, logitsGrad: &grad)
    let values = logits.map(Double.init)
    #expect(abs(found - loss(values)) < 1e-9)
    for k in 0..<3 {
      var (above, below) = (values, values)
      above[k] += 1e-4
      below[k] -= 1e-4
      #expect(abs(Double(grad[k]) - 0.25 * (loss(above) - loss(below)) / 2e-4) < 1e-6)
    }
  }

  @Test func crossEntropyOfHugeLogitsIsFinite() {
    var grad = [Float](repeating: .nan, count: 2)
    let loss = crossEntropy(
      logits: [500, -500], classes: 2, label: 1, smoothing: 0, weight: 1, logitsGrad: &grad)
    #expect(abs(loss - 1000) < 1e-6)
    #expect(grad == [1, -1])
    let broken = crossEntropy(
      logits: [.nan, 0], classes: 2, label: 1, smoothing: 0, weight: 1, logitsGrad: &grad)
    #expect(broken.isNaN)
  }
}
