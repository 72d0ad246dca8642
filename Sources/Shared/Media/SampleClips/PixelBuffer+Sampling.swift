internal import Imaging

extension PixelBuffer {
  /// The colour at a point between pixel centres, bilinear, 0...255. The picture is reflected at
  /// its edges.
  func sample(_ point: SIMD2<Double>) -> SIMD4<Float> {
    // Bounded, so that no position overflows.
    let x = min(max(point.x - 0.5, -1e6), 1e6)
    let y = min(max(point.y - 0.5, -1e6), 1e6)
    let (left, top) = (x.rounded(.down), y.rounded(.down))
    let (rightWeight, bottomWeight) = (Float(x - left), Float(y - top))
    let columns = (reflected(Int(left), width), reflected(Int(left) + 1, width))
    let rows = (reflected(Int(top), height), reflected(Int(top) + 1, height))
    let topLeft = SIMD4<Float>(self[columns.0, rows.0])
    let topRight = SIMD4<Float>(self[columns.1, rows.0])
    let bottomLeft = SIMD4<Float>(self[columns.0, rows.1])
    let bottomRight = SIMD4<Float>(self[columns.1, rows.1])
    let upper = topLeft + (topRight - topLeft) * rightWeight
    let lower = bottomLeft + (bottomRight - bottomLeft) * rightWeight
    return upper + (lower - upper) * bottomWeight
  }

  /// Sets a pixel to a colour, rounded and clamped to 0...255.
  mutating func set(_ x: Int, _ y: Int, to colour: SIMD4<Float>) {
    let bounded = (colour + 0.5).clamped(
      lowerBound: SIMD4(repeating: 0), upperBound: SIMD4(repeating: 255))
    self[x, y] = SIMD4(UInt8(bounded.x), UInt8(bounded.y), UInt8(bounded.z), 255)
  }
}

/// The index inside 0..<count whose pixel is seen at `index` when both edges reflect.
private func reflected(_ index: Int, _ count: Int) -> Int {
  if index >= 0, index < count { return index }
  let period = 2 * count
  let offset = ((index % period) + period) % period
  return offset < count ? offset : period - 1 - offset
}

/// 0 up to `lower`, 1 from `upper` on, smooth between.
func smoothStep(_ lower: Double, _ upper: Double, _ value: Double) -> Double {
  let share = min(max((value - lower) / (upper - lower), 0), 1)
  return share * share * (3 - 2 * share)
}

/// Luma of a colour (BT.601).
func luma(_ colour: SIMD4<Float>) -> Float {
  0.299 * colour.x + 0.587 * colour.y + 0.114 * colour.z
}
