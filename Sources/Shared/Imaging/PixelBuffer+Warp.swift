extension PixelBuffer {
  /// A square cut out of this picture under a similarity transform; see
  /// `warped(width:height:by:)`.
  public func warped(sizePixels: Int, by transform: SimilarityTransform) -> PixelBuffer {
    warped(width: sizePixels, height: sizePixels, by: transform)
  }

  /// A rectangle cut out of this picture under a similarity transform.
  ///
  /// Bilinear; when the crop is smaller than what it shows, the mean of k x k evenly spaced bilinear
  /// samples per pixel (k = the scale rounded up), which is a box filter over the pixel's footprint
  /// and prevents aliasing. What lies outside of the picture is black.
  ///
  /// - Parameters:
  ///   - width: width of the crop in pixels.
  ///   - height: height of the crop in pixels.
  ///   - transform: from crop coordinates to coordinates of this picture.
  public func warped(width: Int, height: Int, by transform: SimilarityTransform) -> PixelBuffer {
    let samples = min(max(Int(transform.scale.rounded(.up)), 1), 16)
    let source = self
    let bytes = [UInt8](
      unsafeUninitializedCapacity: width * height * Self.bytesPerPixel
    ) { buffer, count in
      source.bytes.withUnsafeBytes { pixels in
        buffer.baseAddress?.withMemoryRebound(to: SIMD4<UInt8>.self, capacity: width * height) {
          warpKernel(
            pixels, width: source.width, height: source.height, $0, cropWidth: width,
            cropHeight: height, samples: samples, transform)
        }
      }
      count = buffer.count
    }
    return PixelBuffer(width: width, height: height, bytes: bytes)
  }
}

/// Fills `crop` (`cropHeight` x `cropWidth`, RGBX) with the mean of `samples` x `samples` bilinear
/// samples per pixel.
private func warpKernel(
  _ pixels: UnsafeRawBufferPointer, width: Int, height: Int,
  _ crop: UnsafeMutablePointer<SIMD4<UInt8>>, cropWidth: Int, cropHeight: Int, samples: Int,
  _ transform: SimilarityTransform
) {
  let step = 1 / Double(samples)
  let weight = Float(step * step)
  // Sample positions relative to the first one of the pixel, in source pixels.
  let (columnStep, rowStep) = (
    SIMD2<Float>(Float(transform.a * step), Float(transform.b * step)),
    SIMD2<Float>(Float(-transform.b * step), Float(transform.a * step))
  )
  for row in 0..<cropHeight {
    for column in 0..<cropWidth {
      let first = transform.apply(
        SIMD2(Double(column) + 0.5 * step, Double(row) + 0.5 * step))
      var start = SIMD2<Float>(Float(first.x - 0.5), Float(first.y - 0.5))
      var sum = SIMD4<Float>(repeating: 0)
      for _ in 0..<samples {
        var point = start
        for _ in 0..<samples {
          sum += bilinearSample(pixels, width: width, height: height, point.x, point.y)
          point += columnStep
        }
        start += rowStep
      }
      // Means of bytes lie in 0...255, so adding a half and cutting off rounds them. By lane: the
      // conversion of whole vectors is a call of a generic function.
      let mean = sum * weight + 0.5
      crop[row * cropWidth + column] = SIMD4(
        UInt8(truncatingIfNeeded: Int32(mean.x)), UInt8(truncatingIfNeeded: Int32(mean.y)),
        UInt8(truncatingIfNeeded: Int32(mean.z)), 255)
    }
  }
}

/// Bilinear sample at pixel-centre coordinates; neighbours outside of the picture count as black.
@inline(__always)
private func bilinearSample(
  _ pixels: UnsafeRawBufferPointer, width: Int, height: Int, _ x: Float, _ y: Float
) -> SIMD4<Float> {
  guard x > -1, y > -1, x < Float(width), y < Float(height) else { return SIMD4(repeating: 0) }
  // Shifted by one, cutting off rounds down: cheaper than `rounded(.down)`.
  let column = Int(x + 1) - 1
  let row = Int(y + 1) - 1
  let rightWeight = x - Float(column)
  let bottomWeight = y - Float(row)
  if column >= 0, row >= 0, column + 1 < width, row + 1 < height {
    let offset = (row * width + column) * 4
    let topLeft = loadPixel(pixels, offset)
    let topRight = loadPixel(pixels, offset + 4)
    let bottomLeft = loadPixel(pixels, offset + width * 4)
    let bottomRight = loadPixel(pixels, offset + width * 4 + 4)
    let upper = topLeft + (topRight - topLeft) * rightWeight
    let lower = bottomLeft + (bottomRight - bottomLeft) * rightWeight
    return upper + (lower - upper) * bottomWeight
  }
  return bilinearSampleAtEdge(
    pixels, width: width, height: height, column, row, rightWeight, bottomWeight)
}

@inline(never)
private func bilinearSampleAtEdge(
  _ pixels: UnsafeRawBufferPointer, width: Int, height: Int, _ column: Int, _ row: Int,
  _ rightWeight: Float, _ bottomWeight: Float
) -> SIMD4<Float> {
  func pixelOrBlack(_ column: Int, _ row: Int) -> SIMD4<Float> {
    guard column >= 0, row >= 0, column < width, row < height else { return SIMD4(repeating: 0) }
    return loadPixel(pixels, (row * width + column) * 4)
  }
  let upper =
    pixelOrBlack(column, row) * (1 - rightWeight) + pixelOrBlack(column + 1, row) * rightWeight
  let lower =
    pixelOrBlack(column, row + 1) * (1 - rightWeight)
    + pixelOrBlack(column + 1, row + 1) * rightWeight
  return upper * (1 - bottomWeight) + lower * bottomWeight
}

@inline(__always)
private func loadPixel(_ pixels: UnsafeRawBufferPointer, _ offset: Int) -> SIMD4<Float> {
  SIMD4<Float>(
    SIMD4<Int32>(
      truncatingIfNeeded: pixels.loadUnaligned(fromByteOffset: offset, as: SIMD4<UInt8>.self)))
}
