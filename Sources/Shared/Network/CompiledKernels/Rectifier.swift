package import Kernels

extension CompiledKernels {
  /// See `KernelSet.rectifierForward`.
  package func rectifierForward(_ values: MutableFloatView) {
    assert(values.count.isMultiple(of: lanes), "whole vectors")
    for index in stride(from: 0, to: values.count, by: lanes) {
      store(load(values.start + index).rectified, to: values.start + index)
    }
  }

  /// See `KernelSet.rectifierBackward`.
  package func rectifierBackward(output: FloatView, outputGrad: MutableFloatView) {
    assert(output.count == outputGrad.count, "a gradient for each output")
    assert(output.count.isMultiple(of: lanes), "whole vectors")
    for index in stride(from: 0, to: output.count, by: lanes) {
      // Where the output is NaN the comparison is false: the gradient stays, so that a broken loss shows.
      let gradient = load(outputGrad.start + index)
      store(
        gradient.replacing(with: 0, where: load(output.start + index) .<= 0),
        to: outputGrad.start + index)
    }
  }
}
