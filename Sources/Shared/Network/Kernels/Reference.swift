// The obvious loops in float64. They define what the fast kernels compute; tests compare the two.

/// Calls `body` with the indices of each product of a convolution: in the output, the input and the
/// weight, which is in PyTorch's order.
private func forEachTap(
  _ shape: ConvolutionShape, _ input: ReferenceMaps,
  _ body: (_ output: Int, _ input: Int, _ weight: Int) -> Void
) {
  let (oh, ow) = (shape.outputHeight, shape.outputWidth)
  for n in 0..<input.count {
    for k in 0..<shape.outputChannels {
      for y in 0..<oh {
        for x in 0..<ow {
          let output = ((n * shape.outputChannels + k) * oh + y) * ow + x
          for c in 0..<shape.inputChannels {
            for ky in 0..<shape.kernel {
              for kx in 0..<shape.kernel {
                let (row, column) = (
                  y * shape.stride + ky - shape.padding, x * shape.stride + kx - shape.padding
                )
                guard let index = input.index(n, c, row, column) else { continue }
                let filter = k * shape.inputChannels + c
                body(output, index, (filter * shape.kernel + ky) * shape.kernel + kx)
              }
            }
          }
        }
      }
    }
  }
}

/// Obvious-loop twin of `ConvolutionKernel.forward`.
func referenceConvolutionForward(
  _ shape: ConvolutionShape, input: ReferenceMaps, weight: [Double]
) -> ReferenceMaps {
  var output = ReferenceMaps(
    count: input.count, channels: shape.outputChannels, height: shape.outputHeight,
    width: shape.outputWidth)
  forEachTap(shape, input) { out, index, tap in
    output.values[out] += input.values[index] * weight[tap]
  }
  return output
}

/// Obvious-loop twin of the gradients of `ConvolutionKernel`.
func referenceConvolutionBackward(
  _ shape: ConvolutionShape, input: ReferenceMaps, weight: [Double],
  outputGrad: ReferenceMaps
) -> (inputGrad: ReferenceMaps, weightGrad: [Double]) {
  var inputGrad = input.with(Array(repeating: 0, count: input.values.count))
  var weightGrad = [Double](repeating: 0, count: weight.count)
  forEachTap(shape, input) { out, index, tap in
    inputGrad.values[index] += outputGrad.values[out] * weight[tap]
    weightGrad[tap] += outputGrad.values[out] * input.values[index]
  }
  return (inputGrad, weightGrad)
}

/// Count, mean and sum of squared differences of a channel, in two passes.
func referenceMoments(
  _ maps: ReferenceMaps, channel: Int
) -> (count: Double, mean: Double, squares: Double) {
  let values = maps.indices(channel: channel).map { maps.values[$0] }
  let count = Double(values.count)
  let mean = values.reduce(0, +) / count
  var squares = 0.0
  for value in values { squares += (value - mean) * (value - mean) }
  return (count, mean, squares)
}

/// Obvious-loop twin of `batchNormForward` with statistics of the batch, without a ReLU.
func referenceBatchNormForward(
  _ input: ReferenceMaps, scale: [Double], shift: [Double], epsilon: Double
) -> ReferenceMaps {
  var output = input
  for c in 0..<input.channels {
    let (count, mean, squares) = referenceMoments(input, channel: c)
    let deviation = (squares / count + epsilon).squareRoot()
    for index in input.indices(channel: c) {
      output.values[index] = (input.values[index] - mean) / deviation * scale[c] + shift[c]
    }
  }
  return output
}

/// Obvious-loop twin of BatchNorm's backward pass, without a ReLU.
func referenceBatchNormBackward(
  _ input: ReferenceMaps, scale: [Double], epsilon: Double, outputGrad: ReferenceMaps
) -> (inputGrad: ReferenceMaps, scaleGrad: [Double], shiftGrad: [Double]) {
  var inputGrad = input
  var scaleGrad = [Double](repeating: 0, count: input.channels)
  var shiftGrad = scaleGrad
  for c in 0..<input.channels {
    let (count, mean, squares) = referenceMoments(input, channel: c)
    let deviation = (squares / count + epsilon).squareRoot()
    let indices = input.indices(channel: c)
    for index in indices {
      scaleGrad[c] += outputGrad.values[index] * (input.values[index] - mean) / deviation
      shiftGrad[c] += outputGrad.values[index]
    }
    for index in indices {
      let normed = (input.values[index] - mean) / deviation
      let gradient = outputGrad.values[index] - (shiftGrad[c] + normed * scaleGrad[c]) / count
      inputGrad.values[index] = scale[c] / deviation * gradient
    }
  }
  return (inputGrad, scaleGrad, shiftGrad)
}

/// Obvious-loop twin of `maxPoolingForward`, and for each output the index of the pixel that won.
func referenceMaxPoolingForward(
  _ input: ReferenceMaps
) -> (output: ReferenceMaps, winners: [Int]) {
  var output = ReferenceMaps(
    count: input.count, channels: input.channels, height: (input.height + 1) / 2,
    width: (input.width + 1) / 2)
  var winners: [Int] = []
  for n in 0..<input.count {
    for c in 0..<input.channels {
      for y in 0..<output.height {
        for x in 0..<output.width {
          let window = (0..<9).compactMap { tap in
            input.index(n, c, 2 * y - 1 + tap / 3, 2 * x - 1 + tap % 3)
          }
          let winner = window.reduce(window[0]) { best, index in
            input.values[index] > input.values[best] ? index : best
          }
          output.values[winners.count] = input.values[winner]
          winners.append(winner)
        }
      }
    }
  }
  return (output, winners)
}

/// Obvious-loop twin of `ceilPoolingForward`.
func referenceCeilPoolingForward(_ input: ReferenceMaps, window: Int) -> ReferenceMaps {
  // Windows that hang over by one pixel at most.
  func windows(_ count: Int) -> Int { (count + 1 - window) / 2 + 1 }
  var output = ReferenceMaps(
    count: input.count, channels: input.channels, height: windows(input.height),
    width: windows(input.width))
  for n in 0..<input.count {
    for c in 0..<input.channels {
      for y in 0..<output.height {
        for x in 0..<output.width {
          let values = (0..<window * window).compactMap { tap in
            input.index(n, c, 2 * y + tap / window, 2 * x + tap % window)
          }.map { input.values[$0] }
          let index = ((n * input.channels + c) * output.height + y) * output.width + x
          output.values[index] = values.dropFirst().reduce(values[0], max)
        }
      }
    }
  }
  return output
}

/// Obvious-loop twin of a bias and a PReLU; no slopes are none.
func referencePReLU(_ input: ReferenceMaps, bias: [Double], slope: [Double]?) -> ReferenceMaps {
  var output = input
  for c in 0..<input.channels {
    for index in input.indices(channel: c) {
      let value = input.values[index] + bias[c]
      output.values[index] = value < 0 ? value * (slope?[c] ?? 1) : value
    }
  }
  return output
}

/// Obvious-loop twin of `normalizedPoolingForward`, and for each output the index of the pixel that won.
func referenceNormalizedPoolingForward(
  _ input: ReferenceMaps, scale: [Double], shift: [Double]
) -> (output: ReferenceMaps, winners: [Int]) {
  var rectified = input
  for c in 0..<input.channels {
    for index in input.indices(channel: c) {
      rectified.values[index] = max(0, input.values[index] * scale[c] + shift[c])
    }
  }
  return referenceMaxPoolingForward(rectified)
}

/// Obvious-loop twin of `normalizedPoolingBackwardSums`.
func referenceNormalizedPoolingBackwardSums(
  _ input: ReferenceMaps, scale: [Double], shift: [Double], mean: [Double],
  outputGrad: ReferenceMaps
) -> (gradSum: [Double], centredSum: [Double]) {
  let grad = referenceNormalizedPoolingGrad(input, scale: scale, shift: shift, outputGrad)
  var gradSum = [Double](repeating: 0, count: input.channels)
  var centredSum = gradSum
  for c in 0..<input.channels {
    for index in input.indices(channel: c) {
      gradSum[c] += grad[index]
      centredSum[c] += grad[index] * (input.values[index] - mean[c])
    }
  }
  return (gradSum, centredSum)
}

/// Obvious-loop twin of `normalizedPoolingBackwardInput`.
func referenceNormalizedPoolingBackwardInput(
  _ input: ReferenceMaps, scale: [Double], shift: [Double], mean: [Double], gradMean: [Double],
  slope: [Double], outputGrad: ReferenceMaps
) -> ReferenceMaps {
  let grad = referenceNormalizedPoolingGrad(input, scale: scale, shift: shift, outputGrad)
  var inputGrad = input
  for c in 0..<input.channels {
    for index in input.indices(channel: c) {
      let centred = input.values[index] - mean[c]
      inputGrad.values[index] = scale[c] * (grad[index] - gradMean[c] - centred * slope[c])
    }
  }
  return inputGrad
}

/// The gradient after BatchNorm, before ReLU and max-pooling.
private func referenceNormalizedPoolingGrad(
  _ input: ReferenceMaps, scale: [Double], shift: [Double], _ outputGrad: ReferenceMaps
) -> [Double] {
  let (output, winners) = referenceNormalizedPoolingForward(input, scale: scale, shift: shift)
  var grad = [Double](repeating: 0, count: input.values.count)
  for (index, winner) in winners.enumerated() where output.values[index] > 0 {
    grad[winner] += outputGrad.values[index]
  }
  return grad
}
