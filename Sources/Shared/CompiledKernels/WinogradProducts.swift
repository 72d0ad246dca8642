import Kernels

// The products of Winograd's algorithm at one point: matrices in chunks of 64 channels.

/// Rows of a chunk that are multiplied at a time: 16 KB.
private let productDepth = 64

/// `c (+)= a * b`: `rows x depth` by `depth x vectors`, packed in tiles, all within a chunk.
///
/// - Parameters:
///   - nextA: what takes the place of `a` in the next product.
///   - nextB: what takes the place of `b`.
@inline(never)
func multiplyPoints(
  rows: Int, depth: Int, vectors: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
  into c: UnsafeMutablePointer<Float>, accumulates: Bool, nextA: UnsafePointer<Float>,
  nextB: UnsafePointer<Float>
) {
  withUnsafePointer(to: 0) { start in
    var first = 0
    while first < vectors {
      let width = tileWidth(at: first, of: vectors)
      let isFirst = first == 0
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
/// fetched.
@inline(never)
func multiplyTransposedPoints(
  rows: Int, depth: Int, vectors: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
  into c: UnsafeMutablePointer<Float>, accumulates: Bool
) {
  let step = evenPart(of: depth, atMost: productDepth)
  withUnsafePointer(to: 0) { start in
    var top = 0
    while top < depth {
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
