package import Kernels

extension CompiledKernels {
  /// See `KernelSet.batchNormForward`.
  package func batchNormForward(
    _ shape: BlockedShape, count: Int, input: UnsafePointer<Float>, scale: UnsafePointer<Float>,
    shift: UnsafePointer<Float>, residual: UnsafePointer<Float>?, rectify: Bool,
    output: UnsafeMutablePointer<Float>
  ) {
    for plane in 0..<count * shape.blocks {
      let channel = plane % shape.blocks * lanes
      let (scale, shift) = (load(scale + channel), load(shift + channel))
      let offset = plane * shape.planeCount
      let (source, target) = (input + offset, output + offset)
      if let residual {
        let added = residual + offset
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
    _ shape: BlockedShape, count: Int, mask: RectifierMask,
    outputGrad: UnsafeMutablePointer<Float>, input: UnsafePointer<Float>,
    mean: UnsafePointer<Float>, gradSum: UnsafeMutablePointer<Double>,
    centredSum: UnsafeMutablePointer<Double>
  ) {
    for plane in 0..<count * shape.blocks {
      let channel = plane % shape.blocks * lanes
      let offset = plane * shape.planeCount
      let (grad, values) = (outputGrad + offset, input + offset)
      let (mean, area) = (load(mean + channel), shape.area)
      let (gradSum, centredSum) = (gradSum + channel, centredSum + channel)
      switch mask {
      case .everywhere:
        sumGrad(grad, values, area, mean, gradSum, centredSum, isMasked: false) { _, _ in
          SIMDMask(repeating: true)
        }
      case .output(let output):
        sumGrad(grad, values, area, mean, gradSum, centredSum, isMasked: true) { index, _ in
          load(output + (offset &+ index)) .> 0
        }
      case .normalized(let scale, let shift):
        let (scale, shift) = (load(scale + channel), load(shift + channel))
        sumGrad(grad, values, area, mean, gradSum, centredSum, isMasked: true) { _, value in
          shift.adding(scale, times: value) .> 0
        }
      }
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
      gradient = Vector.zero.replacing(with: gradient, where: mask(index, value))
      store(gradient, to: grad + index)
    }
    return (gradient, value - mean)
  }
}

/// Adds the gradients of pixels, and their products with centred values, to the sums of a block of
/// channels: float32 sums of at most 128 numbers, added up in float64.
@inline(__always)
func addGradient(
  pixels: Int, _ gradSum: UnsafeMutablePointer<Double>,
  _ centredSum: UnsafeMutablePointer<Double>,
  _ pixel: (Int) -> (gradient: Vector, centred: Vector)
) {
  var total = DoubleVector(at: gradSum)
  var centredTotal = DoubleVector(at: centredSum)
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

extension CompiledKernels {
  /// See `KernelSet.batchNormBackwardInput`.
  package func batchNormBackwardInput(
    _ shape: BlockedShape, count: Int, outputGrad: UnsafePointer<Float>,
    values: UnsafeMutablePointer<Float>, mean: UnsafePointer<Float>, scale: UnsafePointer<Float>,
    gradMean: UnsafePointer<Float>, slope: UnsafePointer<Float>
  ) {
    for plane in 0..<count * shape.blocks {
      let inputGradient = NormalizationGradient(
        plane % shape.blocks * lanes, mean: mean, scale: scale, gradMean: gradMean, slope: slope)
      let offset = plane * shape.planeCount
      let (source, target) = (outputGrad + offset, values + offset)
      for pixel in 0..<shape.area {
        inputGradient.replace(target + pixel &* lanes, load(source + pixel &* lanes))
      }
    }
  }
}

/// What turns the gradient of BatchNorm's output into that of its input, of a block of channels:
/// `scale * (outputGrad - gradMean - (value - mean) * slope)`, its constants taken together.
struct NormalizationGradient {
  private let mean, scale, factor, constant: Vector

  /// - Parameter channel: the first of the block.
  @inline(__always)
  init(
    _ channel: Int, mean: UnsafePointer<Float>, scale: UnsafePointer<Float>,
    gradMean: UnsafePointer<Float>, slope: UnsafePointer<Float>
  ) {
    self.mean = load(mean + channel)
    self.scale = load(scale + channel)
    factor = -self.scale * load(slope + channel)
    constant = -(self.scale * load(gradMean + channel))
  }

  /// Replaces a pixel by its gradient.
  @inline(__always)
  func replace(_ pixel: UnsafeMutablePointer<Float>, _ outputGrad: Vector) {
    let inputGrad = constant.adding(factor, times: load(pixel) - mean)
    store(inputGrad.adding(scale, times: outputGrad), to: pixel)
  }
}
