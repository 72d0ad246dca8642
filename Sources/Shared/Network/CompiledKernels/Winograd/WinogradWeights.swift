import CProcessor
import Kernels

/// The weights of an algorithm that makes 36 matrices of 3x3 taps, six of three in each dimension by
/// the map `Weight`, and back by the map `WeightGrad`.
///
/// Packed weights are those at the points,
///
///     [target chunk][36][source chunk][tile of vectors][source][vector]
///
/// or the taps, `[block of targets][source][tap]`, from which `transformTaps` makes a pair of chunks'
/// weights at the points.
struct WinogradWeights<Weight: TileMap, WeightGrad: TileMap>: Sendable {
  let shape: ConvolutionShape
  /// Whether the packed weights are those at the points, or the taps.
  let packsPoints: Bool

  private var side: Int { 6 }
  /// Matrices of weights.
  var points: Int { side &* side }

  /// Feature maps of either side of the convolution.
  var inputMaps: BlockedShape {
    BlockedShape(
      channels: shape.inputChannels, height: shape.inputHeight, width: shape.inputWidth,
      lanes: lanes)
  }
  var outputMaps: BlockedShape { shape.output }

  /// Floats of the packed weights in either direction.
  var packedCount: Int {
    packsPoints
      ? weightPointStep * points * inputMaps.chunks * outputMaps.chunks
      : 9 * inputMaps.paddedChannels * outputMaps.paddedChannels
  }
  /// Floats of a pair of chunks' weights, made of taps.
  var transformedCount: Int { packsPoints ? 0 : weightPointStep * points }
  /// Floats of the sums of gradients of a pair of chunks.
  var gradSumCount: Int { points &* gradPointStep }

  func pack(
    _ weight: UnsafePointer<Float>, outputs: Range<Int>, scale: UnsafePointer<Float>?,
    into packed: UnsafeMutablePointer<Float>
  ) {
    pack(
      WeightView(forward: shape, weight, scale: scale), targets: outputs, from: inputMaps,
      to: outputMaps, isRotated: false, into: packed)
  }

  func packBackward(
    _ weight: UnsafePointer<Float>, inputs: Range<Int>, into packed: UnsafeMutablePointer<Float>
  ) {
    pack(
      WeightView(backward: shape, weight), targets: inputs, from: outputMaps, to: inputMaps,
      isRotated: true, into: packed)
  }

  /// Packs kernels, a block of targets by a block of sources at a time.
  ///
  /// - Parameter isRotated: whether kernels are rotated by 180 degrees.
  private func pack(
    _ view: WeightView, targets: Range<Int>, from source: BlockedShape, to target: BlockedShape,
    isRotated: Bool, into packed: UnsafeMutablePointer<Float>
  ) {
    // [source][tap][target]: 9 KB with 16 lanes.
    withUnsafeTemporaryAllocation(of: Float.self, capacity: lanes * 9 * lanes) { block in
      guard let block = block.baseAddress else { return }
      for first in stride(from: targets.lowerBound, to: targets.upperBound, by: lanes) {
        for channel in stride(from: 0, to: source.paddedChannels, by: lanes) {
          view.collect(target: first, sources: channel..<channel + lanes, into: block)
          // The matrix of point p, target chunk t and source chunk s starts at (t * points + p) *
          // chunks of the source + s: in the order in which `multiplyPoints` reads them.
          if packsPoints {
            let (targetChunk, sourceChunk) = (first / chunk, channel / chunk)
            let rows = addressInChunk(
              vector: first % chunk / lanes, of: target.depth(ofChunk: targetChunk) / lanes,
              depth: source.depth(ofChunk: sourceChunk))
            let index = targetChunk * points * source.chunks + sourceChunk
            transform(
              block, rows: lanes, isRotated: isRotated,
              into: packed
                + (index * weightPointStep + rows.start + channel % chunk * rows.rowStep),
              rowStep: rows.rowStep, pointStep: source.chunks * weightPointStep)
          } else {
            // [block of targets][source][tap][target]: `first` is a multiple of the lanes.
            let taps = packed + (first * source.paddedChannels + channel * lanes) * 9
            for row in 0..<lanes {
              let (source, target) = (block + row &* 9 &* lanes, taps + row &* 9 &* lanes)
              for tap in 0..<9 {
                store(
                  // Rotated by 180 degrees, tap (ky, kx) is tap (2 - ky, 2 - kx), 8 - index.
                  load(source + (isRotated ? 8 &- tap : tap) &* lanes), to: target + tap &* lanes)
              }
            }
          }
        }
      }
    }
  }

  /// Where a vector's rows lie in a chunk of packed weights.
  private func addressInChunk(
    vector: Int, of vectors: Int, depth: Int
  ) -> (start: Int, rowStep: Int) {
    let tile = tileStart(of: vector, in: vectors)
    let rowStep = tileWidth(at: tile, of: vectors) * lanes
    return ((tile * depth + vector - tile) * lanes, rowStep)
  }

  /// Taps of a pair of chunks to weights at their points, `transformedCount` floats.
  func transformTaps(
    _ packed: UnsafePointer<Float>, _ source: BlockedShape, targetChunk: Int, vectors: Int,
    sourceChunk: Int, into weight: UnsafeMutablePointer<Float>
  ) {
    let depth = source.depth(ofChunk: sourceChunk)
    for vector in 0..<vectors {
      // All sources of a block of targets follow each other; those of this chunk are 64 of them.
      let first = targetChunk &* chunk &+ vector &* lanes
      let taps = packed + (first &* source.paddedChannels &+ sourceChunk &* chunk &* lanes) &* 9
      let rows = addressInChunk(vector: vector, of: vectors, depth: depth)
      transform(
        taps, rows: depth, isRotated: false, into: weight + rows.start, rowStep: rows.rowStep,
        pointStep: weightPointStep)
    }
  }

  /// Vectors of kernels, [row][tap], to weights at their points. Meanwhile the lines are fetched that
  /// the next row's go to, which are too far from each other for the processor to do it.
  private func transform(
    _ kernels: UnsafePointer<Float>, rows: Int, isRotated: Bool,
    into weight: UnsafeMutablePointer<Float>, rowStep: Int, pointStep: Int
  ) {
    for index in 0..<rows {
      // `kernel` is (tap, lane) of one source and a block of targets: each step of the transform is
      // a vector over the targets. `point` is the row of this source at point 0.
      let (kernel, point) = (kernels + index &* 9 &* lanes, weight + index &* rowStep)
      // G g G^T: 3x3 taps to 6x6 points.
      transformSquare(
        Weight.self, 3, to: side, HalfSquare<18>(),
        load: {
          let tap = $0 &* 3 &+ $1
          return load(kernel + (isRotated ? 8 &- tap : tap) &* lanes)
        },
        store: {
          let address = point + ($0 &* side &+ $1) &* pointStep
          store($2, to: address)
          prefetchNear(address + rowStep)
        })
    }
  }

  /// Sums at the points of a pair of chunks to gradients of the taps, (o / lanes, patch, lane of o).
  func transformGrad(
    _ sums: UnsafePointer<Float>, inputChunk: Int, outputChunk: Int,
    into weightGrad: UnsafeMutablePointer<Float>
  ) {
    for vector in 0..<outputMaps.depth(ofChunk: outputChunk) / lanes {
      let block = weightGrad + (outputChunk &* chunk &+ vector &* lanes) &* shape.patchCount
      for row in 0..<inputMaps.depth(ofChunk: inputChunk) {
        // Packed gradients are [o / lanes][i / lanes][tap][lane of i][lane of o].
        let input = inputChunk &* chunk &+ row
        let patch = (input / lanes &* 9 &* lanes &+ input % lanes) &* lanes
        let (points, taps) = (sums + (row &* chunk &+ vector &* lanes), block + patch)
        // G^T m G: sums at 6x6 points to 3x3 taps.
        transformSquare(
          WeightGrad.self, side, to: 3, HalfSquare<18>(),
          load: { load(points + ($0 &* side &+ $1) &* gradPointStep) },
          store: { store($2, to: taps + ($0 &* 3 &+ $1) &* lanes &* lanes) })
      }
    }
  }
}

/// First vector of the tile that a vector lies in.
func tileStart(of vector: Int, in count: Int) -> Int {
  var first = 0
  while true {
    let next = first + tileWidth(at: first, of: count)
    if vector < next { return first }
    first = next
  }
}
