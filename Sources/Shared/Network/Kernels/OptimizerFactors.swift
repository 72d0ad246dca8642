/// What one step of SGD multiplies with.
package struct SGDFactors: Sendable {
  /// The decay is added to the gradient, which is scaled first.
  package let learningRate, gradientScale, weightDecay, momentum: Float
  /// Whether a step moves by gradient + momentum * buffer instead of the buffer alone.
  package let nesterov: Bool

  /// Takes the factors as they are.
  package init(
    learningRate: Float, gradientScale: Float, weightDecay: Float, momentum: Float, nesterov: Bool
  ) {
    self.learningRate = learningRate
    self.gradientScale = gradientScale
    self.weightDecay = weightDecay
    self.momentum = momentum
    self.nesterov = nesterov
  }
}

/// What one step of AdamW multiplies with.
package struct AdamWFactors: Sendable {
  /// Factor of each gradient.
  package let gradientScale: Float
  /// What the decay leaves of a parameter.
  package let remaining: Float
  /// Share of the gradient in its new mean: 1 - beta1.
  package let meanShare: Float
  /// What remains of the mean of squares, beta2, and the share of the new square.
  package let squareDecay, squareShare: Float
  /// The learning rate, corrected for the steps that went into the mean.
  package let stepSize: Float
  /// What the root of the mean of squares is divided by, for the steps that went into it.
  package let deviationScale: Float
  /// Added to the deviation.
  package let epsilon: Float

  /// Takes the factors as they are.
  package init(
    gradientScale: Float, remaining: Float, meanShare: Float, squareDecay: Float,
    squareShare: Float, stepSize: Float, deviationScale: Float, epsilon: Float
  ) {
    self.gradientScale = gradientScale
    self.remaining = remaining
    self.meanShare = meanShare
    self.squareDecay = squareDecay
    self.squareShare = squareShare
    self.stepSize = stepSize
    self.deviationScale = deviationScale
    self.epsilon = epsilon
  }
}
