// The obvious loops. They define what the fast kernels compute; tests compare the two.

/// Obvious-loop twin of `convolutionForward` for one picture.
func referenceConvolution(
  _ shape: PlanarConvolutionShape, input: [Float], weight: [Float], bias: [Float], slope: [Float]?
) -> [Float] {
  let (oh, ow, kernel) = (shape.outputHeight, shape.outputWidth, shape.kernel)
  var output = [Float](repeating: 0, count: shape.outputChannels * oh * ow)
  for k in 0..<shape.outputChannels {
    for y in 0..<oh {
      for x in 0..<ow {
        var sum = bias[k]
        for c in 0..<shape.inputChannels {
          for ky in 0..<kernel {
            for kx in 0..<kernel {
              let pixel = (c * shape.inputHeight + y + ky) * shape.inputWidth + x + kx
              sum +=
                input[pixel] * weight[((k * shape.inputChannels + c) * kernel + ky) * kernel + kx]
            }
          }
        }
        output[(k * oh + y) * ow + x] = sum > 0 ? sum : sum * (slope?[k] ?? 1)
      }
    }
  }
  return output
}

/// Obvious-loop twin of `pReLUForward`.
func referencePReLU(
  _ values: [Float], slope: [Float], batch: Int, channels: Int, area: Int
) -> [Float] {
  var output = values
  for n in 0..<batch {
    for c in 0..<channels {
      for i in 0..<area {
        let index = (n * channels + c) * area + i
        if values[index] < 0 { output[index] = values[index] * slope[c] }
      }
    }
  }
  return output
}

/// Obvious-loop twin of `maxPoolingForward`.
func referenceMaxPooling(_ shape: MaxPoolingShape, input: [Float]) -> [Float] {
  var output: [Float] = []
  for plane in 0..<shape.planes {
    for y in 0..<shape.outputHeight {
      for x in 0..<shape.outputWidth {
        var best = -Float.infinity
        for row in (2 * y)..<min(2 * y + shape.kernel, shape.inputHeight) {
          for column in (2 * x)..<min(2 * x + shape.kernel, shape.inputWidth) {
            best = max(best, input[(plane * shape.inputHeight + row) * shape.inputWidth + column])
          }
        }
        output.append(best)
      }
    }
  }
  return output
}

/// Obvious-loop twin of `fullyConnectedForward`.
func referenceFullyConnected(
  input: [Float], weight: [Float], bias: [Float], slope: [Float]?, batch: Int
) -> [Float] {
  let inputCount = input.count / batch
  var output: [Float] = []
  for n in 0..<batch {
    for k in bias.indices {
      var sum = bias[k]
      for c in 0..<inputCount { sum += input[n * inputCount + c] * weight[k * inputCount + c] }
      output.append(sum > 0 ? sum : sum * (slope?[k] ?? 1))
    }
  }
  return output
}
