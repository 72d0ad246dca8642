extension PixelBuffer {
  /// Draws a heat map over the part of this picture that a crop was cut from: orange where the map
  /// is above 0, blue where it is below, deeper the farther from 0. Pixels stay unchanged where the
  /// map is 0, and outside of the crop. The stronger the map's colour, the greyer the picture below
  /// it, because the picture's own colours would mix with the map's.
  ///
  /// - Parameters:
  ///   - map: covers the crop evenly; values in -1...1, others are clamped.
  ///   - sizePixels: width and height of the crop.
  ///   - transform: from coordinates of the crop to coordinates of this picture, as `CropPlacement`
  ///     has it; pixel (0, 0) covers 0...1 in both.
  ///   - strength: share of the map's colour at -1 and 1, the rest is the picture; 0...1, others
  ///     are clamped.
  package mutating func overlay(
    _ map: HeatMap, ofCropSize sizePixels: Int, by transform: SimilarityTransform,
    strength: Double = 0.6
  ) {
    let size = Double(sizePixels)
    let corners = [SIMD2(0, 0), SIMD2(size, 0), SIMD2(0, size), SIMD2(size, size)]
      .map(transform.apply)
    // Otherwise there is no inverse, or the corners aren't finite.
    guard sizePixels > 0, transform.scale > 1e-6,
      corners.allSatisfy({ $0.x.isFinite && $0.y.isFinite })
    else { return }
    let columns = Self.pixels(corners.map(\.x), in: width)
    let rows = Self.pixels(corners.map(\.y), in: height)
    guard !columns.isEmpty, !rows.isEmpty else { return }
    // From this picture's pixels to 0...1 in the crop.
    let inverse = transform.inverse
    let (across, down) = (inverse.a / size, inverse.b / size)
    let blends = Self.blends(strength: strength.isNaN ? 0 : min(max(strength, 0), 1))
    let bytesPerRow = bytesPerRow
    bytes.withUnsafeMutableBufferPointer { bytes in
      map.values.withUnsafeBufferPointer { values in
        for row in rows {
          let start = inverse.apply(SIMD2(0.5, Double(row) + 0.5)) / size
          for column in columns {
            let x = start.x + Double(column) * across
            let y = start.y + Double(column) * down
            guard x >= 0, y >= 0, x < 1, y < 1 else { continue }
            let value = map.interpolated(
              values, HeatMap.neighbours(x, map.width), HeatMap.neighbours(y, map.height))
            // Adds 0.5 and truncates, because `rounded()` is a function call; shifted by 1 first,
            // so that all values are positive.
            let step = Int((min(max(value, -1), 1) + 1) * Double(Self.blendSteps) + 0.5)
            guard step != Self.blendSteps else { continue }
            blends[step].apply(to: bytes, at: row * bytesPerRow + column * Self.bytesPerPixel)
          }
        }
      }
    }
  }

  /// The pixels whose centres may lie between the smallest and the largest of some coordinates.
  private static func pixels(_ coordinates: [Double], in count: Int) -> Range<Int> {
    let limit = Double(count)
    let (first, last) = (coordinates.min() ?? 0, coordinates.max() ?? 0)
    let lower = Int(min(max(first.rounded(.down), 0), limit))
    return lower..<max(Int(min(max(last.rounded(.up), 0), limit)), lower)
  }

  /// Number of steps that a map's values from 0 to 1 are divided into.
  private static let blendSteps = 255

  /// The blend for each step from -1 to 1.
  private static func blends(strength: Double) -> [Blend] {
    (-blendSteps...blendSteps).map { Blend(Double($0) / Double(blendSteps), strength: strength) }
  }
}

/// A colour that is mixed into a pixel; shares are in 1/256.
private struct Blend {
  /// Colour times its share, for red, green and blue.
  private let colour: SIMD4<Int32>
  /// Share of the pixel's own colour.
  private let own: Int32
  /// Share of the pixel's grey.
  private let grey: Int32

  init(_ value: Double, strength: Double) {
    let depth = abs(value)
    let share = (256 * depth * strength).rounded()
    // Without the palest colours, which would look like fog on a face; the share shows small
    // values.
    let tint = DivergingColours.colour(value < 0 ? 0.6 * value - 0.4 : 0.6 * value + 0.4)
    colour = SIMD4(
      Int32(Double(tint.red) * share), Int32(Double(tint.green) * share),
      Int32(Double(tint.blue) * share), 0)
    own = Int32((256 - share) * (1 - min(depth * 2 * strength, 1)))
    grey = 256 - Int32(share) - own
  }

  @inline(__always)
  func apply(to bytes: UnsafeMutableBufferPointer<UInt8>, at offset: Int) {
    let red = Int32(bytes[offset])
    let green = Int32(bytes[offset + 1])
    let blue = Int32(bytes[offset + 2])
    // ITU-R BT.601's luma, in 1/256.
    let luma = (77 * red + 150 * green + 29 * blue) >> 8
    let base = grey * luma + 128
    bytes[offset] = UInt8(clamping: (own * red + base + colour.x) >> 8)
    bytes[offset + 1] = UInt8(clamping: (own * green + base + colour.y) >> 8)
    bytes[offset + 2] = UInt8(clamping: (own * blue + base + colour.z) >> 8)
  }
}
