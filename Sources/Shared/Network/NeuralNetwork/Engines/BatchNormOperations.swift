internal import Kernels

// BatchNorm is two operations with an exchange between them. Forward: measure, exchange, normalise.
// Backward: sum the gradients, exchange, turn them into the gradient of the input. Behind a
// convolution the first of them is the convolution's own business.

/// The half of a head's BatchNorm that touches its input alone.
struct BatchNormMeasurement: Operation {
  let unit: BatchNormUnit
  let shape: BlockedShape
  let count: Int
  /// The input; after the backward pass its gradient.
  let values: UnsafeMutablePointer<Float>
  let outputGrad: UnsafePointer<Float>

  func forward(_ pass: TrainingPass) {
    unit.beginMeasuring(pass)
    unit.measure(shape, count: count, values, pass)
  }

  func backward(_ pass: TrainingPass) {
    pass.kernels.batchNormBackwardInput(
      shape, count: count, outputGrad: outputGrad, values: values, mean: unit.mean,
      scale: unit.scale, gradMean: unit.gradMean, slope: unit.slope)
  }
}

/// The half of BatchNorm that makes its output, with a residual and a ReLU.
struct BatchNormNormalization: Operation {
  /// The layer that its time counts for.
  let name: String
  let unit: BatchNormUnit
  let shape: BlockedShape
  let count: Int
  let input: UnsafePointer<Float>
  let residual: UnsafePointer<Float>?
  let rectify: Bool
  /// nil if who reads the output computes it again from the input, with its ReLU.
  let output: UnsafeMutablePointer<Float>?
  /// After the backward pass also the gradient of the residual.
  let outputGrad: UnsafeMutablePointer<Float>

  func forward(_ pass: TrainingPass) {
    guard let output else { return }
    pass.times.time(name, .normalization) {
      pass.kernels.batchNormForward(
        shape, count: count, input: input, scale: unit.scale, shift: unit.shift,
        residual: residual, rectify: rectify, output: output)
    }
  }

  func backward(_ pass: TrainingPass) {
    pass.times.time(name, .normalization) {
      unit.resetGradSums()
      pass.kernels.batchNormBackwardSums(
        shape, count: count, mask: mask, outputGrad: outputGrad, input: input, mean: unit.mean,
        gradSum: &unit.gradSum, centredSum: &unit.centredSum)
      unit.addParameterGradients(to: pass.gradients)
    }
  }

  private var mask: RectifierMask {
    if !rectify { return .everywhere }
    return output.map { .output($0) } ?? .normalized(scale: unit.scale, shift: unit.shift)
  }
}

/// The half of the stem's BatchNorm that makes its output, with ReLU and max-pooling.
struct StemNormalization: Operation {
  let stem: StemMemory

  func forward(_ pass: TrainingPass) {
    pass.times.time("maxpool", .normalization) {
      pass.kernels.normalizedPoolingForward(
        stem.shape, count: stem.count, input: stem.values, scale: stem.unit.scale,
        shift: stem.unit.shift, output: stem.pooled)
    }
  }

  func backward(_ pass: TrainingPass) {
    let unit = stem.unit
    pass.times.time("maxpool", .normalization) {
      unit.resetGradSums()
      pass.kernels.normalizedPoolingBackwardSums(
        stem.shape, count: stem.count, input: stem.values, scale: unit.scale, shift: unit.shift,
        mean: unit.mean, output: stem.pooled, outputGrad: stem.pooledGrad, gradSum: &unit.gradSum,
        centredSum: &unit.centredSum)
      unit.addParameterGradients(to: pass.gradients)
    }
  }
}
