/// Linear layer: `output = input * weight^T + bias`.
///
/// - Parameters:
///   - input: `count x inputs`, row stride `inputStride`.
///   - weight: `outputs x inputs`, PyTorch's order.
///   - output: `count x outputs`, row stride `outputStride`.
func linearForward(
  count: Int, inputs: Int, outputs: Int, input: UnsafePointer<Float>, inputStride: Int,
  weight: UnsafePointer<Float>, bias: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>,
  outputStride: Int
) {
  for n in 0..<count { (output + n * outputStride).update(from: bias, count: outputs) }
  matrixProduct(
    left: input, leftStride: inputStride, right: weight, rightStride: inputs,
    transposeRight: true, product: output, productStride: outputStride, rows: count,
    columns: outputs, inner: inputs, accumulate: true)
}

/// Gradients of `linearForward`: overwrites `inputGrad`, adds to those of the parameters.
func linearBackward(
  count: Int, inputs: Int, outputs: Int, input: UnsafePointer<Float>, inputStride: Int,
  weight: UnsafePointer<Float>, outputGrad: UnsafePointer<Float>, outputStride: Int,
  inputGrad: UnsafeMutablePointer<Float>, weightGrad: UnsafeMutablePointer<Float>,
  biasGrad: UnsafeMutablePointer<Float>
) {
  matrixProduct(
    left: outputGrad, leftStride: outputStride, transposeLeft: true, right: input,
    rightStride: inputStride, product: weightGrad, productStride: inputs, rows: outputs,
    columns: inputs, inner: count, accumulate: true)
  for n in 0..<count {
    for k in 0..<outputs { biasGrad[k] += outputGrad[n * outputStride + k] }
  }
  matrixProduct(
    left: outputGrad, leftStride: outputStride, right: weight, rightStride: inputs,
    product: inputGrad, productStride: inputStride, rows: count, columns: inputs, inner: outputs)
}
