extension InferenceEngine {
  /// The activation maps of samples 0..<count with their logits, computed `maximumBatch` at a time.
  /// Costs little more than the logits.
  ///
  /// - Parameter fill: writes a sample's picture, (h, w, 3), normalised floats, all of them; called
  ///   once per sample, on the workers' threads.
  /// - Precondition: `load` was called; `count` is not negative.
  package func activationMaps(
    count: Int,
    fill: @Sendable (_ sample: Int, _ picture: UnsafeMutableBufferPointer<Float>) -> Void
  ) -> [ActivationMap] {
    var maps: [ActivationMap] = []
    maps.reserveCapacity(max(0, count))
    runAll(count: count, fill: fill) { plan, weights, samples in
      for index in 0..<samples { maps.append(plan.activationMap(index, weights)) }
    }
    return maps
  }
}
