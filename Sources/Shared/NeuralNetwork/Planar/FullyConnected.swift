/// Fully connected layer with bias and, if there are slopes, PReLU.
///
/// - Parameters:
///   - input: `batch x inputCount`.
///   - weight: `outputCount x inputCount`.
///   - bias: `outputCount`.
///   - slope: `outputCount` PReLU slopes, or nil for no activation.
///   - output: `batch x outputCount`.
public func fullyConnectedForward(
  input: UnsafePointer<Float>, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>,
  slope: UnsafePointer<Float>?, output: UnsafeMutablePointer<Float>, batch: Int, inputCount: Int,
  outputCount: Int
) {
  matrixProduct(
    left: input, leftStride: inputCount, right: weight, rightStride: inputCount,
    transposeRight: true, product: output, productStride: outputCount, rows: batch,
    columns: outputCount, inner: inputCount)
  for n in 0..<batch {
    let row = output + n * outputCount
    for k in 0..<outputCount {
      let value = row[k] + bias[k]
      row[k] = value > 0 ? value : (slope?[k] ?? 1) * value
    }
  }
}
