import Imaging
import Testing

/// Heat maps on pictures.
@Suite struct HeatMapTests {
  /// A map of 7x7 with one cell of a value.
  private func spot(x: Int, y: Int, _ value: Float = 1) throws -> HeatMap {
    var values = [Float](repeating: 0, count: 49)
    values[y * 7 + x] = value
    return try #require(HeatMap(width: 7, height: 7, values: values))
  }

  /// How much redder than blue the pixel is.
  private func warmth(_ picture: PixelBuffer, _ x: Int, _ y: Int) -> Int {
    Int(picture[x, y].x) - Int(picture[x, y].z)
  }

  /// the hot spot lies at the image of the cell's centre under the crop's transform, and only
  /// there.
  @Test(
    arguments: [
      SimilarityTransform(a: 1, b: 0, tx: 60, ty: 20),
      SimilarityTransform(a: 0.5, b: 0.3, tx: 100, ty: 15),
      SimilarityTransform(a: -0.6, b: 0.2, tx: 180, ty: 120),
      SimilarityTransform(a: 0, b: 1.4, tx: 250, ty: -30),
    ], [(1, 1), (5, 2), (3, 6)])
  func hotSpot(transform: SimilarityTransform, cell: (x: Int, y: Int)) throws {
    var picture = PixelBuffer(width: 256, height: 192, red: 120, green: 120, blue: 120)
    let plain = picture
    picture.overlay(try spot(x: cell.x, y: cell.y), ofCropSize: 112, by: transform)
    let centre = transform.apply(SIMD2(Double(cell.x) + 0.5, Double(cell.y) + 0.5) * 16)
    let inverse = transform.inverse
    var (sum, total) = (SIMD2(0.0, 0.0), 0.0)
    for y in 0..<192 {
      for x in 0..<256 {
        let point = SIMD2(Double(x) + 0.5, Double(y) + 0.5)
        let inCrop = inverse.apply(point) / 16
        let isInReach =
          abs(inCrop.x - Double(cell.x) - 0.5) <= 1 && abs(inCrop.y - Double(cell.y) - 0.5) <= 1
          && inCrop.min() >= 0 && inCrop.max() <= 7
        if picture[x, y] != plain[x, y] {
          #expect(isInReach, "(\(x), \(y)) is coloured")
          let weight = Double(warmth(picture, x, y))
          #expect(weight > 0)
          sum += point * weight
          total += weight
        }
      }
    }
    // In the last row the spot goes on to the crop's edge, and is cut off there.
    let isInside = (1...5).contains(cell.y)
    let isVisible = centre.x > 20 && centre.x < 236 && centre.y > 20 && centre.y < 172
    try #require(total > 0)
    if isInside && isVisible {
      let distance = sum / total - centre
      #expect((distance * distance).sum().squareRoot() < 1, "\(sum / total), \(centre)")
    }
    if isVisible {
      let hottest = warmth(picture, Int(centre.x), Int(centre.y))
      #expect(hottest > 60, "\(hottest)")
    }
  }

  /// all of the crop is coloured, and nothing outside of it.
  @Test func edges() throws {
    let map = try #require(
      HeatMap(width: 7, height: 7, values: [Float](repeating: 1, count: 49)))
    var picture = PixelBuffer(width: 64, height: 48, red: 50, green: 100, blue: 150)
    let plain = picture
    picture.overlay(
      map, ofCropSize: 10, by: SimilarityTransform(a: 2, b: 0, tx: 12, ty: 8))
    for y in 0..<48 {
      for x in 0..<64 {
        let isInside = (12..<32).contains(x) && (8..<28).contains(y)
        #expect((picture[x, y] != plain[x, y]) == isInside, "(\(x), \(y))")
      }
    }
  }

  /// signs have their colours, strength is a share, and 0 changes nothing.
  @Test func signsAndStrength() throws {
    let transform = SimilarityTransform(a: 1, b: 0, tx: 0, ty: 0)
    func middle(_ value: Float, _ strength: Double) throws -> SIMD4<UInt8> {
      let map = try #require(HeatMap(width: 1, height: 1, values: [value]))
      var picture = PixelBuffer(width: 9, height: 9, red: 90, green: 90, blue: 90)
      picture.overlay(map, ofCropSize: 9, by: transform, strength: strength)
      return picture[4, 4]
    }
    let unchanged = SIMD4<UInt8>(90, 90, 90, 255)
    #expect(try middle(0, 1) == unchanged)
    for strength in [0, -1, Double.nan] { #expect(try middle(1, strength) == unchanged) }
    let (warm, cold) = (try middle(1, 1), try middle(-1, 1))
    let (orange, blue) = (DivergingColours.pixel(1), DivergingColours.pixel(-1))
    #expect(warm == SIMD4(orange.x, orange.y, orange.z, 255))
    #expect(cold == SIMD4(blue.x, blue.y, blue.z, 255))
    #expect(try middle(7, 5) == warm)
    let half = try middle(1, 0.5)
    for channel in 0..<3 {
      #expect(abs(2 * Int(half[channel]) - Int(warm[channel]) - 90) <= 2)
    }
    let slight = try middle(0.2, 0.6)
    #expect(slight.x > slight.z + 8 && slight.x < 130 && slight.w == 255)
  }

  /// transforms of faces without size, outside of the picture or with infinite numbers change
  /// nothing.
  @Test func uselessTransforms() throws {
    let map = try spot(x: 3, y: 3)
    var picture = PixelBuffer(width: 16, height: 16)
    let plain = picture
    for number in [0, 1e-9, Double.nan, .infinity, -.infinity, 1e300, -1e300] {
      for (a, b) in [(number, 0.0), (0, number), (number, number)] {
        picture.overlay(
          map, ofCropSize: 112, by: SimilarityTransform(a: a, b: b, tx: number, ty: -number))
      }
    }
    for shift in [-1e4, 1e4, 1e18, -1e300, Double.nan] {
      picture.overlay(
        map, ofCropSize: 112, by: SimilarityTransform(a: 1, b: 0, tx: shift, ty: 0))
    }
    for size in [0, -5] {
      picture.overlay(
        map, ofCropSize: size, by: SimilarityTransform(a: 1, b: 0, tx: 0, ty: 0))
    }
    #expect(picture == plain)
    picture.overlay(
      map, ofCropSize: Int.max, by: SimilarityTransform(a: 1e6, b: 0, tx: 0, ty: 0))
  }

  /// a map is a whole grid of numbers; between the cells' centres it is interpolated.
  @Test func values() throws {
    #expect(HeatMap(width: 2, height: 2, values: [1, 2, 3]) == nil)
    #expect(HeatMap(width: 0, height: 0, values: []) == nil)
    #expect(HeatMap(width: -1, height: -1, values: [1]) == nil)
    #expect(HeatMap(width: 1, height: 1, values: [Float.nan]) == nil)
    #expect(HeatMap(width: 1, height: 1, values: [Float.infinity]) == nil)
    #expect(HeatMap(width: Int.max, height: 2, values: [1]) == nil)
    let map = try #require(HeatMap(width: 2, height: 2, values: [0, 1, 2, -4] as [Float]))
    #expect(map.value(x: 0.25, y: 0.25) == 0 && map.value(x: 0.75, y: 0.25) == 1)
    #expect(map.value(x: 0.5, y: 0.25) == 0.5 && map.value(x: 0.5, y: 0.5) == -0.25)
    for far in [-9, 0, Double.nan, -Double.infinity] { #expect(map.value(x: far, y: 0) == 0) }
    #expect(map.value(x: 1, y: 9) == -4 && map.value(x: 0, y: Double.infinity) == 2)
    #expect(map.strongest == 4 && map.normalized.values == [0, 0.25, 0.5, -1])
    #expect(map.dividing(by: 0) == map && map.dividing(by: .nan) == map)
    #expect(map.dividing(by: 8).values == [0, 0.125, 0.25, -0.5])
  }

  /// the colours keep their sign, and look stronger the farther from 0.
  @Test func divergingColours() {
    let (cold, none, warm) = (
      DivergingColours.colour(-1), DivergingColours.colour(0), DivergingColours.colour(1)
    )
    #expect(cold.blue > cold.red && warm.red > warm.blue)
    #expect(none.red == none.green && none.green == none.blue)
    let nan = DivergingColours.colour(.nan)
    #expect(nan.red == none.red)
    #expect(DivergingColours.colour(-.infinity).blue == cold.blue)
    // The farther from 0, the darker: nothing looks stronger than it is.
    func light(_ value: Double) -> Double {
      let colour = DivergingColours.colour(value)
      return 0.2126 * Double(colour.red) + 0.7152 * Double(colour.green)
        + 0.0722 * Double(colour.blue)
    }
    for step in 1...20 {
      let (near, far) = (Double(step - 1) / 20, Double(step) / 20)
      #expect(light(far) < light(near))
      #expect(light(-far) < light(-near))
    }
  }
}
