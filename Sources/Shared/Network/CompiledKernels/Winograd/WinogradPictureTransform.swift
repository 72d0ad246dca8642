// The small linear maps of F(3, 4), one dimension each, as WinogradTransform.swift has them for
// F(4, 3): three outputs and four taps have as many points as four outputs and three taps. Points and
// tiles of inputs are the same six, and so is their map, `WinogradTile.Input`. In the matrices r is the
// root of two.

/// F(3, 4): three outputs of four taps at six points.
enum PictureTile {
  /// Outputs of a tile, in each dimension.
  @inline(__always) static var outputs: Int { 3 }
  /// Taps of a kernel, in each dimension.
  @inline(__always) static var taps: Int { 4 }
  /// Points, which are inputs of a tile, in each dimension.
  @inline(__always) static var side: Int { 6 }
  @inline(__always) static var points: Int { 36 }

  /// A^T: six points to three outputs.
  enum Output: TileMap {
    @inline(__always)
    static func apply(_ load: (Int) -> Vector, _ store: (Int, Vector) -> Void) {
      // The first three rows of `WinogradTile.Output`, infinity for the third:
      //
      //     | 1   1     1    1   1   0 |
      //     | 0  1/r  -1/r   r  -r   0 |
      //     | 0  1/2   1/2   2   2   1 |
      let (m1, m2, m3, m4) = (load(1), load(2), load(3), load(4))
      let (small, large) = (m1 + m2, m3 + m4)
      store(0, load(0) + small + large)
      store(1, ((m1 - m2) * (root2 / 2)).adding(root2, times: m3 - m4))
      store(2, load(5).adding(0.5, times: small).adding(2, times: large))
    }
  }

  /// A: gradients of three outputs to six points.
  enum OutputGrad: TileMap {
    @inline(__always)
    static func apply(_ load: (Int) -> Vector, _ store: (Int, Vector) -> Void) {
      // The transposed of the matrix in `Output`.
      let (y0, y1, y2) = (load(0), load(1), load(2))
      let (small, large) = (y0.adding(0.5, times: y2), y0.adding(2, times: y2))
      store(0, y0)
      store(1, small.adding(root2 / 2, times: y1))
      store(2, small.adding(-root2 / 2, times: y1))
      store(3, large.adding(root2, times: y1))
      store(4, large.adding(-root2, times: y1))
      store(5, y2)
    }
  }

  /// G: four taps to six points.
  enum Weight: TileMap {
    @inline(__always)
    static func apply(_ load: (Int) -> Vector, _ store: (Int, Vector) -> Void) {
      // As `WinogradTile.Weight` with one more power, and infinity for the fourth tap:
      //
      //     |   1      0      0      0   |
      //     | -2/3   -r/3   -1/3   -r/6  |
      //     | -2/3    r/3   -1/3    r/6  |
      //     |  1/6    r/6    1/3    r/3  |
      //     |  1/6   -r/6    1/3   -r/3  |
      //     |   0      0      0      1   |
      let (g0, g1, g2, g3) = (load(0), load(1), load(2), load(3))
      let small = g0.adding(0.5, times: g2) * (-2.0 / 3)
      let smallOdd = g1.adding(0.5, times: g3) * (-root2 / 3)
      let large = g0.adding(2, times: g2) * (1.0 / 6)
      let largeOdd = g1.adding(2, times: g3) * (root2 / 6)
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
      // The transposed of the matrix in `Weight`.
      let (m1, m2, m3, m4) = (load(1), load(2), load(3), load(4))
      let (small, smallOdd) = ((m1 + m2) * (-2.0 / 3), (m1 - m2) * (-root2 / 3))
      let (large, largeOdd) = ((m3 + m4) * (1.0 / 6), (m3 - m4) * (root2 / 6))
      store(0, load(0) + small + large)
      store(1, smallOdd + largeOdd)
      store(2, (small * 0.5).adding(2, times: large))
      store(3, load(5).adding(0.5, times: smallOdd).adding(2, times: largeOdd))
    }
  }
}
