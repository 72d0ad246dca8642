import Foundation
import Imaging
import TestSupport
import Testing

/// Hashes of how a picture looks.
@Suite struct PerceptualHashTests {
  /// A picture of soft spots: another one for each number.
  private func picture(_ number: Int, size: Int = 224) -> PixelBuffer {
    var generator = SplitMix64(state: UInt64(number))
    let spots = (0..<9 * 9 * 4).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
    return PixelBuffer(width: 9, height: 9, bytes: spots).resized(width: size, height: size)
  }

  private func hash(_ picture: PixelBuffer) throws -> PerceptualHash {
    try #require(PerceptualHash(picture))
  }

  private func mapped(_ picture: PixelBuffer, _ change: (Double) -> Double) -> PixelBuffer {
    var picture = picture
    picture.bytes = picture.bytes.map { UInt8(min(max(change(Double($0)), 0), 255)) }
    return picture
  }

  /// Copies at another quality, size, brightness and contrast, with a blur, and shifted by a pixel, as
  /// when the face is found anew in a copy, are known for copies.
  @Test func copiesAreAlike() throws {
    for number in 0..<20 {
      let original = picture(number)
      let known = try hash(original)
      var blurred = original
      blurred.blur(sigma: 2)
      let shifted = original.warped(
        width: 224, height: 224, by: SimilarityTransform(a: 1, b: 0.003, tx: 1, ty: -1))
      let copies: [(String, PixelBuffer)] = [
        ("quality 20", try recompressed(original, quality: 20)),
        ("half the size", original.resized(width: 112, height: 112)),
        ("twice the size", original.resized(width: 448, height: 448)),
        ("other proportions", original.resized(width: 300, height: 200)),
        ("brighter", mapped(original) { 1.15 * $0 + 8 }), ("darker", mapped(original) { 0.7 * $0 }),
        ("less contrast", mapped(original) { 0.6 * ($0 - 128) + 128 }), ("blurred", blurred),
        ("shifted", shifted),
      ]
      for (name, copy) in copies {
        let other = try hash(copy)
        #expect(
          known.distanceOfCopy(other) != nil, "\(number), \(name): \(known.distance(to: other))")
      }
      #expect(known.distanceOfCopy(known) == 0)
    }
  }

  /// Different pictures are not: no two of a hundred.
  @Test func differentPicturesAreNot() throws {
    let hashes = try (0..<100).map { try hash(picture($0, size: 64)) }
    for (index, hash) in hashes.enumerated() {
      for other in hashes[..<index] {
        #expect(hash.distance(to: other) > PerceptualHash.maximumDistanceOfCopies + 20)
        #expect(hash.distanceOfCopy(other) == nil)
      }
    }
  }

  /// The distance is the number of different bits, the same from both ends, and the negative of a
  /// picture differs in nearly all.
  @Test func distanceCountsBits() throws {
    let (first, second) = (try hash(picture(1)), try hash(picture(2)))
    #expect(first.distance(to: second) == second.distance(to: first))
    #expect(first.distance(to: first) == 0)
    let negative = try hash(mapped(picture(1)) { 255 - $0 })
    #expect((240...255).contains(first.distance(to: negative)))
  }

  /// A picture of one colour, or nearly so, says nothing: two black frames are no copies.
  @Test func picturesWithoutStructureHaveNone() {
    #expect(PerceptualHash(PixelBuffer(width: 224, height: 224)) == nil)
    #expect(PerceptualHash(mapped(picture(1)) { 0.02 * $0 + 90 }) == nil)
    #expect(PerceptualHash(PixelBuffer(width: 1, height: 1, red: 200)) == nil)
  }

  /// Official portraits of 536 people: no two are nearly copies, and all copies at a low quality, at
  /// half the size and brightened are known (docs/copies.md has these numbers).
  @Test(.enabled(if: SharedData.isPresent, "needs ../shared/data"))
  func portraitsOfDifferentPeopleAreNotCopies() throws {
    let folder = try #require(SharedData.url).appendingPathComponent("portraits").path
    let paths = try #require(FileManager.default.enumerator(atPath: folder))
      .compactMap { $0 as? String }.filter { $0.hasSuffix(".jpg") }.sorted()
    var hashes: [PerceptualHash] = []
    for path in paths {
      let file = try #require(FileManager.default.contents(atPath: folder + "/" + path))
      let picture = try JPEG.decode([UInt8](file))
      let hash = try hash(picture)
      for other in hashes { #expect(hash.distance(to: other) >= 55, "\(path)") }
      hashes.append(hash)
      for (copy, most) in [
        (try recompressed(picture, quality: 20), 10),
        (try recompressed(picture.resized(width: 256, height: 256), quality: 20), 14),
        (mapped(picture) { 1.25 * $0 }, 30),
      ] {
        let other = try self.hash(copy)
        #expect(hash.distance(to: other) <= most && hash.distanceOfCopy(other) != nil, "\(path)")
      }
    }
    #expect(hashes.count == 536)
  }

  private func recompressed(_ picture: PixelBuffer, quality: Int) throws -> PixelBuffer {
    try JPEG.decode(JPEGEncoder(quality: quality).encode(picture))
  }
}
