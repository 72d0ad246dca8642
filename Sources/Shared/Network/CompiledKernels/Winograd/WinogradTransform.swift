// The small linear maps of Winograd's algorithm (Lavin, Gray: Fast Algorithms for Convolutional Neural
// Networks, 2016), one dimension each. For a kernel g of three taps and a tile d, in two dimensions:
//
//     output           Y = A^T ((G g G^T) . (B^T d B)) A
//     gradient of g    G^T ((B^T d B) . (A Yg A^T)) G
//
// The points are 0, 1/sqrt 2, -1/sqrt 2, sqrt 2, -sqrt 2 and infinity: a third of the rounding error
// of the usual 0, 1, -1, 2, -2 (Barabasz et al., Error Analysis and Improving the Accuracy of Winograd
// Convolution, 2020, on the choice of points).
//
// The matrices stand beside the code that multiplies with them. Lavin and Gray give them for the usual
// points, in section 4.3; for any points they are those of Toom and Cook: with n outputs and k taps there
// are n + k - 1 points, G evaluates the taps at them, B^T holds the polynomials that vanish at all points
// but one, A^T the powers of the points.
//
// Tiles of six outputs, F(6, 3), would have eight points, 64 products for 36 outputs: 1.78 for an output
// instead of 2.25. What had to change:
//
// - here `side`, `points`, `outputs` and the five maps, for two more points: with each, rounding errors
//   grow;
// - `TileAxis`, which cuts a side into fours and threes and would cut it into sixes and fives, and
//   `OutputWindow` and `Outputs<count>`;
// - the literals in WinogradConvolution+Tiles.swift: windows of 6 inputs and 4 outputs, heights of 5 and
//   6, and the strip, which grows from 22 to 30 KB on 56 columns;
// - `WinogradWeights`: 36 matrices and 18 half-transformed vectors would be 64 and 24. Stride 2 shares
//   this type and `TileSteps`, and keeps six points: what is a constant there becomes a parameter;
// - the first convolution uses `WinogradTile.Input`, and needs the map of six points as it is;
// - `Tuning`: points of a tile take 16 KB for each chunk instead of 9, so that fewer tiles fit into the
//   level-2 cache.
//
// ResNet18's sides of 56, 28, 14 and 7 would be 10, 5, 3 and 2 tiles: 7 outputs with two tiles of six
// cost 16 products along a side, with 4 + 3 they cost 11.

/// A linear map between a few vectors, which are loaded and stored by number.
protocol TileMap {
  static func apply(_ load: (Int) -> Vector, _ store: (Int, Vector) -> Void)
}

/// A linear map of a tile that may lack its last output. Only the last output needs the point at
/// infinity, and only that point needs the last input: a short tile leaves out all three.
protocol ShortenedTileMap: TileMap {
  static func apply(
    _ load: (Int) -> Vector, _ store: (Int, Vector) -> Void, isShort: Bool
  )
}

/// Names the room for a square that is transformed along its columns.
struct HalfSquare<let count: Int> {}

/// A linear map in two dimensions, `M d M^T`, of a small square: along its columns, then along its rows.
/// For weights and their gradients; tiles of maps go through memory between the two, see `transformRow`.
///
/// - Parameters:
///   - inputs: side of the square; a constant for the optimizer, as `outputs` is.
///   - outputs: side of what it becomes.
///   - room: for `outputs x inputs` vectors.
@inline(__always)
func transformSquare<Map: TileMap, let count: Int>(
  _ map: Map.Type, _ inputs: Int, to outputs: Int, _ room: HalfSquare<count>,
  load: (_ row: Int, _ column: Int) -> Vector,
  store: (_ row: Int, _ column: Int, _ vector: Vector) -> Void
) {
  var half = InlineArray<count, Vector>(repeating: .zero)
  for x in 0..<inputs {
    Map.apply({ load($0, x) }, { half[$0 &* inputs &+ x] = $1 })
  }
  for y in 0..<outputs {
    Map.apply({ half[y &* inputs &+ $0] }, { store(y, $0, $1) })
  }
}

extension ShortenedTileMap {
  @inline(__always)
  static func apply(_ load: (Int) -> Vector, _ store: (Int, Vector) -> Void) {
    apply(load, store, isShort: false)
  }
}

/// The root of two, the largest point; its inverse is half of it.
@inline(__always) var root2: Float { 1.414_213_562_373_095_1 }

/// F(4, 3): four outputs at six points; and F(3, 3), three of them at five.
enum WinogradTile {
  /// Outputs of a tile, in each dimension.
  @inline(__always) static var outputs: Int { 4 }
  /// Points, which are inputs of a tile, in each dimension.
  @inline(__always) static var side: Int { 6 }
  @inline(__always) static var points: Int { 36 }

  /// B^T: six inputs to six points.
  enum Input: ShortenedTileMap {
    @inline(__always)
    static func apply(
      _ load: (Int) -> Vector, _ store: (Int, Vector) -> Void, isShort: Bool
    ) {
      // Row p holds the coefficients of the polynomial whose zeros are the other finite points. With
      // r = sqrt 2:
      //
      //     |  1    0   -5/2   0    1   0 |   point 0
      //     |  0   -r   -2    1/r   1   0 |         1/r
      //     |  0    r   -2   -1/r   1   0 |        -1/r
      //     |  0  -r/2  -1/2   r    1   0 |         r
      //     |  0   r/2  -1/2  -r    1   0 |        -r
      //     |  0   1     0   -5/2   0   1 |         infinity
      //
      // Rows of opposite points differ in the sign of the odd columns: even and odd halves are computed
      // once.
      let (d0, d1, d2, d3, d4) = (load(0), load(1), load(2), load(3), load(4))
      let (small, smallOdd) = (d4.adding(-2, times: d2), d3.adding(-2, times: d1))
      let (large, largeOdd) = (d4.adding(-0.5, times: d2), d3.adding(-0.5, times: d1))
      store(0, (d0 + d4).adding(-2.5, times: d2))
      store(1, small.adding(root2 / 2, times: smallOdd))
      store(2, small.adding(-root2 / 2, times: smallOdd))
      store(3, large.adding(root2, times: largeOdd))
      store(4, large.adding(-root2, times: largeOdd))
      if !isShort { store(5, (d1 + load(5)).adding(-2.5, times: d3)) }
    }
  }

  /// A^T: six points to four outputs.
  enum Output: ShortenedTileMap {
    @inline(__always)
    static func apply(
      _ load: (Int) -> Vector, _ store: (Int, Vector) -> Void, isShort: Bool
    ) {
      // Row i has the i-th powers of the points; the last output alone gets the point at infinity:
      //
      //     | 1   1     1      1    1   0 |
      //     | 0  1/r  -1/r     r   -r   0 |
      //     | 0  1/2   1/2     2    2   0 |
      //     | 0  r/4  -r/4    2r  -2r   1 |
      let (m1, m2, m3, m4) = (load(1), load(2), load(3), load(4))
      let (small, smallOdd, large, largeOdd) = (m1 + m2, m1 - m2, m3 + m4, m3 - m4)
      store(0, load(0) + small + large)
      store(1, (smallOdd * (root2 / 2)).adding(root2, times: largeOdd))
      store(2, (small * 0.5).adding(2, times: large))
      if !isShort {
        store(3, load(5).adding(root2 / 4, times: smallOdd).adding(2 * root2, times: largeOdd))
      }
    }
  }

  /// A: gradients of four outputs to six points.
  enum OutputGrad: ShortenedTileMap {
    @inline(__always)
    static func apply(
      _ load: (Int) -> Vector, _ store: (Int, Vector) -> Void, isShort: Bool
    ) {
      // The transposed of the matrix in `Output`: the value of y0 + y1 x + y2 x^2 + y3 x^3 at each point x.
      let (y0, y1, y2, y3) = (load(0), load(1), load(2), isShort ? .zero : load(3))
      let (small, smallOdd) = (y0.adding(0.5, times: y2), y1.adding(0.5, times: y3) * (root2 / 2))
      let (large, largeOdd) = (y0.adding(2, times: y2), y1.adding(2, times: y3) * root2)
      store(0, y0)
      store(1, small + smallOdd)
      store(2, small - smallOdd)
      store(3, large + largeOdd)
      store(4, large - largeOdd)
      if !isShort { store(5, y3) }
    }
  }

  /// G: three taps to six points.
  enum Weight: TileMap {
    @inline(__always)
    static func apply(_ load: (Int) -> Vector, _ store: (Int, Vector) -> Void) {
      // Row p: the value of g0 + g1 x + g2 x^2 at point x = p, divided by the product of p's distances
      // from the other points (Lagrange); for 1/r that product is -3/2, for r it is 6:
      //
      //     |   1      0      0  |
      //     | -2/3   -r/3   -1/3 |
      //     | -2/3    r/3   -1/3 |
      //     |  1/6    r/6    1/3 |
      //     |  1/6   -r/6    1/3 |
      //     |   0      0      1  |
      let (g0, g1, g2) = (load(0), load(1), load(2))
      let (small, smallOdd) = (g0.adding(0.5, times: g2) * (-2.0 / 3), g1 * (-root2 / 3))
      let (large, largeOdd) = (g0.adding(2, times: g2) * (1.0 / 6), g1 * (root2 / 6))
      store(0, g0)
      store(1, small + smallOdd)
      store(2, small - smallOdd)
      store(3, large + largeOdd)
      store(4, large - largeOdd)
      store(5, g2)
    }
  }

  /// G^T: gradients at six points to those of three taps.
  enum WeightGrad: TileMap {
    @inline(__always)
    static func apply(_ load: (Int) -> Vector, _ store: (Int, Vector) -> Void) {
      // The transposed of the matrix in `Weight`.
      let (m1, m2, m3, m4) = (load(1), load(2), load(3), load(4))
      let (small, smallOdd) = ((m1 + m2) * (-2.0 / 3), (m1 - m2) * (-root2 / 3))
      let (large, largeOdd) = ((m3 + m4) * (1.0 / 6), (m3 - m4) * (root2 / 6))
      store(0, load(0) + small + large)
      store(1, smallOdd + largeOdd)
      store(2, load(5).adding(0.5, times: small).adding(2, times: large))
    }
  }
}
