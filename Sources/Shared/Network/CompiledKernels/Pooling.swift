package import Kernels

extension CompiledKernels {
  /// See `KernelSet.averagePoolingForward`.
  package func averagePoolingForward(
    _ shape: BlockedShape, count: Int, input: UnsafePointer<Float>,
    output: UnsafeMutablePointer<Float>
  ) {
    for plane in 0..<count * shape.blocks {
      var sum = Vector.zero
      for pixel in 0..<shape.area { sum += load(input + plane * shape.planeCount + pixel &* lanes) }
      store(sum / Float(shape.area), to: output + plane * lanes)
    }
  }

  /// See `KernelSet.averagePoolingBackward`.
  package func averagePoolingBackward(
    _ shape: BlockedShape, count: Int, outputGrad: UnsafePointer<Float>,
    inputGrad: UnsafeMutablePointer<Float>
  ) {
    for plane in 0..<count * shape.blocks {
      let gradient = load(outputGrad + plane * lanes) / Float(shape.area)
      for pixel in 0..<shape.area {
        store(gradient, to: inputGrad + plane * shape.planeCount + pixel &* lanes)
      }
    }
  }
}
