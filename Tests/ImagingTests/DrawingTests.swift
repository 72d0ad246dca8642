import Imaging
import Testing

/// Rectangles and labels on pictures.
@Suite struct DrawingTests {
  private let orange = DivergingColours.pixel(0.8)

  /// Whether a pixel has a colour.
  private func has(_ picture: PixelBuffer, _ x: Int, _ y: Int, _ colour: SIMD3<UInt8>) -> Bool {
    let pixel = picture[x, y]
    return pixel.x == colour.x && pixel.y == colour.y && pixel.z == colour.z && pixel.w == 255
  }

  /// exactly the border's pixels are drawn, cut off at the picture's edges.
  @Test(
    arguments: [
      PixelRectangle(x: 5, y: 4, width: 20, height: 12),
      PixelRectangle(x: -6, y: -3, width: 20, height: 12),
      PixelRectangle(x: 30, y: 20, width: 40, height: 40),
      PixelRectangle(x: -5, y: -5, width: 60, height: 50),
      PixelRectangle(x: 9, y: 9, width: 1, height: 1),
      PixelRectangle(x: 9, y: 9, width: 3, height: 30),
      PixelRectangle(x: 100, y: 3, width: 9, height: 9),
      PixelRectangle(x: 3, y: 3, width: 0, height: 9),
      PixelRectangle(x: 3, y: 3, width: -4, height: 9),
    ], [1, 2, 5, 1000, 0, -1])
  func outline(rectangle: PixelRectangle, thickness: Int) {
    var picture = PixelBuffer(width: 40, height: 30, red: 9, green: 9, blue: 9)
    picture.drawOutline(of: rectangle, thickness: thickness, colour: orange)
    var wrong = 0
    for y in 0..<30 {
      for x in 0..<40 {
        let (left, top) = (x - rectangle.x, y - rectangle.y)
        let (right, bottom) = (rectangle.width - 1 - left, rectangle.height - 1 - top)
        let distance = min(left, top, right, bottom)
        let isBorder = distance >= 0 && distance < thickness
        if !has(picture, x, y, isBorder ? orange : SIMD3(9, 9, 9)) { wrong += 1 }
      }
    }
    #expect(wrong == 0)
  }

  /// no coordinates end the program.
  @Test func farCoordinates() {
    let numbers = [Int.min, Int.min + 1, -1, 0, 1, 1 << 62, Int.max]
    var picture = PixelBuffer(width: 8, height: 8)
    for x in numbers {
      for width in numbers {
        let rectangle = PixelRectangle(x: x, y: width, width: width, height: x)
        picture.fill(rectangle, colour: orange)
        picture.drawOutline(of: rectangle, thickness: width, colour: orange)
        picture.drawLabel("far", on: rectangle, scale: 2, ground: orange)
        picture.drawLabel("far", on: rectangle, scale: width, ground: orange)
      }
    }
    var plain = PixelBuffer(width: 8, height: 8)
    plain.fill(PixelRectangle(x: -4, y: -4, width: Int.max, height: Int.max), colour: orange)
    #expect(has(plain, 7, 7, orange) && has(plain, 0, 0, orange))
  }

  /// The rectangle around all pixels that differ from a picture of one colour.
  private func drawn(_ picture: PixelBuffer) -> PixelRectangle? {
    var result: PixelRectangle?
    for y in 0..<picture.height {
      for x in 0..<picture.width where !has(picture, x, y, SIMD3(9, 9, 9)) {
        let pixel = PixelRectangle(x: x, y: y, width: 1, height: 1)
        result = result?.union(pixel) ?? pixel
      }
    }
    return result
  }

  /// a label is above its rectangle, or inside it if there is no room, and never outside of the
  /// picture.
  @Test(
    arguments: [
      (PixelRectangle(x: 30, y: 60, width: 50, height: 30), 30, 38),
      (PixelRectangle(x: 30, y: 10, width: 50, height: 30), 30, 10),
      (PixelRectangle(x: 180, y: 60, width: 50, height: 30), 200 - 54, 38),
      (PixelRectangle(x: -40, y: -20, width: 90, height: 90), 0, 0),
      (PixelRectangle(x: 30, y: 300, width: 50, height: 30), 30, 78),
    ])
  func labelPlace(rectangle: PixelRectangle, x: Int, y: Int) throws {
    var picture = PixelBuffer(width: 200, height: 100, red: 9, green: 9, blue: 9)
    picture.drawLabel("fake", on: rectangle, scale: 2, ground: orange)
    // Four characters of 6 columns less one, 7 rows, and 2 dots around them, of 2 pixels each.
    #expect(drawn(picture) == PixelRectangle(x: x, y: y, width: 54, height: 22))
  }

  /// text is legible on any background.
  @Test func labelContrast() {
    for value in [-1, -0.7, 0, 0.7, 1.0] {
      let ground = DivergingColours.pixel(value)
      var picture = PixelBuffer(width: 60, height: 40)
      picture.drawLabel(
        "I", on: PixelRectangle(x: 0, y: 30, width: 9, height: 9), scale: 2, ground: ground)
      func light(_ colour: SIMD3<UInt8>) -> Int {
        299 * Int(colour.x) + 587 * Int(colour.y) + 114 * Int(colour.z)
      }
      var largest = 0
      for y in 8..<30 {
        for x in 0..<18 {
          let pixel = picture[x, y]
          largest = max(
            largest, abs(light(SIMD3(pixel.x, pixel.y, pixel.z)) - light(ground)))
        }
      }
      #expect(largest > 120_000, "\(value)")
    }
  }

  /// letters grow with the picture.
  @Test func scale() {
    let scales = [(1920, 1080), (1080, 1920), (3840, 2160), (1280, 720), (640, 360), (120, 90)]
      .map { PixelBuffer(width: $0.0, height: $0.1).annotationScale }
    #expect(scales == [3, 3, 6, 2, 2, 1])
  }
}
