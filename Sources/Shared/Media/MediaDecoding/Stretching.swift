internal import Imaging

/// Enlarges one side of a picture by cubic interpolation (Catmull-Rom). Every pixel is a function
/// of its position in the whole picture, so that a region equals that part of the whole.
struct Stretching {
  /// Length of the side in the coded picture.
  let coded: Int
  /// Length of the side in the displayed picture, at least `coded`.
  let displayed: Int

  /// Sum of the weights.
  private static let unit: Int32 = 1 << 12

  /// The pixels that a range of stretched ones is made from.
  func sources(of range: Range<Int>) -> Range<Int> {
    let first = tap(range.lowerBound).first
    let last = tap(range.upperBound - 1).first + 3
    return max(first, 0)..<min(last + 1, coded)
  }

  /// Four neighbours from `first` on, and their weights. Neighbours may lie outside of the picture.
  private func tap(_ position: Int) -> (first: Int, weights: SIMD4<Int32>) {
    let exact = (Double(position) + 0.5) * Double(coded) / Double(displayed) - 0.5
    let whole = exact.rounded(.down)
    let t = exact - whole
    let unit = Double(Stretching.unit)
    var weights = SIMD4<Int32>(
      Int32((unit * (-0.5 * t + t * t - 0.5 * t * t * t)).rounded()),
      Int32((unit * (1 - 2.5 * t * t + 1.5 * t * t * t)).rounded()),
      Int32((unit * (0.5 * t + 2 * t * t - 1.5 * t * t * t)).rounded()),
      Int32((unit * (-0.5 * t * t + 0.5 * t * t * t)).rounded()))
    weights[1] += Stretching.unit - weights.wrappedSum()
    return (Int(whole) - 1, weights)
  }

  /// Stretches rows.
  ///
  /// - Parameters:
  ///   - source: the columns `sources(of: range)` of the coded picture.
  ///   - range: the columns of the stretched picture to compute.
  func columns(_ range: Range<Int>, of source: PixelBuffer) -> PixelBuffer {
    stretch(
      range, width: range.count, height: source.height, source: source, isAlongRows: true)
  }

  /// Stretches columns, as above.
  func rows(_ range: Range<Int>, of source: PixelBuffer) -> PixelBuffer {
    stretch(
      range, width: source.width, height: range.count, source: source, isAlongRows: false)
  }

  private func stretch(
    _ range: Range<Int>, width: Int, height: Int, source: PixelBuffer,
    isAlongRows: Bool
  ) -> PixelBuffer {
    let start = sources(of: range).lowerBound
    let step = isAlongRows ? PixelBuffer.bytesPerPixel : source.bytesPerRow
    let taps = range.map { position in
      let (first, weights) = tap(position)
      return (
        offsets: SIMD4<Int>(
          (0..<4).map { (min(max(first + $0, 0), coded - 1) - start) * step }),
        weights: weights
      )
    }
    let bytesPerRow = width * PixelBuffer.bytesPerPixel
    let bytes = source.bytes.withUnsafeBufferPointer { pixels in
      [UInt8](unsafeUninitializedCapacity: bytesPerRow * height) { target, count in
        for y in 0..<height {
          for x in 0..<width {
            let (offsets, weights) = taps[isAlongRows ? x : y]
            let base =
              isAlongRows ? y * source.bytesPerRow : x * PixelBuffer.bytesPerPixel
            for channel in 0..<PixelBuffer.bytesPerPixel {
              let origin = base + channel
              let values = SIMD4<Int32>(
                Int32(pixels[origin + offsets.x]), Int32(pixels[origin + offsets.y]),
                Int32(pixels[origin + offsets.z]), Int32(pixels[origin + offsets.w]))
              let sum = (values &* weights).wrappedSum()
              target[y * bytesPerRow + x * PixelBuffer.bytesPerPixel + channel] =
                UInt8(clamping: (sum + Stretching.unit / 2) >> 12)
            }
          }
        }
        count = bytesPerRow * height
      }
    }
    return PixelBuffer(width: width, height: height, bytes: bytes)
  }
}
