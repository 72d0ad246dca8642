public import Kernels

/// The kernels of this folder as they are compiled for this module's kind of processor.
public struct CompiledKernels: KernelSet {
  public init() {}

  public var name: String {
    #if AVX512
      "AVX-512"
    #elseif FMA
      "AVX2"
    #else
      "portable"
    #endif
  }

  public var lanes: Int { Vector.scalarCount }

  public func convolution(
    _ shape: ConvolutionShape, pictures: Int
  ) -> any ConvolutionKernel {
    if WinogradConvolution.computes(shape) {
      WinogradConvolution(shape, pictures: pictures)
    } else {
      DirectConvolution(shape, pictures: pictures)
    }
  }

  public func allConvolutions(
    _ shape: ConvolutionShape, pictures: Int
  ) -> [any ConvolutionKernel] {
    let direct = DirectConvolution(shape, pictures: pictures)
    guard WinogradConvolution.computes(shape) else { return [direct] }
    return [direct, WinogradConvolution(shape, pictures: pictures)]
  }

  public func unpackSum(
    _ shape: ConvolutionShape, _ packed: [UnsafeMutablePointer<Float>], outputs: Range<Int>,
    into weightGrad: UnsafeMutablePointer<Float>
  ) {
    unpackGradientSum(shape, packed, outputs: outputs, into: weightGrad)
  }

  public func batchNormForward(
    _ shape: BlockedShape, count: Int, input: UnsafePointer<Float>, scale: UnsafePointer<Float>,
    shift: UnsafePointer<Float>, residual: UnsafePointer<Float>?, rectify: Bool,
    output: UnsafeMutablePointer<Float>
  ) {
    normalizeForward(
      shape, count: count, input: input, scale: scale, shift: shift, residual: residual,
      rectify: rectify, output: output)
  }

  public func batchNormBackwardSums(
    _ shape: BlockedShape, count: Int, mask: RectifierMask,
    outputGrad: UnsafeMutablePointer<Float>, input: UnsafePointer<Float>,
    mean: UnsafePointer<Float>, gradSum: UnsafeMutablePointer<Double>,
    centredSum: UnsafeMutablePointer<Double>
  ) {
    sumNormalizedGrad(
      shape, count: count, mask: mask, outputGrad: outputGrad, input: input, mean: mean,
      gradSum: gradSum, centredSum: centredSum)
  }

  public func batchNormBackwardInput(
    _ shape: BlockedShape, count: Int, outputGrad: UnsafePointer<Float>,
    values: UnsafeMutablePointer<Float>, mean: UnsafePointer<Float>,
    scale: UnsafePointer<Float>, gradMean: UnsafePointer<Float>, slope: UnsafePointer<Float>
  ) {
    normalizeBackward(
      shape, count: count, outputGrad: outputGrad, values: values, mean: mean, scale: scale,
      gradMean: gradMean, slope: slope)
  }

  public func addMoments(
    _ shape: BlockedShape, count: Int, _ maps: UnsafePointer<Float>,
    to moments: inout ChannelMoments
  ) {
    addChannelMoments(shape, count: count, maps, to: &moments)
  }

  public func maxPoolingForward(
    _ shape: BlockedShape, count: Int, input: UnsafePointer<Float>,
    output: UnsafeMutablePointer<Float>
  ) {
    for plane in 0..<count * shape.blocks {
      poolMaximum(height: shape.height, width: shape.width, input: input + plane * shape.planeCount, output: output + plane * ((shape.height + 1) / 2 * ((shape.width + 1) / 2) * lanes), winners: nil)
    }
  }
  public func normalizedPoolingForward(
    _ shape: BlockedShape, count: Int, input: UnsafePointer<Float>, scale: UnsafePointer<Float>,
    shift: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>) {
    let t = UnsafeMutablePointer<Float>.allocate(capacity: count * shape.pictureCount + 64)
    defer { t.deallocate() }
    normalizeForward(shape, count: count, input: input, scale: scale, shift: shift, residual: nil, rectify: true, output: t)
    maxPoolingForward(shape, count: count, input: t, output: output)
  }
  func spread(_ shape: BlockedShape, count: Int, input: UnsafePointer<Float>, scale: UnsafePointer<Float>,
    shift: UnsafePointer<Float>, output: UnsafePointer<Float>,
    outputGrad: UnsafePointer<Float>) -> UnsafeMutablePointer<Float> {
    let g = UnsafeMutablePointer<Float>.allocate(capacity: count * shape.pictureCount + 64)
    let t = UnsafeMutablePointer<Float>.allocate(capacity: count * shape.pictureCount + 64)
    let o = (shape.height + 1) / 2 * ((shape.width + 1) / 2) * lanes
    let w = UnsafeMutablePointer<UInt8>.allocate(capacity: o)
    let q = UnsafeMutablePointer<Float>.allocate(capacity: o + 64)
    defer { t.deallocate(); w.deallocate(); q.deallocate() }
    normalizeForward(shape, count: count, input: input, scale: scale, shift: shift, residual: nil, rectify: true, output: t)
    for plane in 0..<count * shape.blocks {
      poolMaximum(height: shape.height, width: shape.width, input: t + plane * shape.planeCount, output: q, winners: w)
      for i in 0..<o { q[i] = q[i] > 0 ? outputGrad[plane * o + i] : 0 }
      poolMaximumBackward(height: shape.height, width: shape.width, outputGrad: q, winners: w, inputGrad: g + plane * shape.planeCount)
    }
    return g
  }
  public func normalizedPoolingBackwardSums(
    _ shape: BlockedShape, count: Int, input: UnsafePointer<Float>, scale: UnsafePointer<Float>,
    shift: UnsafePointer<Float>, mean: UnsafePointer<Float>, output: UnsafePointer<Float>,
    outputGrad: UnsafePointer<Float>, gradSum: UnsafeMutablePointer<Double>,
    centredSum: UnsafeMutablePointer<Double>) {
    let g = spread(shape, count: count, input: input, scale: scale, shift: shift, output: output, outputGrad: outputGrad)
    defer { g.deallocate() }
    sumNormalizedGrad(shape, count: count, mask: .everywhere, outputGrad: g, input: input, mean: mean, gradSum: gradSum, centredSum: centredSum)
  }
  public func normalizedPoolingBackwardInput(
    _ shape: BlockedShape, count: Int, output: UnsafePointer<Float>,
    outputGrad: UnsafePointer<Float>, values: UnsafeMutablePointer<Float>,
    mean: UnsafePointer<Float>, scale: UnsafePointer<Float>, shift: UnsafePointer<Float>,
    gradMean: UnsafePointer<Float>, slope: UnsafePointer<Float>,
    scratch: UnsafeMutablePointer<Float>) {
    let g = spread(shape, count: count, input: values, scale: scale, shift: shift, output: output, outputGrad: outputGrad)
    defer { g.deallocate() }
    normalizeBackward(shape, count: count, outputGrad: g, values: values, mean: mean, scale: scale, gradMean: gradMean, slope: slope)
  }

  public func averagePoolingForward(
    _ shape: BlockedShape, count: Int, input: UnsafePointer<Float>,
    output: UnsafeMutablePointer<Float>
  ) {
    poolAverage(shape, count: count, input: input, output: output)
  }

  public func averagePoolingBackward(
    _ shape: BlockedShape, count: Int, outputGrad: UnsafePointer<Float>,
    inputGrad: UnsafeMutablePointer<Float>
  ) {
    poolAverageBackward(shape, count: count, outputGrad: outputGrad, inputGrad: inputGrad)
  }

  public func rectifierForward(_ values: UnsafeMutablePointer<Float>, count: Int) {
    rectify(values, count: count)
  }

  public func rectifierBackward(
    output: UnsafePointer<Float>, outputGrad: UnsafeMutablePointer<Float>, count: Int
  ) {
    rectifyBackward(output: output, outputGrad: outputGrad, count: count)
  }

  public func sumOfSquares(_ values: UnsafePointer<Float>, count: Int) -> Double {
    vectorSumOfSquares(values, count: count)
  }
}
