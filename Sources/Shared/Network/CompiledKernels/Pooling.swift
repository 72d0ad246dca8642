package import Kernels

extension CompiledKernels {
  /// See `KernelSet.averagePoolingForward`.
  package func averagePoolingForward(_ input: Maps, output: MutableFloatView) {
    let shape = input.shape
    assert(output.count == input.count * shape.paddedChannels, "a mean for each channel")
    // A block of channels of a picture becomes a vector of its row: ((n * blocks) + block) * lanes.
    for plane in 0..<input.count * shape.blocks {
      var sum = Vector.zero
      for pixel in 0..<shape.area {
        sum += load(input.start + plane * shape.planeCount + pixel &* lanes)
      }
      store(sum / Float(shape.area), to: output.start + plane * lanes)
    }
  }

  /// See `KernelSet.averagePoolingBackward`.
  package func averagePoolingBackward(outputGrad: FloatView, inputGrad: MutableMaps) {
    let shape = inputGrad.shape
    assert(outputGrad.count == inputGrad.count * shape.paddedChannels, "a gradient for each mean")
    // Each pixel has an equal part in the mean, and gets an equal part of its gradient.
    for plane in 0..<inputGrad.count * shape.blocks {
      let gradient = load(outputGrad.start + plane * lanes) / Float(shape.area)
      for pixel in 0..<shape.area {
        store(gradient, to: inputGrad.start + plane * shape.planeCount + pixel &* lanes)
      }
    }
  }
}
