import Kernels

/// Where the points of a step lie in a chunk: 36 matrices, one for each matrix of weights. A row is one
/// tile at one point; with stride 2 several points share a matrix.
protocol PointMatrices {
  /// Most floats of the points of a chunk of so many tiles, however many of them are short.
  static func mostFloats(tiles: Int) -> Int
  /// Floats of a chunk's points.
  var chunkStep: Int { get }
  /// Where a matrix starts in a chunk, and its rows of 64 channels, of which there may be none.
  func matrix(_ index: Int) -> (start: Int, rows: Int)
}

extension WinogradWeights {
  /// `sums[point] = points[point] * weight[point]` for one chunk of targets.
  ///
  /// - Parameters:
  ///   - packed: weights as `pack` or `packBackward` left them.
  ///   - scratch: `transformedCount` floats.
  func multiply<Tiles: PointMatrices>(
    _ tiles: Tiles, _ points: UnsafePointer<Float>, from source: BlockedShape,
    _ packed: UnsafePointer<Float>, to target: BlockedShape, targetChunk: Int,
    into sums: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) {
    let vectors = target.depth(ofChunk: targetChunk) / lanes
    if packsPoints {
      multiplyPoints(
        tiles, points, source, packed, targetChunk: targetChunk, vectors: vectors, into: sums)
    } else {
      multiplyTaps(
        tiles, points, source, packed, targetChunk: targetChunk, vectors: vectors, into: sums,
        scratch: scratch)
    }
  }

  /// A chunk of weights is 16 KB and stays in the level-1 cache while all tiles are multiplied with it;
  /// the next one is in memory or in a distant cache, and so it is fetched meanwhile, with the tiles that it
  /// is multiplied with.
  private func multiplyPoints<Tiles: PointMatrices>(
    _ tiles: Tiles, _ points: UnsafePointer<Float>, _ source: BlockedShape,
    _ packed: UnsafePointer<Float>, targetChunk: Int, vectors: Int,
    into sums: UnsafeMutablePointer<Float>
  ) {
    var b = packed + targetChunk &* self.points &* source.chunks &* weightPointStep
    for index in 0..<self.points {
      // All tiles that have this point are the rows of one product, of all points where several
      // share the weights.
      let (start, rows) = tiles.matrix(index)
      let next = index &+ 1 < self.points ? tiles.matrix(index &+ 1).start : 0
      for sourceChunk in 0..<source.chunks {
        let a = points + (sourceChunk &* tiles.chunkStep &+ start)
        // After the last chunk of sources comes the next point, from its first chunk on.
        let isLast = sourceChunk &+ 1 == source.chunks
        multiplyChunk(
          rows: rows, depth: source.depth(ofChunk: sourceChunk), vectors: vectors, a, b,
          into: sums + start, accumulates: sourceChunk > 0,
          nextA: isLast ? points + next : a + tiles.chunkStep, nextB: b + weightPointStep)
        b += weightPointStep
      }
    }
  }

  /// Multiplies as `multiplyPoints` does, but the packed weights are taps: for each pair of chunks they
  /// are transformed in `scratch` to 36 matrices of 16 KB, which come from the level-2 cache.
  private func multiplyTaps<Tiles: PointMatrices>(
    _ tiles: Tiles, _ points: UnsafePointer<Float>, _ source: BlockedShape,
    _ packed: UnsafePointer<Float>, targetChunk: Int, vectors: Int,
    into sums: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) {
    // Sources outside, points inside: the 36 matrices of one pair of chunks are transformed
    // together.
    for sourceChunk in 0..<source.chunks {
      transformTaps(
        packed, source, targetChunk: targetChunk, vectors: vectors, sourceChunk: sourceChunk,
        into: scratch)
      let points = points + sourceChunk &* tiles.chunkStep
      for index in 0..<self.points {
        let (start, rows) = tiles.matrix(index)
        let next = index &+ 1 < self.points ? tiles.matrix(index &+ 1).start : tiles.chunkStep
        let b = scratch + index &* weightPointStep
        multiplyChunk(
          rows: rows, depth: source.depth(ofChunk: sourceChunk), vectors: vectors,
          points + start, b, into: sums + start, accumulates: sourceChunk > 0,
          nextA: points + next, nextB: b + weightPointStep)
      }
    }
  }

  /// `sums[point] (+)= transpose(points[point]) * gradPoints[point]` for a pair of chunks, and if these
  /// sums are complete, the gradient of the taps.
  ///
  /// - Parameters:
  ///   - points: of the chunk of inputs.
  ///   - gradPoints: of the chunk of outputs.
  ///   - sums: `gradSumCount` floats.
  ///   - weightGrad: where the gradient goes, (o / lanes, patch, lane of o), or nil.
  func addProducts<Tiles: PointMatrices>(
    _ tiles: Tiles, _ points: UnsafePointer<Float>, _ gradPoints: UnsafePointer<Float>,
    inputChunk: Int, outputChunk: Int, to sums: UnsafeMutablePointer<Float>, accumulates: Bool,
    completing weightGrad: UnsafeMutablePointer<Float>?
  ) {
    let rows = inputMaps.depth(ofChunk: inputChunk)
    let vectors = outputMaps.depth(ofChunk: outputChunk) / lanes
    for index in 0..<self.points {
      // 64 x tiles by tiles x 64: a row of the result for each input channel of the chunk.
      let (start, depth) = tiles.matrix(index)
      multiplyTransposedChunk(
        rows: rows, depth: depth, vectors: vectors, points + start, gradPoints + start,
        into: sums + index &* gradPointStep, accumulates: accumulates)
    }
    guard let weightGrad else { return }
    transformGrad(sums, inputChunk: inputChunk, outputChunk: outputChunk, into: weightGrad)
  }
}
