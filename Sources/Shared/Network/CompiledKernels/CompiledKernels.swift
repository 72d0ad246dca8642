package import Kernels

/// The kernels of this folder as they are compiled for this module's kind of processor.
///
/// Each file of this folder extends it by the kernels that the file is named after. What is here is the
/// choice of the algorithm of a convolution.
package struct CompiledKernels: KernelSet {
  private let usesWinograd: Bool

  /// - Parameter usesWinograd: whether convolutions may go through Winograd's algorithm.
  package init(usesWinograd: Bool = true) {
    self.usesWinograd = usesWinograd
  }

  /// See `KernelSet.directly`.
  package var directly: any KernelSet { CompiledKernels(usesWinograd: false) }

  /// See `KernelSet.name`.
  package var name: String {
    #if AVX512
      "AVX-512"
    #elseif FMA
      "AVX2"
    #else
      "portable"
    #endif
  }

  /// See `KernelSet.lanes`.
  package var lanes: Int { Vector.scalarCount }

  /// See `KernelSet.convolution`.
  package func convolution(
    _ shape: ConvolutionShape, pictures: Int
  ) -> any ConvolutionKernel {
    // Each algorithm says which dimensions it computes; one of them at most. What it isn't faster
    // for is computed directly. See the numbers in `Tuning`.
    if usesWinograd, WinogradPictureConvolution.computes(shape) {
      let winograd = WinogradPictureConvolution(shape)
      return winograd.fillsGroups ? winograd : DirectConvolution(shape, pictures: pictures)
    }
    if usesWinograd, WinogradStridedConvolution.computes(shape) {
      let winograd = WinogradStridedConvolution(shape, pictures: pictures)
      return winograd.isFaster ? winograd : DirectConvolution(shape, pictures: pictures)
    }
    guard usesWinograd, WinogradConvolution.computes(shape) else {
      return DirectConvolution(shape, pictures: pictures)
    }
    let winograd = WinogradConvolution(shape, pictures: pictures)
    return winograd.steps.totalTiles < Tuning.fewestTiles
      ? DirectConvolution(shape, pictures: pictures) : winograd
  }

  /// See `KernelSet.directConvolution`.
  package func directConvolution(_ shape: ConvolutionShape) -> any ConvolutionKernel {
    DirectConvolution(shape, pictures: 1)
  }

  /// See `KernelSet.allConvolutions`.
  package func allConvolutions(
    _ shape: ConvolutionShape, pictures: Int
  ) -> [any ConvolutionKernel] {
    let direct = DirectConvolution(shape, pictures: pictures)
    if WinogradPictureConvolution.computes(shape) {
      return [direct, WinogradPictureConvolution(shape)]
    }
    if WinogradStridedConvolution.computes(shape) {
      return [direct, WinogradStridedConvolution(shape, pictures: pictures)]
    }
    guard WinogradConvolution.computes(shape) else { return [direct] }
    return [direct, WinogradConvolution(shape, pictures: pictures)]
  }
}
