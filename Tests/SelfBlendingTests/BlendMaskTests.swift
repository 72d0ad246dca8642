import Randomness
import Testing

@testable import SelfBlending

/// Masks and their geometry.
@Suite struct BlendMaskTests {
  /// Each cell's weight is the share of it that the polygon covers, whichever way round it runs.
  @Test func weightsAreAreas() {
    let square = [SIMD2(1.5, 2.0), SIMD2(4.25, 2.0), SIMD2(4.25, 5.5), SIMD2(1.5, 5.5)]
    for polygon in [square, square.reversed()] {
      let mask = BlendMask(size: 8, polygon: polygon)
      #expect(mask.weights[2 * 8 + 1] == 0.5 && mask.weights[2 * 8 + 2] == 1)
      #expect(mask.weights[2 * 8 + 4] == 0.25 && mask.weights[5 * 8 + 2] == 0.5)
      #expect(mask.weights[5 * 8 + 1] == 0.25 && mask.weights[0] == 0)
      #expect(mask.weights[2 * 8 + 5] == 0 && mask.weights[6 * 8 + 2] == 0)
    }
  }

  /// The sum of the weights is the area of convex polygons, also of those that reach beyond the
  /// crop.
  @Test func theSumIsTheArea() {
    var random = RandomStream(seed: 9, .check)
    for number in 0..<200 {
      let points = (0..<8).map { _ in SIMD2(random.uniform(1, 31), random.uniform(1, 31)) }
      let hull = BlendRegion.convexHull(points)
      let sum = BlendMask(size: 32, polygon: hull).weights.reduce(0.0) { $0 + Double($1) }
      #expect(abs(sum - Self.area(hull)) < 1e-3, "\(number)")
      let shifted = hull.map { $0 - SIMD2(16, 0) }
      let half = BlendMask(size: 32, polygon: shifted).weights.reduce(0.0) { $0 + Double($1) }
      let whole = BlendMask(size: 64, polygon: shifted.map { $0 + SIMD2(32, 0) })
      let right = (0..<64).reduce(0.0) { sum, row in
        sum + (32..<64).reduce(0.0) { $0 + Double(whole.weights[row * 64 + $1]) }
      }
      #expect(abs(half - right) < 1e-3, "\(number)")
    }
  }

  /// Blurring moves weight across the border and loses none of it within the crop.
  @Test func blurKeepsTheSum() {
    let square = [SIMD2(12.0, 12), SIMD2(20, 12), SIMD2(20, 20), SIMD2(12, 20)]
    var mask = BlendMask(size: 32, polygon: square)
    mask.blur(sigma: 2)
    #expect(abs(mask.weights.reduce(0, +) - 64) < 1e-2)
    #expect(abs(mask.weights[16 * 32 + 11] - mask.weights[16 * 32 + 20]) < 1e-6)
    #expect((0.3...0.5).contains(mask.weights[16 * 32 + 11]))
    mask.keepInside(above: 0.5)
    #expect(mask.weights[16 * 32 + 11] == 0 && mask.weights[16 * 32 + 16] > 0.7)
  }

  /// A hull is convex, has all points inside, and steps along it are equal.
  @Test func hullsEncloseTheirPoints() {
    var random = RandomStream(seed: 10, .check)
    for _ in 0..<100 {
      let points = (0..<12).map { _ in SIMD2(random.uniform(0, 9), random.uniform(0, 9)) }
      let hull = BlendRegion.convexHull(points)
      for (index, corner) in hull.enumerated() {
        let edge = hull[(index + 1) % hull.count] - corner
        for point in points {
          let way = point - corner
          #expect(edge.x * way.y - edge.y * way.x > -1e-9)
        }
      }
      let steps = BlendRegion.resampled(hull, 24)
      #expect(steps.count == 24 && steps[0] == hull[0])
      #expect(abs(Self.area(steps) / Self.area(hull) - 1) < 0.2)
    }
  }

  /// Rotating the hue and changing the saturation keep the luma, and greys.
  @Test func huesKeepTheLuma() {
    let weights = SIMD4<Float>(0.299, 0.587, 0.114, 0)
    for degrees in [-120.0, -10, 0, 33, 120] {
      let matrix = ColourMatrix(hue: degrees, saturation: 1.3)
      for (column, luma) in [(matrix.red, 0.299), (matrix.green, 0.587), (matrix.blue, 0.114)] {
        #expect(abs((column * weights).sum() - Float(luma)) < 1e-5)
      }
      let grey = matrix.red + matrix.green + matrix.blue
      #expect(abs(grey.x - 1) < 1e-5 && abs(grey.y - 1) < 1e-5 && abs(grey.z - 1) < 1e-5)
    }
  }

  private static func area(_ polygon: [SIMD2<Double>]) -> Double {
    abs(
      zip(polygon, polygon.dropFirst() + polygon.prefix(1)).reduce(0) {
        $0 + ($1.0.x * $1.1.y - $1.0.y * $1.1.x) / 2
      })
  }
}
