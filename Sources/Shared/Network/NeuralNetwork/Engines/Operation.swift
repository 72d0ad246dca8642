internal import Kernels

/// What the operations of one worker share during a step.
struct TrainingPass {
  let kernels: any KernelSet
  let times: LayerTimes
  /// All parameters, PyTorch's layout.
  let parameters: UnsafePointer<Float>
  /// Weights of convolutions, packed for the direction that is going on.
  let packedWeights: UnsafePointer<Float>
  /// The worker's gradients, see `ResNet18Layout.gradientCount`. Operations add, convolutions write.
  let gradients: UnsafeMutablePointer<Float>
  /// Stages that normalise with their running statistics and have no gradients.
  let frozenStages: Int
  let dropoutSeed: UInt64
  /// Of the worker's samples.
  let dropoutKeys: ArraySlice<UInt64>
}

/// One operation of a plan: knows where its input, output and their gradients lie.
protocol Operation {
  /// Computes the output from the input.
  func forward(_ pass: TrainingPass)
  /// Computes the gradient of the input from that of the output, and those of parameters.
  func backward(_ pass: TrainingPass)
}

/// What a worker does, in order; the backward pass goes through the same list from its end.
enum PlanStep {
  /// The worker alone.
  case operation(any Operation)
  /// BatchNorm number `index` needs statistics, or their gradients, of all that is normalised together.
  case exchange(index: Int)
}

struct AveragePoolingOperation: Operation {
  let input: Maps
  /// A row of whole blocks for each sample.
  let output: MutableFloatView
  let outputGrad: FloatView
  let inputGrad: MutableMaps

  func forward(_ pass: TrainingPass) {
    pass.kernels.averagePoolingForward(input, output: output)
  }

  func backward(_ pass: TrainingPass) {
    pass.kernels.averagePoolingBackward(outputGrad: outputGrad, inputGrad: inputGrad)
  }
}

/// Changes its values where they are, in both directions.
struct DropoutOperation: Operation {
  let layer: UInt64
  let probability: Float
  let count: Int
  let channels: Int
  /// Floats from one sample to the next.
  let stride: Int
  let values: UnsafeMutablePointer<Float>
  let valuesGrad: UnsafeMutablePointer<Float>
  let factors: UnsafeMutablePointer<Float>

  func forward(_ pass: TrainingPass) {
    for (n, key) in pass.dropoutKeys.enumerated() {
      fillDropoutFactors(
        probability: probability, seed: pass.dropoutSeed, key: key, layer: layer, count: channels,
        into: factors + n * stride)
    }
    for index in 0..<count * stride { values[index] *= factors[index] }
  }

  func backward(_ pass: TrainingPass) {
    for index in 0..<count * stride { valuesGrad[index] *= factors[index] }
  }
}

/// ReLU in the memory of its input, for a head without BatchNorm.
struct RectifierOperation: Operation {
  let values: MutableFloatView
  let valuesGrad: MutableFloatView

  func forward(_ pass: TrainingPass) {
    pass.kernels.rectifierForward(values)
  }

  func backward(_ pass: TrainingPass) {
    pass.kernels.rectifierBackward(output: FloatView(values), outputGrad: valuesGrad)
  }
}

struct LinearOperation: Operation {
  let layer: ResNet18Layout.Linear
  let count: Int
  let input: UnsafePointer<Float>
  let inputStride: Int
  let inputGrad: UnsafeMutablePointer<Float>
  let output: UnsafeMutablePointer<Float>
  let outputStride: Int
  let outputGrad: UnsafePointer<Float>

  func forward(_ pass: TrainingPass) {
    linearForward(
      count: count, inputs: layer.inputs, outputs: layer.outputs, input: input,
      inputStride: inputStride, weight: pass.parameters + layer.weight,
      bias: pass.parameters + layer.bias, output: output, outputStride: outputStride)
  }

  func backward(_ pass: TrainingPass) {
    linearBackward(
      count: count, inputs: layer.inputs, outputs: layer.outputs, input: input,
      inputStride: inputStride, weight: pass.parameters + layer.weight, outputGrad: outputGrad,
      outputStride: outputStride, inputGrad: inputGrad, weightGrad: pass.gradients + layer.weight,
      biasGrad: pass.gradients + layer.bias)
  }
}
