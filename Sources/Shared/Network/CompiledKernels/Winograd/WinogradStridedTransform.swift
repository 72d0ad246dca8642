// The small linear maps of Winograd's algorithm for three taps with stride 2, one dimension each, as
// WinogradTransform.swift has them for stride 1:
//
//     y[i] = g[0] x[2i - 1] + g[1] x[2i] + g[2] x[2i + 1]
//
// The first and the last tap meet odd pixels only, which is a correlation with two taps, F(4, 2); the
// middle one meets even pixels only, which are multiplied as they are. Put together, a tile has nine
// points,
//
//     0...4    odd pixels at 1/sqrt 2, -1/sqrt 2, sqrt 2, -sqrt 2 and infinity
//     5...8    four even pixels, all with the weight g[1]
//
// and the formulas in two dimensions are those of any other tile. The last points of both kinds, 4 and
// 8, count for the last of four outputs only: without them, a tile is one of three outputs.

/// A map of the pixels under a tile to its points.
protocol StridedSource: TileMap {
  /// Pixels under a large tile, in each dimension.
  static var window: Int { get }
  /// Pixels from one tile to the next one, for each output.
  static var step: Int { get }
  /// Where the first tile's pixels start.
  static var offset: Int { get }
  /// Whether pixels that are another tile's don't count.
  static var endsWithTile: Bool { get }
}

/// A map of sums at the points of a tile to its pixels.
protocol StridedTarget: TileMap {
  /// Pixels for each output, in each dimension.
  static var step: Int { get }
}

/// Four outputs, or three, of three taps with stride 2: F(4, 2) and F(4, 1), or F(3, 2) and F(3, 1).
enum StridedTile {
  /// Outputs of a large tile, in each dimension; a small tile has one less.
  @inline(__always) static var outputs: Int { 4 }
  /// Points of a large tile, in each dimension.
  @inline(__always) static var side: Int { 9 }
  @inline(__always) static var points: Int { 81 }
  /// Different weights, in each dimension: those of the odd points, and the even pixels'.
  @inline(__always) static var weightSide: Int { 6 }
  @inline(__always) static var weightPoints: Int { 36 }

  /// Whether only large tiles have this point.
  @inline(__always)
  static func isLast(_ point: Int) -> Bool { point == 4 || point == 8 }

  /// Points of all tiles along a side.
  static func points(of axis: TileAxis) -> Int { axis.count * (side - 2) + axis.wholeCount * 2 }

  /// The points that have these weights.
  @inline(__always)
  static func points(ofWeight index: Int) -> Range<Int> { index..<(index < 5 ? index + 1 : side) }

  /// Five pixels to the points of two taps.
  @inline(__always)
  private static func transform(
    _ d0: Vector, _ d1: Vector, _ d2: Vector, _ d3: Vector, _ d4: Vector,
    _ store: (Int, Vector) -> Void
  ) {
    // B^T of F(4, 2): as `WinogradTile.Input` without the point zero. With r = sqrt 2:
    //
    //     |  -r   -2   1/r   1   0 |   point 1/r
    //     |   r   -2  -1/r   1   0 |        -1/r
    //     | -r/2 -1/2   r    1   0 |         r
    //     |  r/2 -1/2  -r    1   0 |        -r
    //     |   1    0  -5/2   0   1 |         infinity
    let (small, smallOdd) = (d3.adding(-2, times: d1), d2.adding(-2, times: d0))
    let (large, largeOdd) = (d3.adding(-0.5, times: d1), d2.adding(-0.5, times: d0))
    store(0, small.adding(root2 / 2, times: smallOdd))
    store(1, small.adding(-root2 / 2, times: smallOdd))
    store(2, large.adding(root2, times: largeOdd))
    store(3, large.adding(-root2, times: largeOdd))
    store(4, (d0 + d4).adding(-2.5, times: d2))
  }

  /// Sums at the points of two taps to four outputs.
  @inline(__always)
  private static func outputs(
    _ load: (Int) -> Vector
  ) -> (Vector, Vector, Vector, Vector) {
    // A^T of F(4, 2): the powers of the points, and infinity for the last output.
    let (m0, m1, m2, m3) = (load(0), load(1), load(2), load(3))
    let (small, smallOdd, large, largeOdd) = (m0 + m1, m0 - m1, m2 + m3, m2 - m3)
    return (
      small + large, (smallOdd * (root2 / 2)).adding(root2, times: largeOdd),
      (small * 0.5).adding(2, times: large),
      load(4).adding(root2 / 4, times: smallOdd).adding(2 * root2, times: largeOdd)
    )
  }

  /// B^T: nine inputs, the first of them odd, to their points.
  enum Input: StridedSource {
    @inline(__always) static var window: Int { 9 }
    @inline(__always) static var step: Int { 2 }
    @inline(__always) static var offset: Int { -1 }
    @inline(__always) static var endsWithTile: Bool { false }
    @inline(__always)
    static func apply(_ load: (Int) -> Vector, _ store: (Int, Vector) -> Void) {
      // Input i is pixel 2 (first output) - 1 + i: odd pixels are the inputs 0, 2, ..., 8.
      transform(load(0), load(2), load(4), load(6), load(8), store)
      for pixel in 0..<4 { store(5 &+ pixel, load(2 &* pixel &+ 1)) }
    }
  }

  /// A^T: sums at the points to four outputs.
  enum Output: StridedTarget {
    @inline(__always) static var step: Int { 1 }
    @inline(__always)
    static func apply(_ load: (Int) -> Vector, _ store: (Int, Vector) -> Void) {
      // The sum over odd pixels, and the products of even pixels with g[1] as they are.
      let (y0, y1, y2, y3) = outputs(load)
      store(0, y0 + load(5))
      store(1, y1 + load(6))
      store(2, y2 + load(7))
      store(3, y3 + load(8))
    }
  }

  /// Gradients of five outputs to the points of eight inputs' gradients: those of odd inputs are a
  /// correlation with the two taps in reverse order, those of even ones again products.
  enum BackwardInput: StridedSource {
    @inline(__always) static var window: Int { 5 }
    @inline(__always) static var step: Int { 1 }
    @inline(__always) static var offset: Int { 0 }
    @inline(__always) static var endsWithTile: Bool { false }
    @inline(__always)
    static func apply(_ load: (Int) -> Vector, _ store: (Int, Vector) -> Void) {
      let (d0, d1, d2, d3) = (load(0), load(1), load(2), load(3))
      transform(d0, d1, d2, d3, load(4), store)
      store(5, d0)
      store(6, d1)
      store(7, d2)
      store(8, d3)
    }
  }

  /// Sums at the points to gradients of eight inputs, the first of them even.
  enum BackwardOutput: StridedTarget {
    @inline(__always) static var step: Int { 2 }
    @inline(__always)
    static func apply(_ load: (Int) -> Vector, _ store: (Int, Vector) -> Void) {
      let (y0, y1, y2, y3) = outputs(load)
      for pixel in 0..<4 { store(2 &* pixel, load(5 &+ pixel)) }
      store(1, y0)
      store(3, y1)
      store(5, y2)
      store(7, y3)
    }
  }

  /// A: gradients of four outputs to their points.
  enum OutputGrad: StridedSource {
    @inline(__always) static var window: Int { 4 }
    @inline(__always) static var step: Int { 1 }
    @inline(__always) static var offset: Int { 0 }
    @inline(__always) static var endsWithTile: Bool { true }
    @inline(__always)
    static func apply(_ load: (Int) -> Vector, _ store: (Int, Vector) -> Void) {
      let (y0, y1, y2, y3) = (load(0), load(1), load(2), load(3))
      let (small, smallOdd) = (y0.adding(0.5, times: y2), y1.adding(0.5, times: y3) * (root2 / 2))
      let (large, largeOdd) = (y0.adding(2, times: y2), y1.adding(2, times: y3) * root2)
      store(0, small + smallOdd)
      store(1, small - smallOdd)
      store(2, large + largeOdd)
      store(3, large - largeOdd)
      store(4, y3)
      store(5, y0)
      store(6, y1)
      store(7, y2)
      store(8, y3)
    }
  }

  /// G: three taps to the weights of five points, and the even pixels'.
  enum Weight: TileMap {
    @inline(__always)
    static func apply(_ load: (Int) -> Vector, _ store: (Int, Vector) -> Void) {
      // Taps g[0] and g[2] meet odd pixels, as a polynomial g[0] + g[2] x at each point, divided by the
      // product of its distances from the others: -3r/2 at 1/r, 3r/2 at -1/r, 3r at r, -3r at -r.
      //
      //     | -r/3  0  -1/3 |
      //     |  r/3  0  -1/3 |
      //     |  r/6  0   1/3 |
      //     | -r/6  0   1/3 |
      //     |   0   0    1  |
      //     |   0   1    0  |   even pixels
      let (g0, g1) = (load(0), load(2) * (1.0 / 3))
      let (small, large) = (g0 * (root2 / 3), g0 * (root2 / 6))
      store(0, -small - g1)
      store(1, small - g1)
      store(2, large + g1)
      store(3, g1 - large)
      store(4, load(2))
      store(5, load(1))
    }
  }

  /// G^T: gradients of the weights of five points, and of the even pixels', to those of three taps.
  enum WeightGrad: TileMap {
    @inline(__always)
    static func apply(_ load: (Int) -> Vector, _ store: (Int, Vector) -> Void) {
      // The transposed of the matrix in `Weight`.
      let (m0, m1, m2, m3) = (load(0), load(1), load(2), load(3))
      store(0, ((m1 - m0) * (root2 / 3)).adding(root2 / 6, times: m2 - m3))
      store(1, load(5))
      store(2, load(4).adding(1.0 / 3, times: (m2 + m3) - (m0 + m1)))
    }
  }
}
