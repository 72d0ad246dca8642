/// BatchNorm with what usually follows it: `output = relu(input * scale + shift + residual)`.
///
/// - Parameters:
///   - count: pictures.
///   - input: `nChw8c`.
///   - scale: gamma / deviation of each channel, whole blocks.
///   - shift: beta - mean * scale of each channel, whole blocks.
///   - residual: feature maps like `input` that are added, or nil.
///   - rectify: whether a ReLU follows.
///   - output: like `input`, which it may be.
func batchNormForward(
  _ shape: BlockedShape, count: Int, input: UnsafePointer<Float>, scale: UnsafePointer<Float>,
  shift: UnsafePointer<Float>, residual: UnsafePointer<Float>?, rectify: Bool,
  output: UnsafeMutablePointer<Float>
) {
  for plane in 0..<count * shape.blocks {
    let channel = plane % shape.blocks * 8
    let (scale, shift) = (loadVector(scale + channel), loadVector(shift + channel))
    let offset = plane * shape.planeCount
    let (source, target) = (input + offset, output + offset)
    if let residual {
      let added = residual + offset
      for pixel in 0..<shape.area {
        let value =
          loadVector(source + pixel &* 8) * scale + shift + loadVector(added + pixel &* 8)
        storeVector(rectify ? value.rectified : value, to: target + pixel &* 8)
      }
    } else {
      for pixel in 0..<shape.area {
        let value = loadVector(source + pixel &* 8) * scale + shift
        storeVector(rectify ? value.rectified : value, to: target + pixel &* 8)
      }
    }
  }
}

/// First half of BatchNorm's backward pass: stops the gradient where the ReLU did, and sums it.
///
/// - Parameters:
///   - output: what the forward pass rectified, or nil if it did not.
///   - outputGrad: gradient of the output; zeroed where `output` is not positive, so that it is the
///     gradient of the residual too.
///   - input: what the forward pass got.
///   - mean: of each channel, whole blocks.
///   - gradSum: the sum of `outputGrad` of each channel is added to it.
///   - centredSum: the sum of `outputGrad * (input - mean)` is added to it.
func batchNormBackwardSums(
  _ shape: BlockedShape, count: Int, output: UnsafePointer<Float>?,
  outputGrad: UnsafeMutablePointer<Float>, input: UnsafePointer<Float>,
  mean: UnsafePointer<Float>, gradSum: UnsafeMutablePointer<Double>,
  centredSum: UnsafeMutablePointer<Double>
) {
  for block in 0..<shape.blocks {
    let mean = loadVector(mean + block * 8)
    var total = SIMD8<Double>(at: gradSum + block * 8)
    var centredTotal = SIMD8<Double>(at: centredSum + block * 8)
    for n in 0..<count {
      let plane = (n * shape.blocks + block) * shape.planeCount
      // Float32 sums of at most 128 numbers, added up in float64.
      for first in stride(from: 0, to: shape.area, by: 128) {
        let offset = plane + first * 8
        var (sum, centred) = (SIMD8<Float>.zero, SIMD8<Float>.zero)
        for pixel in 0..<min(128, shape.area - first) {
          let place = offset &+ pixel &* 8
          var gradient = loadVector(outputGrad + place)
          if let output {
            gradient = gradient.replacing(with: 0, where: loadVector(output + place) .<= 0)
            storeVector(gradient, to: outputGrad + place)
          }
          sum += gradient
          centred += gradient * (loadVector(input + place) - mean)
        }
        total += sum.doubles
        centredTotal += centred.doubles
      }
    }
    total.store(to: gradSum + block * 8)
    centredTotal.store(to: centredSum + block * 8)
  }
}

/// Second half of BatchNorm's backward pass (Ioffe, Szegedy: Batch Normalization, 2015, section 3):
/// `inputGrad = scale * (outputGrad - gradMean - (input - mean) * slope)`.
///
/// - Parameters:
///   - values: the input; overwritten with its gradient.
///   - scale: gamma / deviation of each channel, whole blocks.
///   - gradMean: mean of `outputGrad` of each channel over all values that were normalised together.
///   - slope: mean of `outputGrad * (input - mean)` over the same values, divided by the variance.
func batchNormBackwardInput(
  _ shape: BlockedShape, count: Int, outputGrad: UnsafePointer<Float>,
  values: UnsafeMutablePointer<Float>, mean: UnsafePointer<Float>, scale: UnsafePointer<Float>,
  gradMean: UnsafePointer<Float>, slope: UnsafePointer<Float>
) {
  for plane in 0..<count * shape.blocks {
    let channel = plane % shape.blocks * 8
    let (mean, scale) = (loadVector(mean + channel), loadVector(scale + channel))
    let (gradMean, slope) = (loadVector(gradMean + channel), loadVector(slope + channel))
    let (source, target) = (
      outputGrad + plane * shape.planeCount, values + plane * shape.planeCount
    )
    for pixel in 0..<shape.area {
      let centred = loadVector(target + pixel &* 8) - mean
      let gradient = loadVector(source + pixel &* 8) - gradMean - centred * slope
      storeVector(scale * gradient, to: target + pixel &* 8)
    }
  }
}
