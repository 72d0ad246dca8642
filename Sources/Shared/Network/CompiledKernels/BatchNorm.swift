package import Kernels

// BatchNorm reads and writes each pixel a few times and computes little: what counts is how often maps
// travel. Forward is one pass (the moments are taken beside the convolution that made the maps), backward
// two, with the sums over all pixels between them.
//
// Maps are walked plane by plane: one block of one picture, (h, w, lanes), for which the numbers of its
// channels stay in registers.

extension FloatView {
  /// Whether there is a number for each channel of these maps, whole blocks.
  func matches(_ shape: BlockedShape) -> Bool { count == shape.paddedChannels }
}

extension BatchNormGradient {
  /// Whether there are numbers for each channel of these maps, whole blocks.
  func matches(_ shape: BlockedShape) -> Bool {
    mean.matches(shape) && scale.matches(shape) && gradMean.matches(shape) && slope.matches(shape)
  }
}

extension Maps {
  /// Whether these are maps of as many pictures and of the same dimensions.
  func matches(_ maps: MutableMaps) -> Bool { shape == maps.shape && count == maps.count }
}

extension CompiledKernels {
  /// See `KernelSet.batchNormForward`.
  package func batchNormForward(
    _ input: Maps, scale: FloatView, shift: FloatView, residual: Maps?, rectify: Bool,
    output: MutableMaps
  ) {
    let shape = input.shape
    assert(input.matches(output) && residual?.matches(output) ?? true, "maps of one shape")
    assert(scale.matches(shape) && shift.matches(shape), "a scale and a shift for each channel")
    for plane in 0..<input.count * shape.blocks {
      // Planes of a picture are its blocks, in order.
      let channel = plane % shape.blocks * lanes
      let (scale, shift) = (load(scale.start + channel), load(shift.start + channel))
      let offset = plane * shape.planeCount
      let (source, target) = (input.start + offset, output.start + offset)
      // Two loops, so that the loop without a residual has no test in it. A pixel is read before it is
      // written: input and output may be the same maps.
      if let residual {
        let added = residual.start + offset
        for pixel in 0..<shape.area {
          let index = pixel &* lanes
          let value = shift.adding(scale, times: load(source + index)) + load(added + index)
          store(rectify ? value.rectified : value, to: target + index)
        }
      } else {
        for pixel in 0..<shape.area {
          let value = shift.adding(scale, times: load(source + pixel &* lanes))
          store(rectify ? value.rectified : value, to: target + pixel &* lanes)
        }
      }
    }
  }

  /// See `KernelSet.batchNormBackwardSums`.
  package func batchNormBackwardSums(
    _ input: Maps, mask: RectifierMask, outputGrad: MutableMaps, mean: FloatView,
    gradSum: inout [Double], centredSum: inout [Double]
  ) {
    assert(input.matches(outputGrad), "a gradient for each value")
    assert(mean.matches(input.shape), "a mean for each channel")
    withSums(&gradSum, &centredSum, of: input.shape) { gradSum, centredSum in
      sumGradients(input, mask, outputGrad, mean, gradSum, centredSum)
    }
  }

  private func sumGradients(
    _ input: Maps, _ mask: RectifierMask, _ outputGrad: MutableMaps, _ mean: FloatView,
    _ gradSum: UnsafeMutablePointer<Double>, _ centredSum: UnsafeMutablePointer<Double>
  ) {
    let shape = input.shape
    for plane in 0..<input.count * shape.blocks {
      let channel = plane % shape.blocks * lanes
      let offset = plane * shape.planeCount
      let (grad, values) = (outputGrad.start + offset, input.start + offset)
      let (mean, area) = (load(mean.start + channel), shape.area)
      let (gradSum, centredSum) = (gradSum + channel, centredSum + channel)
      // A loop of its own for each kind of mask: the closure is inlined, and the choice is outside.
      switch mask {
      case .everywhere:
        sumGrad(grad, values, area, mean, gradSum, centredSum, isMasked: false) { _, _ in
          SIMDMask(repeating: true)
        }
      case .output(let output):
        assert(output.matches(outputGrad), "an output for each value")
        sumGrad(grad, values, area, mean, gradSum, centredSum, isMasked: true) { index, _ in
          load(output.start + (offset &+ index)) .> 0
        }
      case .normalized(let scale, let shift):
        assert(scale.matches(shape) && shift.matches(shape), "a scale and a shift for each channel")
        // The output was not stored: its sign is that of the same instruction as in the forward pass.
        let (scale, shift) = (load(scale.start + channel), load(shift.start + channel))
        sumGrad(grad, values, area, mean, gradSum, centredSum, isMasked: true) { _, value in
          shift.adding(scale, times: value) .> 0
        }
      }
    }
  }

  /// See `KernelSet.batchNormBackwardInput`.
  package func batchNormBackwardInput(
    outputGrad: Maps, values: MutableMaps, _ gradient: BatchNormGradient
  ) {
    let shape = outputGrad.shape
    assert(outputGrad.matches(values), "a gradient for each value")
    assert(gradient.matches(shape), "numbers for each channel")
    for plane in 0..<outputGrad.count * shape.blocks {
      let inputGradient = NormalizationGradient(plane % shape.blocks * lanes, gradient)
      let offset = plane * shape.planeCount
      let (source, target) = (outputGrad.start + offset, values.start + offset)
      for pixel in 0..<shape.area {
        inputGradient.replace(target + pixel &* lanes, load(source + pixel &* lanes))
      }
    }
  }
}

/// Lends the sums of channels as pointers.
@inline(__always)
func withSums(
  _ gradSum: inout [Double], _ centredSum: inout [Double], of shape: BlockedShape,
  _ body: (UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>) -> Void
) {
  assert(
    gradSum.count == shape.paddedChannels && centredSum.count == shape.paddedChannels,
    "two sums for each channel")
  gradSum.withUnsafeMutableBufferPointer { gradSum in
    centredSum.withUnsafeMutableBufferPointer { centredSum in
      guard let gradSum = gradSum.baseAddress, let centredSum = centredSum.baseAddress else {
        return
      }
      body(gradSum, centredSum)
    }
  }
}

/// One block of one picture.
@inline(__always)
private func sumGrad(
  _ grad: UnsafeMutablePointer<Float>, _ values: UnsafePointer<Float>, _ area: Int, _ mean: Vector,
  _ gradSum: UnsafeMutablePointer<Double>, _ centredSum: UnsafeMutablePointer<Double>,
  isMasked: Bool, _ mask: (_ index: Int, _ value: Vector) -> SIMDMask<Vector.MaskStorage>
) {
  addGradient(pixels: area, gradSum, centredSum) { pixel in
    let index = pixel &* lanes
    let value = load(values + index)
    var gradient = load(grad + index)
    if isMasked {
      // Written back: the second half and the residual's branch read the stopped gradient.
      gradient = Vector.zero.replacing(with: gradient, where: mask(index, value))
      store(gradient, to: grad + index)
    }
    return (gradient, value - mean)
  }
}

/// Adds the gradients of pixels, and their products with centred values, to the sums of a block of
/// channels.
@inline(__always)
func addGradient(
  pixels: Int, _ gradSum: UnsafeMutablePointer<Double>,
  _ centredSum: UnsafeMutablePointer<Double>,
  _ pixel: (Int) -> (gradient: Vector, centred: Vector)
) {
  var total = DoubleVector(at: gradSum)
  var centredTotal = DoubleVector(at: centredSum)
  // Float32 sums are short, see `Tuning.sumLength`: converting each term to float64 would take longer
  // than adding it.
  for first in stride(from: 0, to: pixels, by: Tuning.sumLength) {
    var (sum, centredProducts) = (Vector.zero, Vector.zero)
    for index in first..<min(pixels, first &+ Tuning.sumLength) {
      let (gradient, centred) = pixel(index)
      sum += gradient
      centredProducts = centredProducts.adding(gradient, times: centred)
    }
    total += sum.doubles
    centredTotal += centredProducts.doubles
  }
  total.store(to: gradSum)
  centredTotal.store(to: centredSum)
}

/// What turns the gradient of BatchNorm's output into that of its input, of a block of channels:
/// `scale * (outputGrad - gradMean - (value - mean) * slope)`, its constants taken together.
struct NormalizationGradient {
  private let mean, scale, factor, constant: Vector

  /// - Parameter channel: the first of the block.
  @inline(__always)
  init(_ channel: Int, _ gradient: BatchNormGradient) {
    // constant + factor * (value - mean) + scale * outputGrad: two fused instructions for each pixel.
    mean = load(gradient.mean.start + channel)
    scale = load(gradient.scale.start + channel)
    factor = -scale * load(gradient.slope.start + channel)
    constant = -(scale * load(gradient.gradMean.start + channel))
  }

  /// Replaces a pixel by its gradient.
  @inline(__always)
  func replace(_ pixel: UnsafeMutablePointer<Float>, _ outputGrad: Vector) {
    let inputGrad = constant.adding(factor, times: load(pixel) - mean)
    store(inputGrad.adding(scale, times: outputGrad), to: pixel)
  }
}
