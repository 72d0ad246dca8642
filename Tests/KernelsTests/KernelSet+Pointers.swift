import Kernels

// Kernels on the pointers that arrays and guarded memory lend: a view of an array would outlive it.

extension KernelSet {
  func batchNormForward(
    _ shape: BlockedShape, count: Int, input: UnsafePointer<Float>, scale: UnsafePointer<Float>,
    shift: UnsafePointer<Float>, residual: UnsafePointer<Float>?, rectify: Bool,
    output: UnsafeMutablePointer<Float>
  ) {
    batchNormForward(
      Maps(input, shape, count: count), scale: shape.channels(scale), shift: shape.channels(shift),
      residual: residual.map { Maps($0, shape, count: count) }, rectify: rectify,
      output: MutableMaps(output, shape, count: count))
  }

  func normalizedPoolingForward(
    _ shape: BlockedShape, count: Int, input: UnsafePointer<Float>, scale: UnsafePointer<Float>,
    shift: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>
  ) {
    normalizedPoolingForward(
      Maps(input, shape, count: count), scale: shape.channels(scale), shift: shape.channels(shift),
      output: MutableMaps(output, shape.pooled, count: count))
  }

  func normalizedPoolingBackwardSums(
    _ shape: BlockedShape, count: Int, input: UnsafePointer<Float>, scale: UnsafePointer<Float>,
    shift: UnsafePointer<Float>, mean: UnsafePointer<Float>, output: UnsafePointer<Float>,
    outputGrad: UnsafePointer<Float>, gradSum: inout [Double], centredSum: inout [Double]
  ) {
    normalizedPoolingBackwardSums(
      Maps(input, shape, count: count), scale: shape.channels(scale), shift: shape.channels(shift),
      mean: shape.channels(mean), output: Maps(output, shape.pooled, count: count),
      outputGrad: Maps(outputGrad, shape.pooled, count: count), gradSum: &gradSum,
      centredSum: &centredSum)
  }

  func normalizedPoolingBackwardInput(
    _ shape: BlockedShape, count: Int, output: UnsafePointer<Float>,
    outputGrad: UnsafePointer<Float>, values: UnsafeMutablePointer<Float>,
    mean: UnsafePointer<Float>, scale: UnsafePointer<Float>, shift: UnsafePointer<Float>,
    gradMean: UnsafePointer<Float>, slope: UnsafePointer<Float>,
    scratch: UnsafeMutablePointer<Float>
  ) {
    normalizedPoolingBackwardInput(
      output: Maps(output, shape.pooled, count: count),
      outputGrad: Maps(outputGrad, shape.pooled, count: count),
      values: MutableMaps(values, shape, count: count),
      BatchNormGradient(
        mean: shape.channels(mean), scale: shape.channels(scale),
        gradMean: shape.channels(gradMean), slope: shape.channels(slope)),
      shift: shape.channels(shift),
      scratch: MutableFloatView(scratch, count: shape.width * shape.lanes))
  }

  func maxPoolingForward(
    _ shape: BlockedShape, count: Int, input: UnsafePointer<Float>,
    output: UnsafeMutablePointer<Float>
  ) {
    maxPoolingForward(
      Maps(input, shape, count: count), output: MutableMaps(output, shape.pooled, count: count))
  }

  func ceilPoolingForward(
    _ shape: CeilPoolingShape, count: Int, input: UnsafePointer<Float>,
    output: UnsafeMutablePointer<Float>, outputPlane: Int
  ) {
    ceilPoolingForward(
      shape, Maps(input, shape.input, count: count), output: output, outputPlane: outputPlane)
  }

  func averagePoolingForward(
    _ shape: BlockedShape, count: Int, input: UnsafePointer<Float>,
    output: UnsafeMutablePointer<Float>
  ) {
    averagePoolingForward(
      Maps(input, shape, count: count),
      output: MutableFloatView(output, count: count * shape.paddedChannels))
  }

  func addMoments(
    _ shape: BlockedShape, count: Int, _ maps: UnsafePointer<Float>,
    to moments: inout ChannelMoments
  ) {
    addMoments(Maps(maps, shape, count: count), to: &moments)
  }

  func sumOfSquares(_ values: UnsafePointer<Float>, count: Int) -> Double {
    sumOfSquares(FloatView(values, count: count))
  }

  func sgdStep(
    _ parameters: UnsafeMutablePointer<Float>, _ gradients: UnsafePointer<Float>,
    momentumBuffer: UnsafeMutablePointer<Float>, count: Int, _ factors: SGDFactors
  ) {
    sgdStep(
      MutableFloatView(parameters, count: count), FloatView(gradients, count: count),
      momentumBuffer: MutableFloatView(momentumBuffer, count: count), factors)
  }

  func adamWStep(
    _ parameters: UnsafeMutablePointer<Float>, _ gradients: UnsafePointer<Float>,
    mean: UnsafeMutablePointer<Float>, squareMean: UnsafeMutablePointer<Float>, count: Int,
    _ factors: AdamWFactors
  ) {
    adamWStep(
      MutableFloatView(parameters, count: count), FloatView(gradients, count: count),
      mean: MutableFloatView(mean, count: count),
      squareMean: MutableFloatView(squareMean, count: count), factors)
  }

  func moveAverage(
    _ average: UnsafeMutablePointer<Float>, towards current: UnsafePointer<Float>, count: Int,
    share: Float
  ) {
    moveAverage(
      MutableFloatView(average, count: count), towards: FloatView(current, count: count),
      share: share)
  }
}

extension BlockedShape {
  /// Numbers of these maps' channels, whole blocks.
  func channels(_ values: UnsafePointer<Float>) -> FloatView {
    FloatView(values, count: paddedChannels)
  }
}
