internal import Randomness

/// Factors of dropout for one sample: 0 with probability `probability`, else 1 / (1 - probability).
///
/// A function of the seed, the sample and the layer, whichever worker asks.
///
/// - Parameters:
///   - key: identifies the sample and when it is seen (epoch).
///   - layer: number of the dropout layer.
func fillDropoutFactors(
  probability: Float, seed: UInt64, key: UInt64, layer: UInt64, count: Int,
  into factors: UnsafeMutablePointer<Float>
) {
  var stream = RandomStream(seed: seed, .dropout, key, layer)
  let kept = 1 / (1 - probability)
  for index in 0..<count { factors[index] = stream.uniform() < probability ? 0 : kept }
}
