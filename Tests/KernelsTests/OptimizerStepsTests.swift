import Kernels
import TestSupport
import Testing

/// The optimizers' steps against the obvious loops.
@Suite struct OptimizerStepsTests {
  private static let counts = [1, 7, 8, 15, 16, 33]

  private func close(_ left: [Float], _ right: [Double]) -> Bool {
    zip(left, right).allSatisfy { abs(Double($0) - $1) <= 1e-6 * max(1, abs($1)) }
  }

  @Test(arguments: TestedKernels.all, counts) func sgdMatchesObviousLoop(
    tested: TestedKernels, count: Int
  ) {
    for nesterov in [false, true] {
      let start = pseudoRandom(count + 3, seed: 1)
      let gradients = pseudoRandom(count + 3, seed: 4)
      let first = pseudoRandom(count + 3, seed: 5)
      var (parameters, buffers) = (start, first)
      tested.kernels.sgdStep(
        &parameters, gradients, momentumBuffer: &buffers, count: count,
        SGDFactors(
          learningRate: 0.5, gradientScale: 0.25, weightDecay: 0.125, momentum: 0.75,
          nesterov: nesterov))
      var (expected, expectedBuffers) = (start.map(Double.init), first.map(Double.init))
      for i in 0..<count {
        let gradient = Double(gradients[i]) * 0.25 + 0.125 * expected[i]
        expectedBuffers[i] = 0.75 * expectedBuffers[i] + gradient
        let buffer = expectedBuffers[i]
        expected[i] -= 0.5 * (nesterov ? gradient + 0.75 * buffer : buffer)
      }
      #expect(close(parameters, expected) && close(buffers, expectedBuffers))
    }
  }

  @Test(arguments: TestedKernels.all, counts) func adamWMatchesObviousLoop(
    tested: TestedKernels, count: Int
  ) {
    let start = pseudoRandom(count + 3, seed: 2)
    let gradients = pseudoRandom(count + 3, seed: 6)
    let (first, second) = (gradients.map { $0 / 2 }, start.map { $0 * $0 })
    var (parameters, mean, squares) = (start, first, second)
    tested.kernels.adamWStep(
      &parameters, gradients, mean: &mean, squareMean: &squares, count: count,
      AdamWFactors(
        gradientScale: 0.25, remaining: 0.875, meanShare: 0.125, squareDecay: 0.75,
        squareShare: 0.25, stepSize: 0.0625, deviationScale: 0.5, epsilon: 0.03125))
    var expected = start.map(Double.init)
    var (expectedMean, expectedSquares) = (first.map(Double.init), second.map(Double.init))
    for i in 0..<count {
      let gradient = Double(gradients[i]) * 0.25
      expectedMean[i] += 0.125 * (gradient - expectedMean[i])
      expectedSquares[i] = 0.75 * expectedSquares[i] + 0.25 * gradient * gradient
      let deviation = expectedSquares[i].squareRoot() / 0.5 + 0.03125
      expected[i] = expected[i] * 0.875 - 0.0625 * expectedMean[i] / deviation
    }
    #expect(close(parameters, expected))
    #expect(close(mean, expectedMean) && close(squares, expectedSquares))
  }

  @Test(arguments: TestedKernels.all, counts) func averageMovesFromTheNearerEnd(
    tested: TestedKernels, count: Int
  ) {
    let old = pseudoRandom(count + 3, seed: 3)
    let new = pseudoRandom(count + 3, seed: 7)
    for share: Float in [0, 0.25, 0.75, 1] {
      var average = old
      tested.kernels.moveAverage(&average, towards: new, count: count, share: share)
      let expected = old.indices.map { i in
        i < count ? Double(old[i]) + Double(share) * Double(new[i] - old[i]) : Double(old[i])
      }
      #expect(close(average, expected))
      if share == 1 { #expect(average.prefix(count) == new.prefix(count)) }
    }
  }
}
