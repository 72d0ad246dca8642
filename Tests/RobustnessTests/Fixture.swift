import Foundation
import Imaging

/// Pictures before and after, from OpenCV and NumPy: `Tests/Fixtures/robustness/make_fixtures.py`.
struct Fixture: Decodable {
  let width: Int
  let height: Int
  let rgb: Data
  let normals: Data
  let saturation: [Data]
  let contrast: [Data]
  let noise: [Data]
  let blur: [Data]
  let pixelation: [Data]

  static func load() throws -> [Fixture] {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures/robustness/expected.json")
    return try JSONDecoder().decode([Fixture].self, from: Data(contentsOf: file))
  }

  var picture: PixelBuffer { picture(rgb) }

  /// Standard normal numbers, three per pixel.
  var noiseNumbers: [Float] {
    normals.withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count, by: 4).map {
        let bits = bytes.loadUnaligned(fromByteOffset: $0, as: UInt32.self)
        return Float(bitPattern: UInt32(littleEndian: bits))
      }
    }
  }

  func picture(_ rgb: Data) -> PixelBuffer {
    var picture = PixelBuffer(width: width, height: height)
    for (place, value) in rgb.enumerated() { picture.bytes[place / 3 * 4 + place % 3] = value }
    return picture
  }
}

/// Differences of red, green and blue between two pictures.
struct Difference {
  var largest = 0
  var mean = 0.0
  var meanSquare = 0.0

  init(_ one: PixelBuffer, _ other: PixelBuffer) {
    precondition(one.width == other.width && one.height == other.height, "pictures of one size")
    var (sum, squares, count) = (0, 0, 0)
    for place in one.bytes.indices where place % 4 != 3 {
      let difference = abs(Int(one.bytes[place]) - Int(other.bytes[place]))
      largest = max(largest, difference)
      sum += difference
      squares += difference * difference
      count += 1
    }
    mean = Double(sum) / Double(count)
    meanSquare = Double(squares) / Double(count)
  }

  /// Decibels; infinite for equal pictures.
  var peakSignalToNoise: Double { 10 * log10(255 * 255 / meanSquare) }
}

/// A moving picture with gradients, edges, waves and a little grain.
func drawnPicture(_ number: Int, width: Int, height: Int) -> PixelBuffer {
  var picture = PixelBuffer(width: width, height: height)
  for y in 0..<height {
    for x in 0..<width {
      let (u, v) = (Double(x + 2 * number), Double(y))
      let wave = 25 * sin(u / 3) * cos(v / 4) + 30 * sin((u + v) / 19)
      let grain = Double(((x * 7919) ^ (y * 104_729) ^ (number * 31)) % 13) - 6
      let isInside = (u / 40).rounded(.down).truncatingRemainder(dividingBy: 2) == 0
      let base = isInside ? SIMD3(190, 90, 60) : SIMD3(60, 130, 170.0)
      for channel in 0..<3 {
        let value = base[channel] + wave + grain
        picture.bytes[(y * width + x) * 4 + channel] = UInt8(min(max(value, 0), 255))
      }
    }
  }
  return picture
}
