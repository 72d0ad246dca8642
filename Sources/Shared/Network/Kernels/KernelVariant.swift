/// A layer's kernel with one number changed that was chosen by measurement: what `trainer tune` compares
/// with the kernel that is used.
package struct KernelVariant: Sendable {
  /// The number's name in `Tuning`, or "algorithm".
  package let number: String
  /// What is used, and what this kernel has instead.
  package let chosen, value: String
  /// The kernel with this value.
  package let kernel: any ConvolutionKernel

  /// Takes the values as they are.
  package init(number: String, chosen: String, value: String, kernel: any ConvolutionKernel) {
    self.number = number
    self.chosen = chosen
    self.value = value
    self.kernel = kernel
  }
}
