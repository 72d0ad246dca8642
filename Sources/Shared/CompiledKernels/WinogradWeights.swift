import CProcessor
import Kernels

/// Room for a kernel or a tile of vectors.
private typealias Taps = InlineArray<9, Vector>
private typealias HalfPoints = InlineArray<18, Vector>

/// The weights of an algorithm that makes 36 matrices of 3x3 taps, six of three in each dimension by
/// the map `Weight`, and back by the map `WeightGrad`.
///
/// Packed weights are `[target chunk][36][source chunk][tile of vectors][source][vector]`.
struct WinogradWeights<Weight: TileMap, WeightGrad: TileMap>: Sendable {
  let shape: ConvolutionShape

  private var side: Int { 6 }
  private var points: Int { side &* side }

  /// Feature maps of either side.
  private var inputMaps: BlockedShape {
    BlockedShape(
      channels: shape.inputChannels, height: shape.inputHeight, width: shape.inputWidth,
      lanes: lanes)
  }
  private var outputMaps: BlockedShape { shape.output }

  /// Floats of the packed weights in either direction.
  var packedCount: Int { weightPointStep * points * inputMaps.chunks * outputMaps.chunks }
  /// Floats of the sums of gradients of a pair of chunks.
  var gradSumCount: Int { points &* gradPointStep }

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

  /// Packs kernels, a block of targets by a block of sources at a time.
  ///
  /// - Parameter isTurned: whether kernels are turned by half a turn.
  private func pack(
    _ view: WeightView, targets: Range<Int>, from source: BlockedShape, to target: BlockedShape,
    isTurned: Bool, into packed: UnsafeMutablePointer<Float>
  ) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: lanes * 9 * lanes) { block in
      guard let block = block.baseAddress else { return }
      for first in stride(from: targets.lowerBound, to: targets.upperBound, by: lanes) {
        let vectors = target.depth(ofChunk: first / chunk) / lanes
        let vector = first % chunk / lanes
        let tile = tileStart(of: vector, in: vectors)
        let step = tileWidth(at: tile, of: vectors) * lanes
        let start = first / chunk * points * source.chunks
        for channel in stride(from: 0, to: source.paddedChannels, by: lanes) {
          view.collect(target: first, sources: channel..<channel + lanes, into: block)
          let depth = source.depth(ofChunk: channel / chunk)
          var place =
            packed + (start + channel / chunk) * weightPointStep
            + (tile * depth + vector - tile) * lanes + channel % chunk * step
          for row in 0..<lanes {
            transform(
              block + row &* 9 &* lanes, isTurned: isTurned, into: place,
              pointStep: source.chunks &* weightPointStep, rowStep: step)
            place += step
          }
        }
      }
    }
  }

  /// A vector of kernels to weights at their points. Meanwhile the lines are fetched that the next
  /// row's go to.
  @inline(__always)
  private func transform(
    _ block: UnsafePointer<Float>, isTurned: Bool, into weight: UnsafeMutablePointer<Float>,
    pointStep: Int, rowStep: Int
  ) {
    var taps = Taps(repeating: .zero)
    for tap in 0..<9 { taps[tap] = load(block + (isTurned ? 8 &- tap : tap) &* lanes) }
    var half = HalfPoints(repeating: .zero)
    for x in 0..<3 { Weight.apply({ taps[$0 &* 3 &+ x] }, { half[$0 &* 3 &+ x] = $1 }) }
    for y in 0..<side {
      let row = weight + y &* side &* pointStep
      Weight.apply(
        { half[y &* 3 &+ $0] },
        {
          let place = row + $0 &* pointStep
          store($1, to: place)
          prefetchNear(place + rowStep)
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
        let input = inputChunk &* chunk &+ row
        let patch = (input / lanes &* 9 &* lanes &+ input % lanes) &* lanes
        transformGrad(
          sums + (row &* chunk &+ vector &* lanes), into: block + patch, tapStep: lanes &* lanes)
      }
    }
  }

  @inline(__always)
  private func transformGrad(
    _ points: UnsafePointer<Float>, into taps: UnsafeMutablePointer<Float>, tapStep: Int
  ) {
    var half = HalfPoints(repeating: .zero)
    for x in 0..<side {
      WeightGrad.apply(
        { load(points + ($0 &* side &+ x) &* gradPointStep) }, { half[$0 &* side &+ x] = $1 })
    }
    for y in 0..<3 {
      WeightGrad.apply(
        { half[y &* side &+ $0] }, { store($1, to: taps + (y &* 3 &+ $0) &* tapStep) })
    }
  }
}
