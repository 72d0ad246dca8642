/// ReLU in place.
///
/// - Parameter count: floats, a multiple of `lanes`.
func rectify(_ values: UnsafeMutablePointer<Float>, count: Int) {
  for place in stride(from: 0, to: count, by: lanes) {
    store(load(values + place).rectified, to: values + place)
  }
}

/// Gradient of a ReLU in place: zero where the output is not positive.
///
/// - Parameter count: floats, a multiple of `lanes`.
func rectifyBackward(
  output: UnsafePointer<Float>, outputGrad: UnsafeMutablePointer<Float>, count: Int
) {
  for place in stride(from: 0, to: count, by: lanes) {
    let gradient = load(outputGrad + place)
    store(
      gradient.replacing(with: 0, where: load(output + place) .<= 0), to: outputGrad + place)
  }
}
