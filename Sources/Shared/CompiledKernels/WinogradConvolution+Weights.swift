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

  /// Transforms kernels, a block of targets at a time, into
  /// `[target chunk][point][source chunk][tile of vectors][source][vector]`.
  private func pack(
    _ view: WeightView, targets: Range<Int>, from source: BlockedShape, to target: BlockedShape,
    isTurned: Bool, into packed: UnsafeMutablePointer<Float>
  ) {
    for first in stride(from: targets.lowerBound, to: targets.upperBound, by: lanes) {
      let (targetChunk, vector) = (first / chunk, first % chunk / lanes)
      let vectors = target.depth(ofChunk: targetChunk) / lanes
      let tile = tileStart(of: vector, in: vectors)
      let width = tileWidth(at: tile, of: vectors)
      for channel in 0..<source.paddedChannels {
        var taps = Taps(repeating: .zero)
        if channel < view.sources {
          for tap in 0..<9 {
            taps[tap] = view.vector(target: first, source: channel, tap: isTurned ? 8 - tap : tap)
          }
        }
        var half = HalfPoints(repeating: .zero)
        for x in 0..<3 {
          WinogradTile.Weight.apply({ taps[$0 &* 3 &+ x] }, { half[$0 &* 3 &+ x] = $1 })
        }
        let (sourceChunk, row) = (channel / chunk, channel % chunk)
        let depth = source.depth(ofChunk: sourceChunk)
        let place = (tile &* depth &+ row &* width &+ vector &- tile) &* lanes
        for y in 0..<WinogradTile.side {
          WinogradTile.Weight.apply(
            { half[y &* 3 &+ $0] },
            { x, values in
              let point = y &* WinogradTile.side &+ x
              let index =
                (targetChunk &* WinogradTile.points &+ point) &* source.chunks &+ sourceChunk
              store(values, to: packed + (index &* weightChunkCount &+ place))
            })
        }
      }
    }
  }

  /// Sums at the points to gradients of the taps: rows (i / lanes, ky, kx, lane) of outputs.
  func transformWeightGrad(
    _ sums: UnsafePointer<Float>, into weightGrad: UnsafeMutablePointer<Float>
  ) {
    for inputChunk in 0..<inputMaps.chunks {
      for outputChunk in 0..<outputMaps.chunks {
        let index = inputChunk &* outputMaps.chunks &+ outputChunk
        let points = sums + index &* WinogradTile.points &* gradPointStep
        for row in 0..<inputMaps.depth(ofChunk: inputChunk) {
          let input = inputChunk &* chunk &+ row
          let rows = weightGrad + input / lanes &* 9 &* lanes &* outputMaps.paddedChannels
            + input % lanes &* outputMaps.paddedChannels + outputChunk &* chunk
          for vector in 0..<outputMaps.depth(ofChunk: outputChunk) / lanes {
            transformWeightGrad(
              points + (row &* chunk &+ vector &* lanes), into: rows + vector &* lanes,
              tapStep: lanes &* outputMaps.paddedChannels)
          }
        }
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
