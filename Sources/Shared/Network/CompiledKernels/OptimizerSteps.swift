package import Kernels

extension CompiledKernels {
  /// See `KernelSet.sgdStep`.
  package func sgdStep(
    _ parameters: MutableFloatView, _ gradients: FloatView, momentumBuffer: MutableFloatView,
    _ factors: SGDFactors
  ) {
    let count = parameters.count
    assert(gradients.count == count && momentumBuffer.count == count, "numbers for each parameter")
    let (parameters, gradients) = (parameters.start, gradients.start)
    let momentumBuffer = momentumBuffer.start
    // gradient = scale * gradient + decay * parameter
    // buffer = momentum * buffer + gradient
    // parameter -= rate * (buffer, or with Nesterov gradient + momentum * buffer)
    let scale = Vector(repeating: factors.gradientScale)
    for index in stride(from: 0, to: count, by: lanes) {
      // The last vector may be part of one: parameters of the next run follow it.
      let size = min(lanes, count &- index)
      let value = load(parameters + index, first: size)
      let gradient = (load(gradients + index, first: size) * scale)
        .adding(factors.weightDecay, times: value)
      let buffer = gradient.adding(
        factors.momentum, times: load(momentumBuffer + index, first: size))
      // Not 0 * gradient + buffer without Nesterov: that would turn a gradient that is not finite into
      // NaN one step early.
      let change = factors.nesterov ? gradient.adding(factors.momentum, times: buffer) : buffer
      store(buffer, to: momentumBuffer + index, first: size)
      store(
        value.adding(-factors.learningRate, times: change), to: parameters + index, first: size)
    }
  }

  /// See `KernelSet.adamWStep`.
  package func adamWStep(
    _ parameters: MutableFloatView, _ gradients: FloatView, mean: MutableFloatView,
    squareMean: MutableFloatView, _ factors: AdamWFactors
  ) {
    let count = parameters.count
    assert(
      gradients.count == count && mean.count == count && squareMean.count == count,
      "numbers for each parameter")
    let (parameters, gradients) = (parameters.start, gradients.start)
    let (mean, squareMean) = (mean.start, squareMean.start)
    // mean += (1 - beta1) * (gradient - mean)
    // squareMean = beta2 * squareMean + (1 - beta2) * gradient^2
    // parameter = (1 - rate * decay) * parameter - step * mean / (sqrt(squareMean) / correction + epsilon)
    let scale = Vector(repeating: factors.gradientScale)
    let remaining = Vector(repeating: factors.remaining)
    let squareDecay = Vector(repeating: factors.squareDecay)
    let squareShare = Vector(repeating: factors.squareShare)
    let stepSize = Vector(repeating: factors.stepSize)
    let deviationScale = Vector(repeating: factors.deviationScale)
    let epsilon = Vector(repeating: factors.epsilon)
    for index in stride(from: 0, to: count, by: lanes) {
      let size = min(lanes, count &- index)
      let gradient = load(gradients + index, first: size) * scale
      let oldMean = load(mean + index, first: size)
      let newMean = oldMean.adding(factors.meanShare, times: gradient - oldMean)
      let square = (squareDecay * load(squareMean + index, first: size))
        .adding(squareShare * gradient, times: gradient)
      let deviation = root(square) / deviationScale + epsilon
      let value = load(parameters + index, first: size) * remaining - stepSize * newMean / deviation
      store(newMean, to: mean + index, first: size)
      store(square, to: squareMean + index, first: size)
      store(value, to: parameters + index, first: size)
    }
  }

  /// See `KernelSet.moveAverage`.
  package func moveAverage(
    _ average: MutableFloatView, towards current: FloatView, share: Float
  ) {
    let count = average.count
    assert(current.count == count, "a number for each average")
    let (average, current) = (average.start, current.start)
    for index in stride(from: 0, to: count, by: lanes) {
      let size = min(lanes, count &- index)
      let (old, new) = (load(average + index, first: size), load(current + index, first: size))
      // From the nearer end, so that a share of one gives `current` to the bit.
      let result =
        share < 0.5
        ? old.adding(share, times: new - old) : new.adding(share - 1, times: new - old)
      store(result, to: average + index, first: size)
    }
  }
}

/// The root of numbers that are not negative. Only the magnitude tells the compiler so; a root of what
/// may be negative is a call for each lane.
@inline(__always)
private func root(_ squares: Vector) -> Vector {
  var result = Vector.zero
  for lane in 0..<lanes { result[lane] = squares[lane].magnitude.squareRoot() }
  return result
}

/// The first floats at an address, then zeros.
@inline(__always)
private func load(_ address: UnsafePointer<Float>, first count: Int) -> Vector {
  guard count < lanes else { return load(address) }
  var result = Vector.zero
  for lane in 0..<count { result[lane] = address[lane] }
  return result
}

/// Writes the first lanes of a vector to an address.
@inline(__always)
private func store(
  _ vector: Vector, to address: UnsafeMutablePointer<Float>, first count: Int
) {
  guard count < lanes else { return store(vector, to: address) }
  for lane in 0..<count { address[lane] = vector[lane] }
}
