extension CompiledKernels {
  /// See `KernelSet.rectifierForward`.
  package func rectifierForward(_ values: UnsafeMutablePointer<Float>, count: Int) {
    for place in stride(from: 0, to: count, by: lanes) {
      store(load(values + place).rectified, to: values + place)
    }
  }

  /// See `KernelSet.rectifierBackward`.
  package func rectifierBackward(
    output: UnsafePointer<Float>, outputGrad: UnsafeMutablePointer<Float>, count: Int
  ) {
    for place in stride(from: 0, to: count, by: lanes) {
      let gradient = load(outputGrad + place)
      store(
        gradient.replacing(with: 0, where: load(output + place) .<= 0), to: outputGrad + place)
    }
  }
}
