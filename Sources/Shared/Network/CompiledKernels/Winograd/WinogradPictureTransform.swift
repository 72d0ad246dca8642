// The small linear maps of F(3, 4), one dimension each, as WinogradTransform.swift has them for
// F(4, 3). Points and tiles of inputs are the same six, and so is their map, `WinogradTile.Input`.

/// F(3, 4): three outputs of four taps at six points.
enum PictureTile {
  /// Outputs of a tile, in each dimension.
  @inline(__always) static var outputs: Int { 3 }
  /// Taps of a kernel, in each dimension.
  @inline(__always) static var taps: Int { 4 }
  /// Points, which are inputs of a tile, in each dimension.
  @inline(__always) static var side: Int { 6 }
  @inline(__always) static var points: Int { 36 }
  @inline(__always) private static var root: Float { 1.414_213_562_373_095_1 }

  /// A^T: six points to three outputs.
  enum Output: TileMap {
    @inline(__always)
    static func apply(_ load: (Int) -> Vector, _ store: (Int, Vector) -> Void) {
      let (m1, m2, m3, m4) = (load(1), load(2), load(3), load(4))
      let (small, large) = (m1 + m2, m3 + m4)
      store(0, load(0) + small + large)
      store(1, ((m1 - m2) * (root / 2)).adding(root, times: m3 - m4))
      store(2, load(5).adding(0.5, times: small).adding(2, times: large))
    }
  }

  /// A: gradients of three outputs to six points.
  enum OutputGrad: TileMap {
    @inline(__always)
    static func apply(_ load: (Int) -> Vector, _ store: (Int, Vector) -> Void) {
      let (y0, y1, y2) = (load(0), load(1), load(2))
      let (small, large) = (y0.adding(0.5, times: y2), y0.adding(2, times: y2))
      store(0, y0)
      store(1, small.adding(root / 2, times: y1))
      store(2, small.adding(-root / 2, times: y1))
      store(3, large.adding(root, times: y1))
      store(4, large.adding(-root, times: y1))
      store(5, y2)
    }
  }

  /// G: four taps to six points.
  enum Weight: TileMap {
    @inline(__always)
    static func apply(_ load: (Int) -> Vector, _ store: (Int, Vector) -> Void) {
      let (g0, g1, g2, g3) = (load(0), load(1), load(2), load(3))
      let small = g0.adding(0.5, times: g2) * (-2.0 / 3)
      let smallOdd = g1.adding(0.5, times: g3) * (-root / 3)
      let large = g0.adding(2, times: g2) * (1.0 / 6)
      let largeOdd = g1.adding(2, times: g3) * (root / 6)
      store(0, g0)
      store(1, small + smallOdd)
      store(2, small - smallOdd)
      store(3, large + largeOdd)
      store(4, large - largeOdd)
      store(5, g3)
    }
  }

  /// G^T: gradients at six points to those of four taps.
  enum WeightGrad: TileMap {
    @inline(__always)
    static func apply(_ load: (Int) -> Vector, _ store: (Int, Vector) -> Void) {
      let (m1, m2, m3, m4) = (load(1), load(2), load(3), load(4))
      let (small, smallOdd) = ((m1 + m2) * (-2.0 / 3), (m1 - m2) * (-root / 3))
      let (large, largeOdd) = ((m3 + m4) * (1.0 / 6), (m3 - m4) * (root / 6))
      store(0, load(0) + small + large)
      store(1, smallOdd + largeOdd)
      store(2, (small * 0.5).adding(2, times: large))
      store(3, load(5).adding(0.5, times: smallOdd).adding(2, times: largeOdd))
    }
  }
}
