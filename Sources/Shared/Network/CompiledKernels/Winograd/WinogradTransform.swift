// The small linear maps of Winograd's algorithm (Lavin, Gray: Fast Algorithms for Convolutional Neural
// Networks, 2016), one dimension each. For a kernel g of three taps and a tile d, in two dimensions:
//
//     output           Y = A^T ((G g G^T) . (B^T d B)) A
//     gradient of g    G^T ((B^T d B) . (A Yg A^T)) G
//
// The points are 0, 1/sqrt 2, -1/sqrt 2, sqrt 2, -sqrt 2 and infinity: a third of the rounding error
// of the usual 0, 1, -1, 2, -2 (Barabasz et al., Error Analysis and Improving the Accuracy of Winograd
// Convolution, 2020, on the choice of points).

/// A linear map between a few vectors, which are loaded and stored by number.
protocol TileMap {
  static func apply(_ load: (Int) -> Vector, _ store: (Int, Vector) -> Void)
}

/// A linear map of a tile that may lack its last output: without, nothing happens at infinity, where the
/// last input goes and from where the last output comes.
protocol ShortenedTileMap: TileMap {
  static func apply(
    _ load: (Int) -> Vector, _ store: (Int, Vector) -> Void, isShort: Bool
  )
}

extension ShortenedTileMap {
  @inline(__always)
  static func apply(_ load: (Int) -> Vector, _ store: (Int, Vector) -> Void) {
    apply(load, store, isShort: false)
  }
}

/// F(4, 3): four outputs at six points; and F(3, 3), three of them at five.
enum WinogradTile {
  /// Outputs of a tile, in each dimension.
  @inline(__always) static var outputs: Int { 4 }
  /// Points, which are inputs of a tile, in each dimension.
  @inline(__always) static var side: Int { 6 }
  @inline(__always) static var points: Int { 36 }
  @inline(__always) private static var root: Float { 1.414_213_562_373_095_1 }

  /// B^T: six inputs to six points.
  enum Input: ShortenedTileMap {
    @inline(__always)
    static func apply(
      _ load: (Int) -> Vector, _ store: (Int, Vector) -> Void, isShort: Bool
    ) {
      let (d0, d1, d2, d3, d4) = (load(0), load(1), load(2), load(3), load(4))
      let (small, smallOdd) = (d4.adding(-2, times: d2), d3.adding(-2, times: d1))
      let (large, largeOdd) = (d4.adding(-0.5, times: d2), d3.adding(-0.5, times: d1))
      store(0, (d0 + d4).adding(-2.5, times: d2))
      store(1, small.adding(root / 2, times: smallOdd))
      store(2, small.adding(-root / 2, times: smallOdd))
      store(3, large.adding(root, times: largeOdd))
      store(4, large.adding(-root, times: largeOdd))
      if !isShort { store(5, (d1 + load(5)).adding(-2.5, times: d3)) }
    }
  }

  /// A^T: six points to four outputs.
  enum Output: ShortenedTileMap {
    @inline(__always)
    static func apply(
      _ load: (Int) -> Vector, _ store: (Int, Vector) -> Void, isShort: Bool
    ) {
      let (m1, m2, m3, m4) = (load(1), load(2), load(3), load(4))
      let (small, smallOdd, large, largeOdd) = (m1 + m2, m1 - m2, m3 + m4, m3 - m4)
      store(0, load(0) + small + large)
      store(1, (smallOdd * (root / 2)).adding(root, times: largeOdd))
      store(2, (small * 0.5).adding(2, times: large))
      if !isShort {
        store(3, load(5).adding(root / 4, times: smallOdd).adding(2 * root, times: largeOdd))
      }
    }
  }

  /// A: gradients of four outputs to six points.
  enum OutputGrad: ShortenedTileMap {
    @inline(__always)
    static func apply(
      _ load: (Int) -> Vector, _ store: (Int, Vector) -> Void, isShort: Bool
    ) {
      let (y0, y1, y2, y3) = (load(0), load(1), load(2), isShort ? .zero : load(3))
      let (small, smallOdd) = (y0.adding(0.5, times: y2), y1.adding(0.5, times: y3) * (root / 2))
      let (large, largeOdd) = (y0.adding(2, times: y2), y1.adding(2, times: y3) * root)
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
      let (g0, g1, g2) = (load(0), load(1), load(2))
      let (small, smallOdd) = (g0.adding(0.5, times: g2) * (-2.0 / 3), g1 * (-root / 3))
      let (large, largeOdd) = (g0.adding(2, times: g2) * (1.0 / 6), g1 * (root / 6))
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
      let (m1, m2, m3, m4) = (load(1), load(2), load(3), load(4))
      let (small, smallOdd) = ((m1 + m2) * (-2.0 / 3), (m1 - m2) * (-root / 3))
      let (large, largeOdd) = ((m3 + m4) * (1.0 / 6), (m3 - m4) * (root / 6))
      store(0, load(0) + small + large)
      store(1, smallOdd + largeOdd)
      store(2, load(5).adding(0.5, times: small).adding(2, times: large))
    }
  }
}
