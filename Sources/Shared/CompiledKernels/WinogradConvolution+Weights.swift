import CProcessor
import Kernels

/// Room for a kernel or a tile of vectors.
private typealias Taps = InlineArray<9, Vector>
private typealias HalfPoints = InlineArray<18, Vector>

extension WinogradConvolution {
  func pack(
    _ weight: UnsafePointer<Float>, outputs: Range<Int>, scale: UnsafePointer<Float>?,
    into packed: UnsafeMutablePointer<Float>
  ) {
    pack(
      WeightView(forward: shape, weight, scale: scale), targets: outputs, from: inputMaps,
      to: outputMaps, isTurned: false, into: packed)
  }

  func packBackward(
    _ weight: UnsafePointer<Float>, inputs: Range<Int>, into packed: UnsafeMutablePointer<Float>
  ) {
    pack(
      WeightView(backward: shape, weight), targets: inputs, from: outputMaps, to: inputMaps,
      isTurned: true, into: packed)
  }

  /// Packs kernels, a block of targets at a time: their points,
  /// `[target chunk][point][source chunk][tile of vectors][source][vector]`, or their taps,
  /// `[block of targets][source][tap]`, each a vector of targets.
  private func pack(
    _ view: WeightView, targets: Range<Int>, from source: BlockedShape, to target: BlockedShape,
    isTurned: Bool, into packed: UnsafeMutablePointer<Float>
  ) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: lanes * 9 * lanes) { block in
      guard let block = block.baseAddress else { return }
      for first in stride(from: targets.lowerBound, to: targets.upperBound, by: lanes) {
        for channel in stride(from: 0, to: source.paddedChannels, by: lanes) {
          view.collect(target: first, sources: channel..<channel + lanes, into: block)
          for row in 0..<lanes {
            let taps = taps(of: block + row &* 9 &* lanes, isTurned: isTurned)
            keep(
              taps, source: channel &+ row, target: first, from: source, to: target, into: packed)
          }
        }
      }
    }
  }

  /// Stores the packed weights of a block of targets and one source.
  @inline(__always)
  private func keep(
    _ taps: Taps, source channel: Int, target first: Int, from source: BlockedShape,
    to target: BlockedShape, into packed: UnsafeMutablePointer<Float>
  ) {
    if packsPoints {
      let (targetChunk, sourceChunk) = (first / chunk, channel / chunk)
      let index = targetChunk &* WinogradTile.points &* source.chunks &+ sourceChunk
      let (row, depth) = (channel % chunk, source.depth(ofChunk: sourceChunk))
      let vectors = target.depth(ofChunk: targetChunk) / lanes
      func place(row: Int) -> UnsafeMutablePointer<Float> {
        packed
          + (index &* weightChunkCount
            &+ placeInChunk(row: row, depth: depth, vector: first % chunk / lanes, of: vectors))
      }
      // The points of the next source are too far from each other for the processor to fetch them.
      let (points, next) = (place(row: row), place(row: row &+ 1))
      let pointStep = source.chunks &* weightChunkCount
      for point in 0..<WinogradTile.points { prefetch(next + point &* pointStep) }
      transform(taps, into: points, pointStep: pointStep)
    } else {
      let place = (first &* source.paddedChannels &+ channel &* lanes) &* 9
      for tap in 0..<9 { store(taps[tap], to: packed + (place &+ tap &* lanes)) }
    }
  }

  /// Reads a kernel's taps, turned by half a turn or as they are.
  @inline(__always)
  private func taps(of block: UnsafePointer<Float>, isTurned: Bool) -> Taps {
    var taps = Taps(repeating: .zero)
    for tap in 0..<9 { taps[tap] = load(block + (isTurned ? 8 &- tap : tap) &* lanes) }
    return taps
  }

  /// Where a vector lies in a chunk of packed weights.
  @inline(__always)
  private func placeInChunk(row: Int, depth: Int, vector: Int, of vectors: Int) -> Int {
    let tile = tileStart(of: vector, in: vectors)
    let width = tileWidth(at: tile, of: vectors)
    return (tile &* depth &+ row &* width &+ vector &- tile) &* lanes
  }

  /// Taps of a pair of chunks to weights at their points, as `multiplyTaps` needs them.
  func transformTaps(
    _ packed: UnsafePointer<Float>, _ source: BlockedShape, targetChunk: Int, vectors: Int,
    sourceChunk: Int, into weight: UnsafeMutablePointer<Float>
  ) {
    let depth = source.depth(ofChunk: sourceChunk)
    for vector in 0..<vectors {
      let first = targetChunk &* chunk &+ vector &* lanes
      let place = (first &* source.paddedChannels &+ sourceChunk &* chunk &* lanes) &* 9
      let start = placeInChunk(row: 0, depth: depth, vector: vector, of: vectors)
      let step = placeInChunk(row: 1, depth: depth, vector: vector, of: vectors) &- start
      for row in 0..<depth {
        let taps = taps(of: packed + (place &+ row &* 9 &* lanes), isTurned: false)
        transform(taps, into: weight + (start &+ row &* step), pointStep: weightPointStep)
      }
    }
  }

  @inline(__always)
  private func transform(
    _ taps: Taps, into weight: UnsafeMutablePointer<Float>, pointStep: Int
  ) {
    var half = HalfPoints(repeating: .zero)
    for x in 0..<3 {
      WinogradTile.Weight.apply({ taps[$0 &* 3 &+ x] }, { half[$0 &* 3 &+ x] = $1 })
    }
    for y in 0..<WinogradTile.side {
      let row = weight + y &* WinogradTile.side &* pointStep
      WinogradTile.Weight.apply(
        { half[y &* 3 &+ $0] }, { store($1, to: row + $0 &* pointStep) })
    }
  }

  /// Sums at the points of a pair of chunks to gradients of the taps, (o / lanes, patch, lane of o).
  func transformWeightGrad(
    _ sums: UnsafePointer<Float>, inputChunk: Int, outputChunk: Int,
    into weightGrad: UnsafeMutablePointer<Float>
  ) {
    for vector in 0..<outputMaps.depth(ofChunk: outputChunk) / lanes {
      let block =
        weightGrad + (outputChunk &* chunk &+ vector &* lanes) &* shape.patchCount
      for row in 0..<inputMaps.depth(ofChunk: inputChunk) {
        let input = inputChunk &* chunk &+ row
        let patch = (input / lanes &* 9 &* lanes &+ input % lanes) &* lanes
        transformWeightGrad(
          sums + (row &* chunk &+ vector &* lanes), into: block + patch,
          tapStep: lanes &* lanes)
      }
    }
  }

  @inline(__always)
  private func transformWeightGrad(
    _ points: UnsafePointer<Float>, into taps: UnsafeMutablePointer<Float>, tapStep: Int
  ) {
    var half = HalfPoints(repeating: .zero)
    for x in 0..<WinogradTile.side {
      WinogradTile.WeightGrad.apply(
        { load(points + ($0 &* WinogradTile.side &+ x) &* gradPointStep) },
        { half[$0 &* WinogradTile.side &+ x] = $1 })
    }
    for y in 0..<3 {
      WinogradTile.WeightGrad.apply(
        { half[y &* WinogradTile.side &+ $0] },
        { store($1, to: taps + (y &* 3 &+ $0) &* tapStep) })
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
