#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// Softmax cross-entropy of one sample with label smoothing (Szegedy et al., Rethinking the Inception
/// Architecture, 2015, section 7; as in PyTorch, the smoothed share goes to all classes).
///
/// - Parameters:
///   - weight: the sample's share in the total loss, 1 / batch for a mean.
///   - logitsGrad: gradient of `weight` times the loss; overwritten.
/// - Returns: the loss of the sample, not weighted.
func crossEntropy(
  logits: UnsafePointer<Float>, classes: Int, label: Int, smoothing: Float, weight: Double,
  logitsGrad: UnsafeMutablePointer<Float>
) -> Double {
  var largest = logits[0]
  for k in 1..<classes where logits[k] > largest { largest = logits[k] }
  var total = 0.0
  for k in 0..<classes { total += exp(Double(logits[k]) - Double(largest)) }
  let logTotal = log(total) + Double(largest)
  let share = Double(smoothing) / Double(classes)
  var loss = 0.0
  for k in 0..<classes {
    let logProbability = Double(logits[k]) - logTotal
    let target = share + (k == label ? 1 - Double(smoothing) : 0)
    // A class that isn't asked for has no part in the loss, however unlikely it is.
    if target != 0 { loss -= target * logProbability }
    logitsGrad[k] = Float(weight * (exp(logProbability) - target))
  }
  return loss
}
