import Imaging
import TestSupport
import Testing

@testable import FaceDetection

/// The fast resampler compared with the obvious loop.
@Suite struct AreaResamplingTests {
  private func noise(_ width: Int, _ height: Int) -> PixelBuffer {
    var generator = SplitMix64(state: 7)
    return PixelBuffer(
      width: width, height: height,
      bytes: (0..<(width * height * 4)).map { _ in UInt8(generator.next() >> 56) })
  }

  /// Means over floor(i * in / out) ..< ceil((i + 1) * in / out), as PyTorch defines it.
  private func reference(_ picture: PixelBuffer, width: Int, height: Int) -> [Float] {
    var pixels: [Float] = []
    for y in 0..<height {
      let rows =
        (y * picture.height / height)..<(((y + 1) * picture.height + height - 1) / height)
      for x in 0..<width {
        let columns =
          (x * picture.width / width)..<(((x + 1) * picture.width + width - 1) / width)
        for channel in 0..<3 {
          var sum = 0
          for row in rows {
            for column in columns { sum += Int(picture[column, row][channel]) }
          }
          let mean = Float(sum) / Float(rows.count * columns.count)
          pixels.append((mean - 127.5) / 128)
        }
      }
    }
    return pixels
  }

  private func difference(_ first: [Float], _ second: [Float]) -> Float {
    zip(first, second).map { abs($0 - $1) }.max() ?? .infinity
  }

  @Test(arguments: [
    (33, 21, 12, 7), (33, 21, 33, 21), (5, 3, 24, 24), (1, 1, 24, 24), (7, 600, 3, 2),
    (100, 9, 7, 8),
  ])
  func equalsTheObviousLoop(width: Int, height: Int, newWidth: Int, newHeight: Int) throws {
    let picture = noise(width, height)
    let tile = PictureTile(whole: picture, pictureWidth: width, pictureHeight: height)
    var resampler = AreaResampler()
    var pixels = [Float](repeating: .nan, count: 3 * newWidth * newHeight)
    let done: Void? = tile.withPart {
      resampler.resample(
        $0, width: newWidth, height: newHeight, columns: 0..<newWidth, rows: 0..<newHeight,
        into: &pixels)
    }
    try #require(done != nil)
    let expected = reference(picture, width: newWidth, height: newHeight)
    #expect(difference(pixels, expected) < 1e-6)
  }

  @Test func windowOfAPartEqualsTheWhole() throws {
    let picture = noise(90, 70)
    let whole = reference(picture, width: 40, height: 31)
    let window = PyramidWindow(
      level: PyramidLevel(scale: 0.44, width: 40, height: 31), columns: 6..<20, rows: 4..<17)
    let source = window.sourceRectangle(width: 90, height: 70)
    let tile = PictureTile(
      part: picture.cropped(
        x: source.x, y: source.y, width: source.width, height: source.height), x: source.x,
      y: source.y, pictureWidth: 90, pictureHeight: 70)
    var resampler = AreaResampler()
    var pixels = [Float](repeating: .nan, count: 3 * 14 * 13)
    let done: Void? = tile.withPart {
      resampler.resample(
        $0, width: 40, height: 31, columns: window.columns, rows: window.rows, into: &pixels)
    }
    try #require(done != nil)
    let expected = window.rows.flatMap { y in
      window.columns.flatMap { x in whole[(y * 40 + x) * 3..<(y * 40 + x + 1) * 3] }
    }
    #expect(difference(pixels, expected) < 1e-6)
  }

  @Test func windowsBeginOnEvenPixelsAndStayInside() throws {
    let level = PyramidLevel(scale: 0.1, width: 65, height: 37)
    for x in stride(from: Float(-50), to: 700, by: 37) {
      guard let window = level.window(around: SIMD2(x, 180), side: 200) else { continue }
      #expect(window.columns.lowerBound % 2 == 0 && window.rows.lowerBound % 2 == 0)
      #expect(window.columns.upperBound % 2 == 0 || window.columns.upperBound == 65)
      #expect(window.columns.upperBound <= 65 && window.rows.upperBound <= 37)
    }
    #expect(level.window(around: SIMD2(325, 180), side: 200)?.columns == 22..<44)
    #expect(level.window(around: SIMD2(-900, 180), side: 200) == nil)
    #expect(level.window(around: SIMD2(.nan, 180), side: 200) == nil)
  }
}
