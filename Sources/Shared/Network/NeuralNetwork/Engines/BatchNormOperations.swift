internal import Kernels

// BatchNorm is two operations with an exchange between them. Forward: measure, exchange, normalise.
// Backward: sum the gradients, exchange, turn them into the gradient of the input. Behind a
// convolution the first of them is the convolution's own business.

/// The half of a head's BatchNorm that touches its input alone.
struct BatchNormMeasurement: Operation {
  let unit: BatchNormUnit
  /// The input; after the backward pass its gradient.
  let values: MutableMaps
  let outputGrad: Maps

  func forward(_ pass: TrainingPass) {
    unit.beginMeasuring(pass)
    unit.measure(Maps(values), pass)
  }

  func backward(_ pass: TrainingPass) {
    pass.kernels.batchNormBackwardInput(
      outputGrad: outputGrad, values: values, unit.gradient)
  }
}

/// The half of BatchNorm that makes its output, with a residual and a ReLU.
struct BatchNormNormalization: Operation {
  /// The layer that its time counts for.
  let name: String
  let unit: BatchNormUnit
  let input: Maps
  let residual: Maps?
  let rectify: Bool
  /// nil if who reads the output computes it again from the input, with its ReLU.
  let output: MutableMaps?
  /// After the backward pass also the gradient of the residual.
  let outputGrad: MutableMaps

  func forward(_ pass: TrainingPass) {
    guard let output else { return }
    pass.times.time(name, .normalization) {
      pass.kernels.batchNormForward(
        input, scale: FloatView(unit.scale), shift: FloatView(unit.shift), residual: residual,
        rectify: rectify, output: output)
    }
  }

  func backward(_ pass: TrainingPass) {
    pass.times.time(name, .normalization) {
      unit.resetGradSums()
      pass.kernels.batchNormBackwardSums(
        input, mask: mask, outputGrad: outputGrad, mean: FloatView(unit.mean),
        gradSum: &unit.gradSum, centredSum: &unit.centredSum)
      unit.addParameterGradients(to: pass.gradients)
    }
  }

  private var mask: RectifierMask {
    if !rectify { return .everywhere }
    guard let output else {
      return .normalized(scale: FloatView(unit.scale), shift: FloatView(unit.shift))
    }
    return .output(Maps(output))
  }
}

/// The half of the stem's BatchNorm that makes its output, with ReLU and max-pooling.
struct StemNormalization: Operation {
  let stem: StemMemory

  func forward(_ pass: TrainingPass) {
    pass.times.time("maxpool", .normalization) {
      pass.kernels.normalizedPoolingForward(
        Maps(stem.values), scale: FloatView(stem.unit.scale), shift: FloatView(stem.unit.shift),
        output: stem.pooled)
    }
  }

  func backward(_ pass: TrainingPass) {
    let unit = stem.unit
    pass.times.time("maxpool", .normalization) {
      unit.resetGradSums()
      pass.kernels.normalizedPoolingBackwardSums(
        Maps(stem.values), scale: FloatView(unit.scale), shift: FloatView(unit.shift),
        mean: FloatView(unit.mean), output: Maps(stem.pooled), outputGrad: Maps(stem.pooledGrad),
        gradSum: &unit.gradSum, centredSum: &unit.centredSum)
      unit.addParameterGradients(to: pass.gradients)
    }
  }
}
