import Imaging
import Testing

/// What the search needs from a picture in memory.
@Suite struct FramePictureTests {
  private var picture: PixelBuffer {
    var picture = PixelBuffer(width: 6, height: 4)
    for y in 0..<4 {
      for x in 0..<6 {
        picture[x, y] = SIMD4(UInt8(10 * x), UInt8(10 * y), UInt8(x + 6 * y), 255)
      }
    }
    return picture
  }

  @Test func reducedIsTheMean() {
    let reduced = picture.reduced(width: 3, height: 2)
    #expect(reduced[0, 0] == SIMD4(5, 5, 4, 255))
    #expect(reduced[2, 1] == SIMD4(45, 25, 20, 255))
    #expect(picture.reduced(width: 6, height: 4) == picture)
  }

  @Test func regionIsCutOut() {
    let region = picture.region(x: 2, y: 1, width: 3, height: 2)
    #expect(region.width == 3 && region.height == 2)
    #expect(region[0, 0] == picture[2, 1])
    #expect(region[2, 1] == picture[4, 2])
  }

  @Test func rectanglesMeetAndJoin() {
    let first = PixelRectangle(x: 0, y: 0, width: 10, height: 10)
    let second = PixelRectangle(x: 6, y: -4, width: 10, height: 8)
    #expect(first.intersection(second) == PixelRectangle(x: 6, y: 0, width: 4, height: 4))
    #expect(first.union(second) == PixelRectangle(x: 0, y: -4, width: 16, height: 14))
    #expect(first.intersection(PixelRectangle(x: 20, y: 0, width: 5, height: 5)).isEmpty)
    #expect(first.contains(PixelRectangle(x: 9, y: 9, width: 1, height: 1)))
    #expect(!first.contains(second))
  }
}
