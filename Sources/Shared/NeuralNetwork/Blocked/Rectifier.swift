/// ReLU in place.
///
/// - Parameter count: floats, a multiple of 8.
func rectifierForward(_ values: UnsafeMutablePointer<Float>, count: Int) {
  for place in stride(from: 0, to: count, by: 8) {
    storeVector(loadVector(values + place).rectified, to: values + place)
  }
}

/// Gradient of a ReLU in place: zero where the output is not positive.
///
/// - Parameter count: floats, a multiple of 8.
func rectifierBackward(
  output: UnsafePointer<Float>, outputGrad: UnsafeMutablePointer<Float>, count: Int
) {
  for place in stride(from: 0, to: count, by: 8) {
    let gradient = loadVector(outputGrad + place)
    storeVector(
      gradient.replacing(with: 0, where: loadVector(output + place) .<= 0), to: outputGrad + place)
  }
}
