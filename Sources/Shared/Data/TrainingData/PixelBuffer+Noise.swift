internal import Foundation
internal import Imaging
internal import Randomness

extension PixelBuffer {
  /// Adds Gaussian noise to every value, rounded to whole numbers.
  ///
  /// A table turns 12 random bits into a number of the normal distribution: the means of 4096
  /// equally likely parts of it, up to 3.7 standard deviations. That is ten times as fast as
  /// drawing from the distribution itself, and makes no difference to a picture.
  mutating func addNoise(_ noise: AugmentationPlan.Noise) {
    let count = width * height
    var random = RandomStream(seed: noise.seed, .augmentation)
    bytes.withUnsafeMutableBufferPointer { bytes in
      withUnsafeTemporaryAllocation(of: Int32.self, capacity: NormalTable.count) { table in
        for (index, value) in NormalTable.values.enumerated() {
          table[index] = Int32((Double(value) * noise.sigma).rounded())
        }
        for pixel in 0..<count {
          let bits = random.next()
          for channel in 0..<3 {
            let entry = Int(truncatingIfNeeded: bits >> UInt64(12 * channel)) & 4095
            let value = Int32(bytes[4 * pixel + channel]) &+ table[entry]
            bytes[4 * pixel + channel] = UInt8(truncatingIfNeeded: min(max(value, 0), 255))
          }
        }
      }
    }
  }

  /// Fills a rectangle with uniform noise. Whole pixels, at least one if the area is not 0.
  mutating func erase(_ erasing: AugmentationPlan.Erasing) {
    let left = Int(erasing.x * Double(width))
    let top = Int(erasing.y * Double(height))
    let right = min(left + Int((erasing.width * Double(width)).rounded(.up)), width)
    let bottom = min(top + Int((erasing.height * Double(height)).rounded(.up)), height)
    var random = RandomStream(seed: erasing.seed, .augmentation)
    for row in top..<bottom {
      for column in left..<right {
        let bits = random.next()
        let start = (row * width + column) * Self.bytesPerPixel
        for channel in 0..<3 {
          bytes[start + channel] = UInt8(truncatingIfNeeded: bits >> UInt64(8 * channel))
        }
      }
    }
  }
}

/// The standard normal distribution in equally likely steps.
enum NormalTable {
  static let count = 4096

  /// Ascending, symmetric, of mean 0 and variance 1.
  static let values: [Float] = {
    let upper = (0..<(count / 2)).map { step in
      quantile(0.5 + (Double(step) + 0.5) / Double(count))
    }
    let variance = upper.reduce(0) { $0 + $1 * $1 } / Double(upper.count)
    let scaled = upper.map { Float($0 / variance.squareRoot()) }
    return scaled.reversed().map { -$0 } + scaled
  }()

  /// The number below which this share of the distribution lies, for shares of 0.5 and more: by
  /// Newton's method, which approaches it from below and can't overshoot.
  private static func quantile(_ share: Double) -> Double {
    var x = 0.0
    for _ in 0..<40 {
      let distribution = 0.5 * erfc(-x / 2.0.squareRoot())
      let density = exp(-0.5 * x * x) / (2 * Double.pi).squareRoot()
      x += (share - distribution) / density
    }
    return x
  }
}
