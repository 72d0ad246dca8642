package import Kernels

/// The kernels of this folder as they are compiled for this module's kind of processor.
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
    // Transformed weights are four times as large: for a handful of tiles reading them takes longer
    // than the multiplications that they save.
    let winograd = WinogradConvolution(shape, pictures: pictures)
    return pictures * winograd.tiles < 12 ? DirectConvolution(shape, pictures: pictures) : winograd
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

  /// See `KernelSet.unpackSum`.
  package func unpackSum(
    _ shape: ConvolutionShape, _ packed: [UnsafeMutablePointer<Float>], outputs: Range<Int>,
    into weightGrad: UnsafeMutablePointer<Float>
  ) {
    unpackGradientSum(shape, packed, outputs: outputs, into: weightGrad)
  }

  /// See `KernelSet.batchNormForward`.
  package func batchNormForward(
    _ shape: BlockedShape, count: Int, input: UnsafePointer<Float>, scale: UnsafePointer<Float>,
    shift: UnsafePointer<Float>, residual: UnsafePointer<Float>?, rectify: Bool,
    output: UnsafeMutablePointer<Float>
  ) {
    normalizeForward(
      shape, count: count, input: input, scale: scale, shift: shift, residual: residual,
      rectify: rectify, output: output)
  }

  /// See `KernelSet.batchNormBackwardSums`.
  package func batchNormBackwardSums(
    _ shape: BlockedShape, count: Int, mask: RectifierMask,
    outputGrad: UnsafeMutablePointer<Float>, input: UnsafePointer<Float>,
    mean: UnsafePointer<Float>, gradSum: UnsafeMutablePointer<Double>,
    centredSum: UnsafeMutablePointer<Double>
  ) {
    sumNormalizedGrad(
      shape, count: count, mask: mask, outputGrad: outputGrad, input: input, mean: mean,
      gradSum: gradSum, centredSum: centredSum)
  }

  /// See `KernelSet.batchNormBackwardInput`.
  package func batchNormBackwardInput(
    _ shape: BlockedShape, count: Int, outputGrad: UnsafePointer<Float>,
    values: UnsafeMutablePointer<Float>, mean: UnsafePointer<Float>,
    scale: UnsafePointer<Float>, gradMean: UnsafePointer<Float>, slope: UnsafePointer<Float>
  ) {
    normalizeBackward(
      shape, count: count, outputGrad: outputGrad, values: values, mean: mean, scale: scale,
      gradMean: gradMean, slope: slope)
  }

  /// See `KernelSet.addMoments`.
  package func addMoments(
    _ shape: BlockedShape, count: Int, _ maps: UnsafePointer<Float>,
    to moments: inout ChannelMoments
  ) {
    addChannelMoments(shape, count: count, maps, to: &moments)
  }

  /// See `KernelSet.normalizedPoolingForward`.
  package func normalizedPoolingForward(
    _ shape: BlockedShape, count: Int, input: UnsafePointer<Float>, scale: UnsafePointer<Float>,
    shift: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>
  ) {
    poolNormalized(
      shape, count: count, input: input, scale: scale, shift: shift, output: output)
  }

  /// See `KernelSet.normalizedPoolingBackwardSums`.
  package func normalizedPoolingBackwardSums(
    _ shape: BlockedShape, count: Int, input: UnsafePointer<Float>, scale: UnsafePointer<Float>,
    shift: UnsafePointer<Float>, mean: UnsafePointer<Float>, output: UnsafePointer<Float>,
    outputGrad: UnsafePointer<Float>, gradSum: UnsafeMutablePointer<Double>,
    centredSum: UnsafeMutablePointer<Double>
  ) {
    sumPooledGrad(
      shape, count: count, input: input, scale: scale, shift: shift, mean: mean, output: output,
      outputGrad: outputGrad, gradSum: gradSum, centredSum: centredSum)
  }

  /// See `KernelSet.normalizedPoolingBackwardInput`.
  package func normalizedPoolingBackwardInput(
    _ shape: BlockedShape, count: Int, output: UnsafePointer<Float>,
    outputGrad: UnsafePointer<Float>, values: UnsafeMutablePointer<Float>,
    mean: UnsafePointer<Float>, scale: UnsafePointer<Float>, shift: UnsafePointer<Float>,
    gradMean: UnsafePointer<Float>, slope: UnsafePointer<Float>,
    scratch: UnsafeMutablePointer<Float>
  ) {
    spreadPooledGrad(
      shape, count: count, output: output, outputGrad: outputGrad, values: values, mean: mean,
      scale: scale, shift: shift, gradMean: gradMean, slope: slope, scratch: scratch)
  }

  /// See `KernelSet.maxPoolingForward`.
  package func maxPoolingForward(
    _ shape: BlockedShape, count: Int, input: UnsafePointer<Float>,
    output: UnsafeMutablePointer<Float>
  ) {
    poolMaximum(shape, count: count, input: input, output: output)
  }

  /// See `KernelSet.ceilPoolingForward`.
  package func ceilPoolingForward(
    _ shape: CeilPoolingShape, count: Int, input: UnsafePointer<Float>,
    output: UnsafeMutablePointer<Float>, outputPlane: Int
  ) {
    poolCeiling(shape, count: count, input: input, output: output, outputPlane: outputPlane)
  }

  /// See `KernelSet.averagePoolingForward`.
  package func averagePoolingForward(
    _ shape: BlockedShape, count: Int, input: UnsafePointer<Float>,
    output: UnsafeMutablePointer<Float>
  ) {
    poolAverage(shape, count: count, input: input, output: output)
  }

  /// See `KernelSet.averagePoolingBackward`.
  package func averagePoolingBackward(
    _ shape: BlockedShape, count: Int, outputGrad: UnsafePointer<Float>,
    inputGrad: UnsafeMutablePointer<Float>
  ) {
    poolAverageBackward(shape, count: count, outputGrad: outputGrad, inputGrad: inputGrad)
  }

  /// See `KernelSet.rectifierForward`.
  package func rectifierForward(_ values: UnsafeMutablePointer<Float>, count: Int) {
    rectify(values, count: count)
  }

  /// See `KernelSet.rectifierBackward`.
  package func rectifierBackward(
    output: UnsafePointer<Float>, outputGrad: UnsafeMutablePointer<Float>, count: Int
  ) {
    rectifyBackward(output: output, outputGrad: outputGrad, count: count)
  }

  /// See `KernelSet.sumOfSquares`.
  package func sumOfSquares(_ values: UnsafePointer<Float>, count: Int) -> Double {
    vectorSumOfSquares(values, count: count)
  }

  /// See `KernelSet.sgdStep`.
  package func sgdStep(
    _ parameters: UnsafeMutablePointer<Float>, _ gradients: UnsafePointer<Float>,
    momentumBuffer: UnsafeMutablePointer<Float>, count: Int, _ factors: SGDFactors
  ) {
    stepSGD(parameters, gradients, momentumBuffer: momentumBuffer, count: count, factors)
  }

  /// See `KernelSet.adamWStep`.
  package func adamWStep(
    _ parameters: UnsafeMutablePointer<Float>, _ gradients: UnsafePointer<Float>,
    mean: UnsafeMutablePointer<Float>, squareMean: UnsafeMutablePointer<Float>, count: Int,
    _ factors: AdamWFactors
  ) {
    stepAdamW(parameters, gradients, mean: mean, squareMean: squareMean, count: count, factors)
  }

  /// See `KernelSet.moveAverage`.
  package func moveAverage(
    _ average: UnsafeMutablePointer<Float>, towards current: UnsafePointer<Float>, count: Int,
    share: Float
  ) {
    interpolate(average, towards: current, count: count, share: share)
  }
}
