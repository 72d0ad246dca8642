import Kernels

/// See `KernelSet.batchNormForward`.
func normalizeForward(
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
        let place = pixel &* lanes
        let value = shift.adding(scale, times: load(source + place)) + load(added + place)
        store(rectify ? value.rectified : value, to: target + place)
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
func sumNormalizedGrad(
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
      sumGrad(grad, values, area, mean, gradSum, centredSum, isMasked: true) { place, _ in
        load(output + (offset &+ place)) .> 0
      }
    case .normalized(let scale, let shift):
      let (scale, shift) = (load(scale + channel), load(shift + channel))
      sumGrad(grad, values, area, mean, gradSum, centredSum, isMasked: true) { _, value in
        shift.adding(scale, times: value) .> 0
      }
    }
  }
}

/// One block of one picture: float32 sums of at most 128 numbers, added up in float64.
@inline(__always)
private func sumGrad(
  _ grad: UnsafeMutablePointer<Float>, _ values: UnsafePointer<Float>, _ area: Int, _ mean: Vector,
  _ gradSum: UnsafeMutablePointer<Double>, _ centredSum: UnsafeMutablePointer<Double>,
  isMasked: Bool, _ mask: (_ place: Int, _ value: Vector) -> SIMDMask<Vector.MaskStorage>
) {
  var total = DoubleVector(at: gradSum)
  var centredTotal = DoubleVector(at: centredSum)
  for first in stride(from: 0, to: area, by: 128) {
    var (sum, centred) = (Vector.zero, Vector.zero)
    for pixel in first..<min(area, first &+ 128) {
      let place = pixel &* lanes
      let value = load(values + place)
      var gradient = load(grad + place)
      if isMasked {
        gradient = Vector.zero.replacing(with: gradient, where: mask(place, value))
        store(gradient, to: grad + place)
      }
      sum += gradient
      centred = centred.adding(gradient, times: value - mean)
    }
    total += sum.doubles
    centredTotal += centred.doubles
  }
  total.store(to: gradSum)
  centredTotal.store(to: centredSum)
}

/// See `KernelSet.batchNormBackwardInput`.
func normalizeBackward(
  _ shape: BlockedShape, count: Int, outputGrad: UnsafePointer<Float>,
  values: UnsafeMutablePointer<Float>, mean: UnsafePointer<Float>, scale: UnsafePointer<Float>,
  gradMean: UnsafePointer<Float>, slope: UnsafePointer<Float>
) {
  for plane in 0..<count * shape.blocks {
    let channel = plane % shape.blocks * lanes
    let (mean, scale) = (load(mean + channel), load(scale + channel))
    // scale * (grad - gradMean - (value - mean) * slope), its constants taken together.
    let factor = -scale * load(slope + channel)
    let constant = -(scale * load(gradMean + channel))
    let offset = plane * shape.planeCount
    let (source, target) = (outputGrad + offset, values + offset)
    for pixel in 0..<shape.area {
      let place = pixel &* lanes
      let centred = load(target + place) - mean
      let gradient = constant.adding(factor, times: centred)
      store(gradient.adding(scale, times: load(source + place)), to: target + place)
    }
  }
}
