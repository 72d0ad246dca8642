import Contract
import Foundation
import Imaging
import TestSupport
import Testing

/// Warps, crops and rotations.
@Suite struct WarpTests {
  private func noise(width: Int, height: Int, seed: UInt64 = 1) -> PixelBuffer {
    var generator = SplitMix64(state: seed)
    var picture = PixelBuffer(width: width, height: height)
    for row in 0..<height {
      for column in 0..<width {
        let bits = generator.next()
        picture[column, row] = SIMD4(
          UInt8(truncatingIfNeeded: bits), UInt8(truncatingIfNeeded: bits >> 8),
          UInt8(truncatingIfNeeded: bits >> 16), 255)
      }
    }
    return picture
  }

  /// the identity changes nothing.
  @Test func identity() {
    let picture = noise(width: 33, height: 33)
    #expect(
      picture.warped(sizePixels: 33, by: SimilarityTransform(a: 1, b: 0, tx: 0, ty: 0)) == picture)
  }

  /// whole pixels of translation are a crop, and outside is black.
  @Test func translation() {
    let picture = noise(width: 41, height: 29)
    let inside = picture.warped(
      sizePixels: 17, by: SimilarityTransform(a: 1, b: 0, tx: 9, ty: 5))
    #expect(inside == picture.cropped(x: 9, y: 5, width: 17, height: 17))

    let across = picture.warped(
      sizePixels: 17, by: SimilarityTransform(a: 1, b: 0, tx: 30, ty: -4))
    var expected = PixelBuffer(width: 17, height: 17)
    expected.paste(picture, x: -30, y: 4)
    #expect(across == expected)

    let black = PixelBuffer(width: 17, height: 17)
    for (tx, ty) in [(1000.0, 0.0), (0, -1000), (1e12, 1e12), (-1e300, 0)] {
      let far = picture.warped(
        sizePixels: 17, by: SimilarityTransform(a: 1, b: 0, tx: tx, ty: ty))
      #expect(far == black)
    }
  }

  /// a quarter turn is exact.
  @Test(arguments: [1, 2, 3])
  func quarterTurn(turns: Int) {
    let picture = noise(width: 31, height: 31)
    let (a, b, tx, ty): (Double, Double, Double, Double) =
      switch turns {
      case 1: (0, -1, 0, 31)
      case 2: (-1, 0, 31, 31)
      default: (0, 1, 31, 0)
      }
    let warped = picture.warped(
      sizePixels: 31, by: SimilarityTransform(a: a, b: b, tx: tx, ty: ty))
    #expect(warped == picture.rotatedClockwise(quarterTurns: turns))
  }

  /// shrinking a fine chessboard gives grey.
  @Test func chessboard() {
    var picture = PixelBuffer(width: 100, height: 100)
    for row in 0..<100 {
      for column in 0..<100 where (row + column) % 2 == 0 {
        picture[column, row] = SIMD4(255, 255, 255, 255)
      }
    }
    for angle in [0.0, 0.3] {
      let (a, b) = angle == 0 ? (2.5, 0.0) : (2.5 * 0.955_336_489, 2.5 * 0.295_520_207)
      let shrunk = picture.warped(
        sizePixels: 20, by: SimilarityTransform(a: a, b: b, tx: 30, ty: 20))
      for row in 2..<10 {
        for column in 2..<10 {
          #expect(abs(Int(shrunk[column, row].x) - 128) <= 26)
        }
      }
    }
  }

  /// the same as the obvious loop in double precision.
  @Test(arguments: [1, 2, 3, 4, 5])
  func reference(seed: UInt64) {
    var generator = SplitMix64(state: seed)
    func random(_ range: ClosedRange<Double>) -> Double {
      Double.random(in: range, using: &generator)
    }
    let picture = noise(width: 37, height: 23, seed: seed)
    for size in [1, 2, 7, 33] {
      let transform = SimilarityTransform(
        a: random(-3...3), b: random(-3...3), tx: random(-10...40), ty: random(-10...30))
      let fast = picture.warped(sizePixels: size, by: transform)
      let slow = referenceWarp(picture, sizePixels: size, by: transform)
      let largest = zip(fast.bytes, slow.bytes).map { abs(Int($0) - Int($1)) }.max() ?? 0
      #expect(largest <= 1, "\(transform), \(size)")
    }
  }

  /// Mean of k x k bilinear samples per pixel.
  private func referenceWarp(
    _ picture: PixelBuffer, sizePixels: Int, by transform: SimilarityTransform
  ) -> PixelBuffer {
    func value(_ x: Int, _ y: Int, _ channel: Int) -> Double {
      guard x >= 0, y >= 0, x < picture.width, y < picture.height else { return 0 }
      return Double(picture[x, y][channel])
    }
    let samples = max(Int(transform.scale.rounded(.up)), 1)
    var result = PixelBuffer(width: sizePixels, height: sizePixels)
    for row in 0..<sizePixels {
      for column in 0..<sizePixels {
        for channel in 0..<3 {
          var sum = 0.0
          for subRow in 0..<samples {
            for subColumn in 0..<samples {
              let point = transform.apply(
                SIMD2(
                  Double(column) + (Double(subColumn) + 0.5) / Double(samples),
                  Double(row) + (Double(subRow) + 0.5) / Double(samples)))
              let x = (point.x - 0.5).rounded(.down)
              let y = (point.y - 0.5).rounded(.down)
              let (right, bottom) = (point.x - 0.5 - x, point.y - 0.5 - y)
              for (offsetX, weightX) in [(0, 1 - right), (1, right)] {
                for (offsetY, weightY) in [(0, 1 - bottom), (1, bottom)] {
                  sum += weightX * weightY * value(Int(x) + offsetX, Int(y) + offsetY, channel)
                }
              }
            }
          }
          result[column, row][channel] = UInt8(
            min(max((sum / Double(samples * samples)).rounded(), 0), 255))
        }
      }
    }
    return result
  }

  /// What lies outside of the picture is what numpy.pad's reflection gives
  /// (Tests/Fixtures/imaging/make_reflected_warps.py).
  @Test func reflection() throws {
    struct Case: Decodable {
      let width: Int
      let height: Int
      let size: Int
      let transform: [Double]
      let picture: Data
      let crop: Data
    }
    func buffer(_ width: Int, _ height: Int, _ values: Data) -> PixelBuffer {
      var bytes: [UInt8] = []
      for (index, value) in values.enumerated() {
        bytes += index % 3 == 2 ? [value, 255] : [value]
      }
      return PixelBuffer(width: width, height: height, bytes: bytes)
    }
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures/imaging/reflected_warps.json")
    let cases = try JSONDecoder().decode([Case].self, from: Data(contentsOf: url))
    #expect(cases.count == 7)
    for (number, values) in cases.enumerated() {
      let numbers = values.transform
      let crop = buffer(values.width, values.height, values.picture).warped(
        sizePixels: values.size,
        by: SimilarityTransform(a: numbers[0], b: numbers[1], tx: numbers[2], ty: numbers[3]),
        fill: .reflect)
      let expected = buffer(values.size, values.size, values.crop)
      let largest = zip(crop.bytes, expected.bytes).map { abs(Int($0) - Int($1)) }.max()
      #expect(largest ?? 255 <= 1, "case \(number)")
    }
  }

  /// The fill changes no pixel inside of the picture, and all pixels outside.
  @Test(arguments: [0.7, 1.0, 2.4])
  func fillsAreEqualInside(scale: Double) {
    let picture = noise(width: 40, height: 30)
    let transform = SimilarityTransform(a: scale, b: 0.2, tx: -6.3, ty: -4.1)
    let black = picture.warped(sizePixels: 24, by: transform)
    let reflected = picture.warped(sizePixels: 24, by: transform, fill: .reflect)
    var (inside, outside) = (0, 0)
    for y in 0..<24 {
      for x in 0..<24 {
        let corners = [(0.0, 0.0), (1, 0), (0, 1), (1, 1)].map {
          transform.apply(SIMD2(Double(x) + $0.0, Double(y) + $0.1))
        }
        if corners.allSatisfy({ (0.5...39.5).contains($0.x) && (0.5...29.5).contains($0.y) }) {
          inside += 1
          #expect(black[x, y] == reflected[x, y])
        } else if corners.allSatisfy({ $0.x < -1 || $0.y < -1 || $0.x > 41 || $0.y > 31 }) {
          outside += 1
          #expect(black[x, y] == SIMD4(0, 0, 0, 255) && reflected[x, y] != SIMD4(0, 0, 0, 255))
        }
      }
    }
    #expect(inside > 50 && outside > 50)
  }

  /// crops, rotations and pastes move every pixel where it belongs.
  @Test func moves() {
    let picture = noise(width: 7, height: 5)
    let crop = picture.cropped(x: 2, y: 1, width: 4, height: 3)
    for row in 0..<3 {
      for column in 0..<4 { #expect(crop[column, row] == picture[column + 2, row + 1]) }
    }
    #expect(picture.cropped(x: 0, y: 0, width: 7, height: 5) == picture)
    let turned = picture.rotatedClockwise(quarterTurns: 1)
    #expect(turned.width == 5 && turned.height == 7)
    // The top left corner goes to the top right.
    #expect(turned[4, 0] == picture[0, 0] && turned[0, 0] == picture[0, 4])
    #expect(turned.rotatedClockwise(quarterTurns: -1) == picture)
    #expect(turned.rotatedClockwise(quarterTurns: 1) == picture.rotatedClockwise(quarterTurns: 2))
    for (x, y) in [(-3, -2), (5, 3), (-20, 0), (0, 20), (2, -9), (-7, -5), (6, 4)] {
      var canvas = PixelBuffer(width: 7, height: 5, red: 9)
      canvas.paste(picture, x: x, y: y)
      for row in 0..<5 {
        for column in 0..<7 {
          let isCovered = (0..<7).contains(column - x) && (0..<5).contains(row - y)
          let expected = isCovered ? picture[column - x, row - y] : SIMD4(9, 0, 0, 255)
          #expect(canvas[column, row] == expected)
        }
      }
    }
  }
}
