import Foundation
@testable import Imaging
import TestSupport
import Testing

/// Hashes of how a picture looks.
@Suite struct PerceptualHashTests {
  /// A picture of soft spots, different for each number.
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

  /// Copies at another quality, size, brightness and contrast, with a blur, and shifted by a pixel,
  /// as when the face is found again in a copy, are recognised.
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

  /// Different pictures are not recognised as copies: no two of a hundred.
  @Test func differentPicturesAreNot() throws {
    let hashes = try (0..<100).map { try hash(picture($0, size: 64)) }
    for (index, hash) in hashes.enumerated() {
      for other in hashes[..<index] {
        #expect(hash.distance(to: other) > PerceptualHash.maximumDistanceOfCopies + 20)
        #expect(hash.distanceOfCopy(other) == nil)
      }
    }
  }

  /// The distance is the number of different bits, in both directions, and the negative of a
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

  /// Official portraits of 536 people: no two are nearly copies, and all copies at a low quality,
  /// at half the size and brightened are recognised (docs/copies.md has these numbers).
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

  private func random(_ generator: inout SplitMix64) throws -> PerceptualHash {
    let words = (0..<4).map { _ in String(generator.next() | 1 << 63, radix: 16) }
    return try #require(PerceptualHash(text: words.joined()))
  }

  /// An index finds exactly what a comparison with all finds: copies at the limits, beyond them,
  /// and several of equal distance.
  @Test func anIndexFindsTheClosest() throws {
    var generator = SplitMix64(state: 5)
    var hashes = try (0..<5_000).map { _ in try random(&generator) }
    let asked = try (0..<300).map { _ in try random(&generator) }
    for (number, hash) in asked.enumerated() where number % 4 != 0 {
      // The first word changes by up to 18 bits, the others by up to 30.
      for _ in 0...number % 3 {
        var words = (0..<4).map { UInt64(hash.text.dropFirst(16 * $0).prefix(16), radix: 16) ?? 0 }
        for _ in 0..<(number % 19) { words[0] ^= 1 << UInt64.random(in: 0..<64, using: &generator) }
        for _ in 0..<(number % 31) {
          words[Int.random(in: 1..<4, using: &generator)] ^=
            1 << UInt64.random(in: 0..<64, using: &generator)
        }
        let text = words.map {
          String(repeating: "0", count: $0.leadingZeroBitCount / 4)
            + ($0 == 0 ? "" : String($0, radix: 16))
        }.joined()
        hashes[Int.random(in: hashes.indices, using: &generator)] = try #require(
          PerceptualHash(text: text))
      }
    }
    let index = PerceptualHashIndex(hashes)
    var found = 0
    for hash in asked {
      let expected = hashes.enumerated().compactMap { position, other in
        hash.distanceOfCopy(other).map { (distance: $0, position: position) }
      }.min { ($0.distance, $0.position) < ($1.distance, $1.position) }
      let got = index.closest(to: hash)
      #expect(got?.position == expected?.position && got?.distance == expected?.distance)
      found += expected == nil ? 0 : 1
    }
    #expect((100..<225).contains(found), "\(found)")
    #expect(PerceptualHashIndex([]).closest(to: asked[0]) == nil)
  }

  /// The text in records has 64 digits, and nothing else.
  @Test func textAndBack() throws {
    var generator = SplitMix64(state: 6)
    for hash in try (0..<10).map({ try hash(picture($0)) }) + [try random(&generator)] {
      #expect(hash.text.utf8.count == 64)
      #expect(PerceptualHash(text: hash.text) == hash)
      let json = try JSONEncoder().encode([hash, nil])
      #expect(try JSONDecoder().decode([PerceptualHash?].self, from: json) == [hash, nil])
    }
    let digits = String(repeating: "0", count: 63)
    for wrong in ["", digits, digits + "g", "+" + digits, digits + "00", digits + "é"] {
      #expect(PerceptualHash(text: wrong) == nil)
      #expect(throws: DecodingError.self) {
        try JSONDecoder().decode([PerceptualHash].self, from: try JSONEncoder().encode([wrong]))
      }
    }
  }
}
