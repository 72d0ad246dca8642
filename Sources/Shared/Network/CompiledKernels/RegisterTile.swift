import CProcessor

// The one product that every convolution comes down to:
//
//     c[r, k] (+)= sum over j of a(r, j) * b[j, k]
//
// A tile of `c` stays in registers while `j` runs; `a` is read float by float and repeated in all
// lanes, `b` and `c` are read and written as vectors over `k`. Twelve or more sums are under way, more
// than the eight that two units of four cycles' latency need to be kept busy.

#if AVX512
  /// Vectors that make a tile wide: 6 x 4 sums, one of `b` and 6 of `a` are 31 of 32 registers.
  let tileVectors = 4
#else
  /// Vectors that make a tile wide: 6 x 2 sums, 2 of `b` and one of `a` are 15 of 16 registers.
  let tileVectors = 2
#endif
/// Rows of the largest tile.
let tileRows = 6

/// The operands of a product, in strides of floats.
struct TileOperands {
  /// Row `r` of segment `s` starts at `a + r * rowStep + segments[s]`.
  var a: UnsafePointer<Float>
  let rowStep: Int
  let depthStep: Int
  /// The depth comes in segments of `run`, one start each; `b` goes on through all of them.
  let segments: UnsafePointer<Int>
  let segmentCount: Int
  let run: Int
  var b: UnsafePointer<Float>
  let bDepthStep: Int
  let bVectorStep: Int
  var c: UnsafeMutablePointer<Float>
  let cRowStep: Int
  let cVectorStep: Int
  /// Whether the product is added to what `c` holds.
  let accumulates: Bool
  /// What a later product reads: memory from here on is fetched meanwhile, first from `nextB`, then
  /// from `nextA`, a cache line for each step of the depth. Any address is allowed.
  let nextA: UnsafePointer<Float>
  let nextB: UnsafePointer<Float>

  /// Steps of the depth.
  @inline(__always)
  var depth: Int { segmentCount &* run }
}

/// Floats of a cache line.
@inline(__always)
var lineFloats: Int { 16 }

/// A product of at most `tileRows` rows, all in registers. It starts from zero even where it is added
/// to what `c` holds: two levels of sums round less than one long one.
enum RegisterTile<let rows: Int, let vectors: Int> {
  @inline(__always)
  static func multiply(_ operands: TileOperands, fetching first: UnsafePointer<Float>?) {
    // Fetching stops with the depth: a step fetches one line of what comes next.
    var next = first ?? operands.b
    let c = operands.c
    let (cRowStep, cVectorStep) = (operands.cRowStep, operands.cVectorStep)
    // sums[v][r] is row r, vector v of the tile; the optimizer keeps all of them in registers,
    // because both counts are constants.
    var sums = InlineArray<vectors, InlineArray<rows, Vector>>(
      repeating: InlineArray<rows, Vector>(repeating: .zero))
    var b = operands.b
    for segment in 0..<operands.segmentCount {
      // Within a segment a step of the depth is `depthStep` floats of a row of `a`.
      var a = operands.a + operands.segments[segment]
      for _ in 0..<operands.run {
        #if AVX512
          // One vector of b at a time: 24 sums, six repeated floats of a and one of b are 31
          // registers. The repeated floats are loaded once for all vectors, the optimizer takes
          // them out of the loop over v.
          for v in 0..<vectors {
            let right = load(b + v &* operands.bVectorStep)
            for r in 0..<rows {
              let left = Vector(repeating: a[r &* operands.rowStep])
              sums[v][r] = sums[v][r].accumulating(left, times: right)
            }
          }
        #else
          // Both vectors of b first, then one float of a at a time: 12 sums, two of b and one of a
          // are 15 registers.
          var right = InlineArray<vectors, Vector>(repeating: .zero)
          for v in 0..<vectors { right[v] = load(b + v &* operands.bVectorStep) }
          for r in 0..<rows {
            let left = Vector(repeating: a[r &* operands.rowStep])
            for v in 0..<vectors { sums[v][r] = sums[v][r].accumulating(left, times: right[v]) }
          }
        #endif
        if first != nil {
          prefetch(next)
          next += lineFloats
        }
        a += operands.depthStep
        b += operands.bDepthStep
      }
    }
    // What was there is added last: two levels of sums, see above.
    if operands.accumulates {
      for v in 0..<vectors {
        for r in 0..<rows { sums[v][r] += load(c + (r &* cRowStep &+ v &* cVectorStep)) }
      }
    }
    for v in 0..<vectors {
      for r in 0..<rows { store(sums[v][r], to: c + (r &* cRowStep &+ v &* cVectorStep)) }
    }
  }
}

/// A product of any number of rows and one tile's width: tiles of nearly equal heights.
@inline(__always)
func multiplyRows<let vectors: Int>(
  _ width: TileWidth<vectors>, rows: Int, _ operands: TileOperands, fetches: Bool
) {
  var operands = operands
  // 10 rows are 5 + 5, not 6 + 4: heights differ by one at most, so that no tile is much less
  // efficient than the others.
  var (left, tiles) = (rows, (rows &+ tileRows &- 1) / tileRows)
  let half = tiles / 2
  var next = operands.nextB
  while tiles > 0 {
    let height = (left &+ tiles &- 1) / tiles
    switch height {
    case 1: RegisterTile<1, vectors>.multiply(operands, fetching: fetches ? next : nil)
    case 2: RegisterTile<2, vectors>.multiply(operands, fetching: fetches ? next : nil)
    case 3: RegisterTile<3, vectors>.multiply(operands, fetching: fetches ? next : nil)
    case 4: RegisterTile<4, vectors>.multiply(operands, fetching: fetches ? next : nil)
    case 5: RegisterTile<5, vectors>.multiply(operands, fetching: fetches ? next : nil)
    default: RegisterTile<6, vectors>.multiply(operands, fetching: fetches ? next : nil)
    }
    operands.a += height &* operands.rowStep
    operands.c += height &* operands.cRowStep
    left &-= height
    tiles &-= 1
    // The first half of the tiles fetches what follows from `nextB`, the second from `nextA`: with
    // 64 rows there are 11 tiles of 64 steps, 704 lines, for 256 lines of weights and 256 of
    // points.
    next = tiles == half ? operands.nextA : next + operands.depth &* lineFloats
  }
}

/// Names a width for `multiplyRows`.
struct TileWidth<let vectors: Int> {}

/// Vectors of the tile that starts at vector `first` of `count`: a full one, or a power of two.
@inline(__always)
func tileWidth(at first: Int, of count: Int) -> Int {
  // 7 vectors are 4 + 2 + 1 with AVX-512, 2 + 2 + 2 + 1 else.
  let left = count &- first
  return left >= tileVectors ? tileVectors : left >= 2 ? 2 : 1
}

/// A product of any number of rows, as wide as `tileWidth` says.
///
/// - Parameter fetches: whether `nextA` and `nextB` count; without, the tiles have one instruction
///   less.
@inline(__always)
func multiplyRows(width: Int, rows: Int, _ operands: TileOperands, fetches: Bool) {
  switch width {
  #if AVX512
    case 4: multiplyRows(TileWidth<4>(), rows: rows, operands, fetches: fetches)
  #endif
  case 2: multiplyRows(TileWidth<2>(), rows: rows, operands, fetches: fetches)
  default: multiplyRows(TileWidth<1>(), rows: rows, operands, fetches: fetches)
  }
}
