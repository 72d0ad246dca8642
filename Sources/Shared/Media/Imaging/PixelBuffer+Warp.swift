package import Contract

extension PixelBuffer {
  /// A square cut out of this picture under a similarity transform; see
  /// `warped(width:height:by:)`.
  package func warped(
    sizePixels: Int, by transform: SimilarityTransform, fill: CropGeometry.Fill = .black
  ) -> PixelBuffer {
    warped(width: sizePixels, height: sizePixels, by: transform, fill: fill)
  }

  /// A rectangle cut out of this picture under a similarity transform.
  ///
  /// Bilinear; when the crop is smaller than what it shows, the mean of k x k evenly spaced
  /// bilinear samples per pixel (k = the scale rounded up), which is a box filter over the pixel's
  /// footprint and prevents aliasing.
  ///
  /// - Parameters:
  ///   - width: width of the crop in pixels.
  ///   - height: height of the crop in pixels.
  ///   - transform: from crop coordinates to coordinates of this picture.
  ///   - fill: what lies outside of the picture.
  package func warped(
    width: Int, height: Int, by transform: SimilarityTransform, fill: CropGeometry.Fill = .black
  ) -> PixelBuffer {
    let samples = min(max(Int(transform.scale.rounded(.up)), 1), 16)
    let source = self
    let bytes = [UInt8](
      unsafeUninitializedCapacity: width * height * Self.bytesPerPixel
    ) { buffer, count in
      source.bytes.withUnsafeBytes { pixels in
        buffer.baseAddress?.withMemoryRebound(to: SIMD4<UInt8>.self, capacity: width * height) {
          warpKernel(
            pixels, width: source.width, height: source.height, $0, cropWidth: width,
            cropHeight: height, samples: samples, transform, fill)
        }
      }
      count = buffer.count
    }
    return PixelBuffer(width: width, height: height, bytes: bytes)
  }
}

/// Binary digits after the point in sample positions, which are exact to 1/65536 pixel.
private let fractionBits = 16

/// Fills `crop` (`cropHeight` x `cropWidth`, RGBX) with the mean of `samples` x `samples` bilinear
/// samples per pixel. Positions are fixed-point numbers, so that splitting one into its pixel and
/// its weights takes no conversion.
private func warpKernel(
  _ pixels: UnsafeRawBufferPointer, width: Int, height: Int,
  _ crop: UnsafeMutablePointer<SIMD4<UInt8>>, cropWidth: Int, cropHeight: Int, samples: Int,
  _ transform: SimilarityTransform, _ fill: CropGeometry.Fill
) {
  let one = Double(1 << fractionBits)
  let step = 1 / Double(samples)
  let weight = Float(step * step)
  let stepAlong = Int(transform.a * step * one)
  let stepAcross = Int(transform.b * step * one)
  for row in 0..<cropHeight {
    for column in 0..<cropWidth {
      let first = transform.apply(
        SIMD2(Double(column) + 0.5 * step, Double(row) + 0.5 * step))
      // Bounded, so that no position overflows; no face lies that far outside.
      var startX = Int(min(max(first.x - 0.5, -1e6), 1e6) * one)
      var startY = Int(min(max(first.y - 0.5, -1e6), 1e6) * one)
      var sum = SIMD4<Float>(repeating: 0)
      for _ in 0..<samples {
        var (x, y) = (startX, startY)
        for _ in 0..<samples {
          sum += bilinearSample(pixels, width: width, height: height, x, y, fill)
          x &+= stepAlong
          y &+= stepAcross
        }
        startX &-= stepAcross
        startY &+= stepAlong
      }
      // Means of bytes lie in 0...255, so adding 0.5 and truncating rounds them. Lane by lane,
      // because the conversion of a whole vector calls a generic function.
      let mean = sum * weight + 0.5
      crop[row * cropWidth + column] = SIMD4(
        UInt8(truncatingIfNeeded: Int32(mean.x)), UInt8(truncatingIfNeeded: Int32(mean.y)),
        UInt8(truncatingIfNeeded: Int32(mean.z)), 255)
    }
  }
}

/// Bilinear sample at fixed-point pixel-centre coordinates.
@inline(__always)
private func bilinearSample(
  _ pixels: UnsafeRawBufferPointer, width: Int, height: Int, _ x: Int, _ y: Int,
  _ fill: CropGeometry.Fill
) -> SIMD4<Float> {
  let column = x >> fractionBits
  let row = y >> fractionBits
  let mask = (1 << fractionBits) - 1
  let unit = 1 / Float(1 << fractionBits)
  let rightWeight = Float(Int32(truncatingIfNeeded: x & mask)) * unit
  let bottomWeight = Float(Int32(truncatingIfNeeded: y & mask)) * unit
  // Read as unsigned, a negative number is larger than any width.
  guard UInt(bitPattern: column) < UInt(bitPattern: width &- 1),
    UInt(bitPattern: row) < UInt(bitPattern: height &- 1)
  else {
    return bilinearSampleAtEdge(
      pixels, width: width, height: height, column, row, rightWeight, bottomWeight, fill)
  }
  let offset = (row &* width &+ column) &* 4
  let topLeft = loadPixel(pixels, offset)
  let topRight = loadPixel(pixels, offset &+ 4)
  let bottomLeft = loadPixel(pixels, offset &+ width &* 4)
  let bottomRight = loadPixel(pixels, offset &+ width &* 4 &+ 4)
  let upper = topLeft + (topRight - topLeft) * rightWeight
  let lower = bottomLeft + (bottomRight - bottomLeft) * rightWeight
  return upper + (lower - upper) * bottomWeight
}

@inline(never)
private func bilinearSampleAtEdge(
  _ pixels: UnsafeRawBufferPointer, width: Int, height: Int, _ column: Int, _ row: Int,
  _ rightWeight: Float, _ bottomWeight: Float, _ fill: CropGeometry.Fill
) -> SIMD4<Float> {
  func pixel(_ column: Int, _ row: Int) -> SIMD4<Float> {
    var (column, row) = (column, row)
    switch fill {
    case .black:
      guard column >= 0, row >= 0, column < width, row < height else { return SIMD4(repeating: 0) }
    case .reflect:
      column = Border.mirror.index(column, width)
      row = Border.mirror.index(row, height)
    }
    return loadPixel(pixels, (row * width + column) * 4)
  }
  let upper = pixel(column, row) * (1 - rightWeight) + pixel(column + 1, row) * rightWeight
  let lower = pixel(column, row + 1) * (1 - rightWeight) + pixel(column + 1, row + 1) * rightWeight
  return upper * (1 - bottomWeight) + lower * bottomWeight
}

@inline(__always)
private func loadPixel(_ pixels: UnsafeRawBufferPointer, _ offset: Int) -> SIMD4<Float> {
  SIMD4<Float>(
    SIMD4<Int32>(
      truncatingIfNeeded: pixels.loadUnaligned(fromByteOffset: offset, as: SIMD4<UInt8>.self)))
}
