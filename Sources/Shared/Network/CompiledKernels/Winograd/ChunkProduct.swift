import Kernels

// The products of Winograd's algorithms: matrices in chunks of 64 channels.

/// Channels of a chunk.
let chunk = Tuning.chunk
/// Floats between the matrices of two points.
let pointPadding = Tuning.pointPadding
/// Floats from one point's chunk of weights, or of their gradients' sums, to the next one's.
let weightPointStep = chunk * chunk + pointPadding
let gradPointStep = weightPointStep

extension BlockedShape {
  /// Chunks of channels.
  var chunks: Int { (channels + chunk - 1) / chunk }

  /// Blocks of a chunk.
  @inline(__always)
  func blocks(ofChunk index: Int) -> Range<Int> {
    let first = index &* chunk / lanes
    return first..<first &+ depth(ofChunk: index) / lanes
  }

  /// Padded channels of a chunk.
  @inline(__always)
  func depth(ofChunk index: Int) -> Int { min(chunk, paddedChannels &- index &* chunk) }
}

/// The largest part of `count` when it is cut into as few nearly equal parts as `limit` allows.
func evenPart(of count: Int, atMost limit: Int) -> Int {
  let parts = (count + limit - 1) / limit
  return (count + parts - 1) / parts
}

/// `c (+)= a * b`: `rows x depth` by `depth x vectors`, packed in tiles, all within a chunk.
///
/// - Parameters:
///   - nextA: the `a` of the next product.
///   - nextB: the `b` of the next product.
@inline(never)
func multiplyChunk(
  rows: Int, depth: Int, vectors: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
  into c: UnsafeMutablePointer<Float>, accumulates: Bool, nextA: UnsafePointer<Float>,
  nextB: UnsafePointer<Float>
) {
  withUnsafePointer(to: 0) { start in
    var first = 0
    while first < vectors {
      let width = tileWidth(at: first, of: vectors)
      let isFirst = first == 0
      // All rows (tiles) by one register tile's width of targets: b is `width * lanes * depth`
      // floats, 16 KB for 4 vectors of 16 lanes by 64, which stay in the level-1 cache. What comes
      // next is fetched while the first width is multiplied.
      multiplyRows(
        width: width, rows: rows,
        TileOperands(
          a: a, rowStep: chunk, depthStep: 1, segments: start, segmentCount: 1, run: depth,
          b: b + first &* lanes &* depth, bDepthStep: width &* lanes, bVectorStep: lanes,
          c: c + first &* lanes, cRowStep: chunk, cVectorStep: lanes, accumulates: accumulates,
          nextA: isFirst ? nextA : a, nextB: isFirst ? nextB : b), fetches: true)
      first &+= width
    }
  }
}

/// `c (+)= transpose(a) * b`: `a` is `depth x rows`, `b` is `depth x vectors`, all within a chunk. A
/// part of the depth stays in the level-1 cache, while the next one, of this or the next point, is
/// fetched. Without any depth it is zero.
@inline(never)
func multiplyTransposedChunk(
  rows: Int, depth: Int, vectors: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
  into c: UnsafeMutablePointer<Float>, accumulates: Bool
) {
  guard depth > 0 else {
    guard !accumulates else { return }
    for row in 0..<rows { (c + row &* chunk).update(repeating: 0, count: vectors &* lanes) }
    return
  }
  // The depth is the number of tiles: 147 tiles are 49 + 49 + 49.
  let step = evenPart(of: depth, atMost: Tuning.productDepth)
  withUnsafePointer(to: 0) { start in
    var top = 0
    while top < depth {
      // Rows of the result are channels of the input (`rowStep` 1), the depth goes from tile to
      // tile.
      let (a, b) = (a + top &* chunk, b + top &* chunk)
      let next = step &* chunk
      var first = 0
      while first < vectors {
        let width = tileWidth(at: first, of: vectors)
        let isFirst = first == 0
        multiplyRows(
          width: width, rows: rows,
          TileOperands(
            a: a, rowStep: 1, depthStep: chunk, segments: start, segmentCount: 1,
            run: min(step, depth &- top), b: b + first &* lanes, bDepthStep: chunk,
            bVectorStep: lanes, c: c + first &* lanes, cRowStep: chunk, cVectorStep: lanes,
            accumulates: accumulates || top > 0, nextA: isFirst ? a + next : a,
            nextB: isFirst ? b + next : b), fetches: true)
        first &+= width
      }
      top &+= step
    }
  }
}
