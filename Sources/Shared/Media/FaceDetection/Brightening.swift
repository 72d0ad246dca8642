internal import Foundation
internal import Imaging

/// A tone curve that makes a dark picture bright enough for the networks, which saw few dark ones.
struct Brightening {
  private let curve: [UInt8]

  /// The curve for a picture, or nil if it is bright enough: a gain that lifts the 98th percentile
  /// of luminance to 235 and a gamma that then lifts the median to 110.
  init?(_ picture: PixelBuffer) {
    let histogram = Self.luminanceHistogram(picture)
    let high = Self.percentile(0.98, histogram)
    let median = Self.percentile(0.5, histogram)
    guard median < 90 || high < 160 else { return nil }
    // A gain above 8 shows only noise.
    let gain = min(8, max(1, 235 / Double(max(high, 1))))
    let middle = min(0.99, max(0.02, Double(median) * gain / 255))
    let gamma = min(1, max(0.4, log(110.0 / 255) / log(middle)))
    curve = (0..<256).map { value in
      UInt8(min(255, pow(min(1, Double(value) * gain / 255), gamma) * 255 + 0.5))
    }
  }

  /// The picture with the curve applied to each channel.
  func applied(to picture: PixelBuffer) -> PixelBuffer {
    var result = picture
    result.bytes.withUnsafeMutableBufferPointer { bytes in
      curve.withUnsafeBufferPointer { curve in
        for i in bytes.indices { bytes[i] = curve[Int(bytes[i])] }
      }
    }
    return result
  }

  /// Counts of luminance (Rec. 601 weights in 1/256).
  private static func luminanceHistogram(_ picture: PixelBuffer) -> [Int] {
    var counts = [Int](repeating: 0, count: 256)
    picture.bytes.withUnsafeBufferPointer { bytes in
      for pixel in stride(from: 0, to: bytes.count, by: PixelBuffer.bytesPerPixel) {
        let (red, green, blue) = (Int(bytes[pixel]), Int(bytes[pixel + 1]), Int(bytes[pixel + 2]))
        counts[(77 * red + 150 * green + 29 * blue) >> 8] += 1
      }
    }
    return counts
  }

  /// The smallest value that at least `share` of the pixels don't exceed.
  private static func percentile(_ share: Double, _ counts: [Int]) -> Int {
    let wanted = Double(counts.reduce(0, +)) * share
    var seen = 0
    for (value, count) in counts.enumerated() {
      seen += count
      if Double(seen) >= wanted { return value }
    }
    return 255
  }
}
