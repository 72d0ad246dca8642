// BatchNorm is two operations with an exchange between them. Forward: measure, exchange, normalise.
// Backward: sum the gradients, exchange, turn them into the gradient of the input.

/// The half of BatchNorm that touches its input alone.
struct BatchNormMeasurement: Operation {
  let unit: BatchNormUnit
  let shape: BlockedShape
  let count: Int
  /// The input; after the backward pass its gradient.
  let values: UnsafeMutablePointer<Float>
  let outputGrad: UnsafePointer<Float>

  func forward(_ pass: TrainingPass) {
    measure(unit, shape, count: count, values, pass)
  }

  func backward(_ pass: TrainingPass) {
    batchNormBackwardInput(
      shape, count: count, outputGrad: outputGrad, values: values, mean: unit.mean,
      scale: unit.scale, gradMean: unit.gradMean, slope: unit.slope)
  }
}

/// The half of BatchNorm that makes its output, with a residual and a ReLU.
struct BatchNormNormalization: Operation {
  let unit: BatchNormUnit
  let shape: BlockedShape
  let count: Int
  let input: UnsafePointer<Float>
  let residual: UnsafePointer<Float>?
  let rectify: Bool
  let output: UnsafeMutablePointer<Float>
  /// After the backward pass also the gradient of the residual.
  let outputGrad: UnsafeMutablePointer<Float>

  func forward(_ pass: TrainingPass) {
    batchNormForward(
      shape, count: count, input: input, scale: unit.scale, shift: unit.shift, residual: residual,
      rectify: rectify, output: output)
  }

  func backward(_ pass: TrainingPass) {
    resetSums(unit)
    batchNormBackwardSums(
      shape, count: count, output: rectify ? UnsafePointer(output) : nil, outputGrad: outputGrad,
      input: input, mean: unit.mean, gradSum: &unit.gradSum, centredSum: &unit.centredSum)
    unit.addParameterGradients(to: pass.gradients)
  }
}

/// The half of the stem's BatchNorm that touches its input alone. Its output is never stored: what
/// follows is a max-pooling, whose gradient is spread out again plane by plane.
struct StemMeasurement: Operation {
  let stem: StemMemory

  func forward(_ pass: TrainingPass) {
    measure(stem.unit, stem.shape, count: stem.count, stem.values, pass)
  }

  func backward(_ pass: TrainingPass) {
    let (unit, shape) = (stem.unit, stem.shape)
    for plane in 0..<stem.count * shape.blocks {
      let channel = plane % shape.blocks * 8
      stem.spreadGradient(plane)
      batchNormBackwardInput(
        stem.planeShape, count: 1, outputGrad: stem.scratch,
        values: stem.values + plane * shape.planeCount, mean: unit.mean + channel,
        scale: unit.scale + channel, gradMean: unit.gradMean + channel,
        slope: unit.slope + channel)
    }
  }
}

/// The half of the stem's BatchNorm that makes its output, with ReLU and max-pooling.
struct StemNormalization: Operation {
  let stem: StemMemory

  func forward(_ pass: TrainingPass) {
    let (unit, shape) = (stem.unit, stem.shape)
    for plane in 0..<stem.count * shape.blocks {
      let channel = plane % shape.blocks * 8
      batchNormForward(
        stem.planeShape, count: 1, input: stem.values + plane * shape.planeCount,
        scale: unit.scale + channel, shift: unit.shift + channel, residual: nil, rectify: true,
        output: stem.scratch)
      let offset = plane * stem.pooledShape.planeCount
      blockedMaxPoolingForward(
        height: shape.height, width: shape.width, input: stem.scratch,
        output: stem.pooled + offset, winners: stem.winners + offset)
    }
  }

  func backward(_ pass: TrainingPass) {
    let (unit, shape) = (stem.unit, stem.shape)
    resetSums(unit)
    // The largest of a window is zero where the ReLU stopped all of it.
    rectifierBackward(
      output: stem.pooled, outputGrad: stem.pooledGrad,
      count: stem.count * stem.pooledShape.pictureCount)
    unit.gradSum.withUnsafeMutableBufferPointer { gradSum in
      unit.centredSum.withUnsafeMutableBufferPointer { centredSum in
        guard let gradSum = gradSum.baseAddress, let centredSum = centredSum.baseAddress else {
          return
        }
        for plane in 0..<stem.count * shape.blocks {
          let channel = plane % shape.blocks * 8
          stem.spreadGradient(plane)
          batchNormBackwardSums(
            stem.planeShape, count: 1, output: nil, outputGrad: stem.scratch,
            input: stem.values + plane * shape.planeCount, mean: unit.mean + channel,
            gradSum: gradSum + channel, centredSum: centredSum + channel)
        }
      }
    }
    unit.addParameterGradients(to: pass.gradients)
  }
}

/// Memory of the stem behind its convolution.
struct StemMemory {
  let unit: BatchNormUnit
  /// Of the convolution's output.
  let shape: BlockedShape
  let pooledShape: BlockedShape
  let count: Int
  /// The convolution's output; after the backward pass its gradient.
  let values: UnsafeMutablePointer<Float>
  let pooled: UnsafeMutablePointer<Float>
  let pooledGrad: UnsafeMutablePointer<Float>
  let winners: UnsafeMutablePointer<UInt8>
  /// One block of one picture.
  let scratch: UnsafeMutablePointer<Float>

  /// One block of one picture as a shape of its own.
  var planeShape: BlockedShape {
    BlockedShape(channels: 8, height: shape.height, width: shape.width)
  }

  /// Writes the gradient of the pooling's input, of one block of one picture, to `scratch`.
  func spreadGradient(_ plane: Int) {
    let offset = plane * pooledShape.planeCount
    blockedMaxPoolingBackward(
      height: shape.height, width: shape.width, outputGrad: pooledGrad + offset,
      winners: winners + offset, inputGrad: scratch)
  }
}

private func measure(
  _ unit: BatchNormUnit, _ shape: BlockedShape, count: Int, _ values: UnsafePointer<Float>,
  _ pass: TrainingPass
) {
  guard !pass.backboneFrozen || unit.layer.isHead else { return }
  unit.moments.reset()
  unit.moments.add(shape, count: count, values)
}

private func resetSums(_ unit: BatchNormUnit) {
  for channel in unit.gradSum.indices {
    unit.gradSum[channel] = 0
    unit.centredSum[channel] = 0
  }
}
