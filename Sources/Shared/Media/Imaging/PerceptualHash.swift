internal import Foundation

/// A hash of how a picture looks, 255 bits: the hashes of a picture's copies differ in few bits,
/// whatever the size, compression and brightness of the copies.
///
/// The bits say which coefficients of a discrete cosine transform of the luma, at 32x32 pixels, lie
/// above their median: the 16x16 of lowest frequency without the mean, low frequencies first (as
/// pHash by Zauner, 2010, with 8x8). Mirrored and rotated copies are not recognised.
package struct PerceptualHash: Sendable, Hashable {
  /// The largest number of bits in which copies differ; docs/copies.md has the measurements.
  package static let maximumDistanceOfCopies = 40

  /// The largest number of the first 64 bits in which copies differ; these alone rule out most
  /// other pictures.
  @usableFromInline static let maximumFirstDistance = 16

  /// The bits, low frequencies in the lowest ones of the first word; the last bit is 0.
  @usableFromInline let words: SIMD4<UInt64>

  /// The hash of a picture; nil if it has so little structure that its bits would say nothing.
  package init?(_ picture: PixelBuffer) {
    guard let coefficients = Self.coefficients(of: Self.luma(of: picture)) else { return nil }
    let median = coefficients.sorted()[coefficients.count / 2]
    var words = SIMD4<UInt64>()
    for (index, coefficient) in coefficients.enumerated() where coefficient > median {
      words[index / 64] |= 1 << UInt64(index % 64)
    }
    self.words = words
  }

  /// Number of bits in which the hashes differ, 0...255.
  @inlinable package func distance(to other: PerceptualHash) -> Int {
    let difference = words ^ other.words
    return difference[0].nonzeroBitCount + difference[1].nonzeroBitCount
      + difference[2].nonzeroBitCount + difference[3].nonzeroBitCount
  }

  /// The distance if the pictures look like copies of one another, else nil. About 2 nanoseconds.
  @inlinable package func distanceOfCopy(_ other: PerceptualHash) -> Int? {
    guard (words[0] ^ other.words[0]).nonzeroBitCount <= Self.maximumFirstDistance else {
      return nil
    }
    let distance = distance(to: other)
    return distance <= Self.maximumDistanceOfCopies ? distance : nil
  }

  // MARK: Videos

  /// Indices of the crops that represent a video of `count` crops: at a sixth, a half and five
  /// sixths.
  package static func chosenCrops(of count: Int) -> [Int] {
    let chosen = 3
    return count == 0 ? [] : (0..<chosen).map { (2 * $0 + 1) * count / (2 * chosen) }
  }

  // MARK: Transform

  /// Side of the picture that is transformed.
  private static let size = 32
  /// Number of frequencies that are kept in each direction.
  private static let frequencies = 16
  /// Smallest standard deviation of the luma with which a picture has a hash, in grey levels.
  private static let leastDeviation = 2.0

  /// Rows of the orthonormal DCT-II: frequency, then pixel.
  private static let cosines: [Double] = (0..<frequencies).flatMap { frequency in
    (0..<size).map { pixel in
      let angle = Double.pi * Double(frequency) * (Double(pixel) + 0.5) / Double(size)
      return cos(angle) * (frequency == 0 ? 1 : 2.0.squareRoot()) / Double(size).squareRoot()
    }
  }

  /// Indices of the 16x16 coefficients without the mean, sorted by the sum of both frequencies.
  private static let order: [Int] = (1..<frequencies * frequencies).sorted {
    let (left, right) = ($0 / frequencies + $0 % frequencies, $1 / frequencies + $1 % frequencies)
    return left != right ? left < right : $0 < $1
  }

  /// BT.601's luma at 32x32 pixels, 0...255.
  private static func luma(of picture: PixelBuffer) -> [Double] {
    let small = picture.resized(width: size, height: size)
    return (0..<size * size).map {
      let pixel = small[$0 % size, $0 / size]
      return 0.299 * Double(pixel[0]) + 0.587 * Double(pixel[1]) + 0.114 * Double(pixel[2])
    }
  }

  /// The coefficients in ``order``; nil for a picture that is nearly of one colour.
  private static func coefficients(of luma: [Double]) -> [Double]? {
    let mean = luma.reduce(0, +) / Double(luma.count)
    let variance = luma.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(luma.count)
    guard variance.squareRoot() >= leastDeviation else { return nil }
    // Columns, then rows: [frequency y, pixel x] and [frequency y, frequency x].
    var columns = [Double](repeating: 0, count: frequencies * size)
    for v in 0..<frequencies {
      for y in 0..<size {
        let factor = cosines[v * size + y]
        for x in 0..<size { columns[v * size + x] += factor * luma[y * size + x] }
      }
    }
    var result = [Double](repeating: 0, count: frequencies * frequencies)
    for v in 0..<frequencies {
      for u in 0..<frequencies {
        for x in 0..<size {
          result[v * frequencies + u] += cosines[u * size + x] * columns[v * size + x]
        }
      }
    }
    return order.map { result[$0] }
  }
}

/// Encoded as text: 64 hexadecimal digits, the first word first.
extension PerceptualHash: Codable {
  private static let digitsOfWord = 16

  package var text: String {
    (0..<4).map { word in
      let digits = String(words[word], radix: 16)
      return String(repeating: "0", count: Self.digitsOfWord - digits.count) + digits
    }.joined()
  }

  /// Reads a hash from its text; nil if the text isn't a hash.
  package init?(text: String) {
    let digits = Array(text.utf8)
    guard digits.count == 4 * Self.digitsOfWord else { return nil }
    var words = SIMD4<UInt64>()
    for word in 0..<4 {
      let part = digits[word * Self.digitsOfWord..<(word + 1) * Self.digitsOfWord]
      // A sign is no digit, but `UInt64.init` accepts one.
      guard part.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
        let value = UInt64(String(decoding: part, as: UTF8.self), radix: 16)
      else { return nil }
      words[word] = value
    }
    self.words = words
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let hash = PerceptualHash(text: text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "expected 64 hexadecimal digits, got \(text)")
    }
    self = hash
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}
