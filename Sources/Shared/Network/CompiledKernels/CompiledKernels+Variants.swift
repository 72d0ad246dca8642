package import Kernels

extension CompiledKernels {
  /// See `KernelSet.variants`.
  package func variants(
    _ shape: ConvolutionShape, pictures: Int
  ) -> [KernelVariant] {
    let chosen = convolution(shape, pictures: pictures)
    let algorithms = allConvolutions(shape, pictures: pictures)
      .filter { $0.algorithm != chosen.algorithm }
      .map {
        KernelVariant(
          number: "algorithm", chosen: chosen.algorithm, value: $0.algorithm, kernel: $0)
      }
    switch chosen {
    case is DirectConvolution:
      return algorithms
        + variants(shape, Tuning.directAlternatives) {
          DirectConvolution(shape, pictures: pictures, tuning: $0)
        }
    case is WinogradConvolution:
      return algorithms
        + variants(shape, Tuning.winogradAlternatives) {
          WinogradConvolution(shape, pictures: pictures, tuning: $0)
        }
    case is WinogradStridedConvolution:
      return algorithms
        + variants(shape, Tuning.stridedAlternatives) {
          WinogradStridedConvolution(shape, pictures: pictures, tuning: $0)
        }
    default:
      return algorithms
    }
  }

  /// The kernels that a layer has with each alternative of each number.
  private func variants(
    _ shape: ConvolutionShape, _ alternatives: [Tuning.Alternatives],
    _ make: (Tuning) -> any ConvolutionKernel
  ) -> [KernelVariant] {
    let chosen = Tuning(shape)
    return alternatives.flatMap { alternative in
      let usual = chosen[keyPath: alternative.number]
      return alternative.values.filter { $0 != usual }.map { value in
        var changed = chosen
        changed[keyPath: alternative.number] = value
        return KernelVariant(
          number: alternative.name, chosen: "\(usual)", value: "\(value)", kernel: make(changed))
      }
    }
  }
}
