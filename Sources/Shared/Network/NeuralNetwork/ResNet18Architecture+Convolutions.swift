package import Kernels

extension ResNet18Architecture {
  /// The convolutions in the order of the state_dict: the layer's name and the dimensions that these
  /// kernels compute.
  package func convolutions(
    _ kernels: any KernelSet
  ) -> [(name: String, shape: ConvolutionShape)] {
    ResNet18Layout(self, kernels: kernels, pictures: 1).convolutions.map { ($0.name, $0.shape) }
  }
}
