internal import Kernels

/// A convolution and the half of its BatchNorm that touches the convolution's output alone: measuring
/// it, and turning its gradient back.
///
/// Pictures go through both in groups, so that what one made is still in the cache for the other.
struct ConvolutionOperation: Operation {
  let layer: ResNet18Layout.Convolution
  /// The BatchNorm after it.
  let unit: BatchNormUnit
  let count: Int
  let input: UnsafePointer<Float>
  /// The BatchNorm that the input still has to go through, with a ReLU; nil for a finished input.
  let inputUnit: BatchNormUnit?
  /// The stage that made the input: where it is frozen, the input's gradient is not needed.
  let inputStage: Int
  /// The output; after the backward pass its gradient.
  let values: UnsafeMutablePointer<Float>
  /// Gradient of the BatchNorm's output.
  let outputGrad: UnsafePointer<Float>
  let inputGrad: UnsafeMutablePointer<Float>
  /// Whether `inputGrad` holds the gradient of another use of the input, to add to.
  let addsInputGrad: Bool
  let memory: ConvolutionMemory

  private var source: ConvolutionInput {
    ConvolutionInput(input, scale: inputUnit?.scale.start, shift: inputUnit?.shift.start)
  }

  func forward(_ pass: TrainingPass) {
    let (shape, maps) = (layer.shape, layer.shape.output)
    unit.beginMeasuring(pass)
    forEachGroup { first, count in
      let output = values + first * maps.pictureCount
      pass.times.time(layer.name, .forward) {
        layer.kernel.forward(
          count: count, input: source.advanced(by: first * shape.inputCount),
          weight: pass.packedWeights + layer.packed, output: ConvolutionOutput(output),
          scratch: memory.scratch.start)
      }
      pass.times.time(layer.name, .normalization) {
        unit.measure(Maps(output, maps, count: count), pass)
      }
    }
  }

  func backward(_ pass: TrainingPass) {
    let (shape, maps) = (layer.shape, layer.shape.output)
    // A projection's gradients share their memory: the first picture's input would overwrite what
    // other pictures' outputs still need.
    let sharesGrad = UnsafePointer(inputGrad) == outputGrad
    if sharesGrad { normalizeBackward(first: 0, count: count, pass) }
    forEachGroup { first, count in
      let grad = values + first * maps.pictureCount
      if !sharesGrad { normalizeBackward(first: first, count: count, pass) }
      pass.times.time(layer.name, .weightGrad) {
        layer.kernel.weightGrad(
          count: count, input: source.advanced(by: first * shape.inputCount), outputGrad: grad,
          sums: memory.gradSums, isFirst: first == 0, isLast: first + count == self.count,
          weightGrad: pass.gradients + layer.packedGrad, scratch: memory.scratch.start)
      }
      guard inputStage >= pass.frozenStages else { return }
      pass.times.time(layer.name, .inputGrad) {
        layer.kernel.inputGrad(
          count: count, outputGrad: grad, weight: pass.packedWeights + layer.packedBackward,
          inputGrad: inputGrad + first * shape.inputCount, adds: addsInputGrad,
          scratch: memory.scratch.start)
      }
    }
  }

  /// The gradient of the BatchNorm's output to that of the convolution's, which it overwrites.
  private func normalizeBackward(first: Int, count: Int, _ pass: TrainingPass) {
    let maps = layer.shape.output
    let offset = first * maps.pictureCount
    pass.times.time(layer.name, .normalization) {
      pass.kernels.batchNormBackwardInput(
        outputGrad: Maps(outputGrad + offset, maps, count: count),
        values: MutableMaps(values + offset, maps, count: count), unit.gradient)
    }
  }

  private func forEachGroup(_ body: (_ first: Int, _ count: Int) -> Void) {
    for first in stride(from: 0, to: count, by: layer.kernel.group) {
      body(first, min(layer.kernel.group, count - first))
    }
  }
}

/// Memory that all convolutions of a worker use in turn.
struct ConvolutionMemory {
  let scratch: MutableFloatView
  let gradSums: UnsafeMutablePointer<Float>

  init(_ layout: ResNet18Layout, memory: FloatMemory) {
    scratch = MutableFloatView(
      memory.floats(layout.scratchCount), count: layout.scratchCount)
    gradSums = memory.floats(layout.convolutions.map(\.kernel.gradSumCount).max() ?? 0)
  }
}

/// The stem: a convolution of the pictures, which need no gradient, and the half of its BatchNorm that
/// touches the convolution's output alone. Behind it comes a max-pooling.
struct StemConvolution: Operation {
  let layer: ResNet18Layout.Convolution
  let pictures: UnsafePointer<Float>
  let stem: StemMemory
  let memory: ConvolutionMemory

  func forward(_ pass: TrainingPass) {
    stem.unit.beginMeasuring(pass)
    for n in 0..<stem.values.count {
      let output = stem.values[n..<n + 1]
      pass.times.time(layer.name, .forward) {
        layer.kernel.forward(
          count: 1, input: ConvolutionInput(pictures + n * layer.shape.inputCount),
          weight: pass.packedWeights + layer.packed, output: ConvolutionOutput(output.start),
          scratch: memory.scratch.start)
      }
      pass.times.time(layer.name, .normalization) {
        stem.unit.measure(Maps(output), pass)
      }
    }
  }

  func backward(_ pass: TrainingPass) {
    let unit = stem.unit
    for n in 0..<stem.values.count {
      let grad = stem.values[n..<n + 1]
      pass.times.time(layer.name, .normalization) {
        pass.kernels.normalizedPoolingBackwardInput(
          output: Maps(stem.pooled[n..<n + 1]), outputGrad: Maps(stem.pooledGrad[n..<n + 1]),
          values: grad, unit.gradient, shift: FloatView(unit.shift), scratch: memory.scratch)
      }
      pass.times.time(layer.name, .weightGrad) {
        layer.kernel.weightGrad(
          count: 1, input: ConvolutionInput(pictures + n * layer.shape.inputCount),
          outputGrad: grad.start, sums: memory.gradSums, isFirst: n == 0,
          isLast: n + 1 == stem.values.count, weightGrad: pass.gradients + layer.packedGrad,
          scratch: memory.scratch.start)
      }
    }
  }
}

/// Memory of the stem after its convolution.
struct StemMemory {
  let unit: BatchNormUnit
  /// The convolution's output; after the backward pass its gradient.
  let values: MutableMaps
  let pooled: MutableMaps
  let pooledGrad: MutableMaps
}
