extension CompiledKernels {
  /// See `KernelSet.rectifierForward`.
  package func rectifierForward(_ values: UnsafeMutablePointer<Float>, count: Int) {
    for index in stride(from: 0, to: count, by: lanes) {
      store(load(values + index).rectified, to: values + index)
    }
  }

  /// See `KernelSet.rectifierBackward`.
  package func rectifierBackward(
    output: UnsafePointer<Float>, outputGrad: UnsafeMutablePointer<Float>, count: Int
  ) {
    for index in stride(from: 0, to: count, by: lanes) {
      let gradient = load(outputGrad + index)
      store(
        gradient.replacing(with: 0, where: load(output + index) .<= 0), to: outputGrad + index)
    }
  }
}
