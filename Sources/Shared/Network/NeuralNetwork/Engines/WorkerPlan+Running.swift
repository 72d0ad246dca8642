extension WorkerPlan {
  /// Steps between two exchanges; between segment `i` and the next lies the exchange of unit `i`.
  var segments: [Range<Int>] {
    var segments: [Range<Int>] = []
    var start = 0
    for (number, step) in steps.enumerated() {
      guard case .exchange = step else { continue }
      segments.append(start..<number)
      start = number + 1
    }
    return segments + [start..<steps.count]
  }

  /// Logits of the worker's samples, `count x classes`.
  var logitsOfSamples: UnsafeBufferPointer<Float> {
    UnsafeBufferPointer(start: logits, count: count * classes)
  }

  /// Has the worker's pictures written, samples from `start` on.
  func fillPictures(
    from start: Int, _ fill: (Int, UnsafeMutableBufferPointer<Float>) -> Void
  ) {
    let clock = ContinuousClock()
    let begin = clock.now
    for n in 0..<count {
      fill(
        start + n,
        UnsafeMutableBufferPointer(start: pictures + n * pictureCount, count: pictureCount))
    }
    fillSeconds = (clock.now - begin) / .seconds(1)
  }

  /// Computes the worker's part of the loss and the gradient of its logits.
  ///
  /// - Parameter weight: the share of a sample in the loss.
  func computeLoss(labels: ArraySlice<Int>, smoothing: Float, weight: Double) {
    lossSum = 0
    for (n, label) in labels.enumerated() {
      lossSum += crossEntropy(
        logits: logits + n * classes, classes: classes, label: label, smoothing: smoothing,
        weight: weight, logitsGrad: logitsGrad + n * classes)
    }
  }
}
