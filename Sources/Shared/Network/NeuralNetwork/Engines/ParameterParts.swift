internal import Kernels
internal import Workers

/// Parameters whose gradients are merged at once.
private struct ParameterPart: Sendable {
  /// Parameters that are no weight of a convolution have none.
  let convolution: ResNet18Layout.Convolution?
  /// Output channels of the convolution.
  let outputs: Range<Int>
  let range: Range<Int>
}

/// Weights of a convolution that are packed at once.
private struct PackedPart: Sendable {
  let convolution: ResNet18Layout.Convolution
  /// Output channels, or input channels for the backward pass.
  let channels: Range<Int>
}

/// The parameters in parts of about 64 thousand numbers, which workers share out. What the parts are,
/// and in which order each number is summed, doesn't depend on the number of workers.
struct ParameterParts: Sendable {
  private let parts: [ParameterPart]
  private let forwardParts: [PackedPart]
  private let backwardParts: [PackedPart]
  private let kernels: any KernelSet

  init(_ layout: ResNet18Layout) {
    var parts: [ParameterPart] = []
    var end = 0
    func addPlain(to bound: Int) {
      for range in Self.ranges(end..<bound, step: Self.size) {
        parts.append(ParameterPart(convolution: nil, outputs: 0..<0, range: range))
      }
    }
    let convolutions = layout.convolutions.sorted { $0.range.lowerBound < $1.range.lowerBound }
    for convolution in convolutions {
      addPlain(to: convolution.range.lowerBound)
      let start = convolution.range.lowerBound
      let count = convolution.shape.filterCount
      for outputs in Self.blocks(convolution.shape.outputChannels, of: count, layout.kernels) {
        parts.append(
          ParameterPart(
            convolution: convolution, outputs: outputs,
            range: start + outputs.lowerBound * count..<start + outputs.upperBound * count))
      }
      end = convolution.range.upperBound
    }
    // No part has numbers of both backbone and head.
    addPlain(to: layout.headStart)
    end = layout.headStart
    addPlain(to: layout.parameterCount)
    self.parts = parts
    forwardParts = convolutions.flatMap { convolution in
      Self.blocks(
        convolution.shape.outputChannels, of: convolution.shape.filterCount, layout.kernels
      ).map { PackedPart(convolution: convolution, channels: $0) }
    }
    backwardParts = convolutions.filter { $0.kernel.packedBackwardCount > 0 }.flatMap {
      convolution in
      Self.blocks(
        convolution.shape.inputChannels,
        of: convolution.shape.weightCount / convolution.shape.inputChannels, layout.kernels
      ).map { PackedPart(convolution: convolution, channels: $0) }
    }
    kernels = layout.kernels
  }

  /// About as many numbers as a part has.
  private static let size = pieceCount

  /// Channels in whole blocks, of about `size` weights each part.
  private static func blocks(
    _ channels: Int, of weights: Int, _ kernels: any KernelSet
  ) -> [Range<Int>] {
    ranges(0..<channels, step: max(1, size / weights / kernels.lanes) * kernels.lanes)
  }

  private static func ranges(_ whole: Range<Int>, step: Int) -> [Range<Int>] {
    stride(from: whole.lowerBound, to: whole.upperBound, by: step).map {
      $0..<min(whole.upperBound, $0 + step)
    }
  }

  /// Packs the weights of all convolutions for the forward pass.
  func pack(
    _ parameters: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>, workers: Int
  ) {
    forEach(forwardParts, workers, (parameters, packed)) { part, memory in
      let layer = part.convolution
      layer.kernel.pack(
        memory.0 + layer.range.lowerBound, outputs: part.channels, scale: nil,
        into: memory.1 + layer.packed)
    }
  }

  /// Packs the weights of convolutions for the backward pass.
  ///
  /// - Parameter start: first parameter that is trained; convolutions before it have no backward pass.
  func packBackward(
    _ parameters: UnsafePointer<Float>, from start: Int, into packed: UnsafeMutablePointer<Float>,
    workers: Int
  ) {
    let parts = backwardParts.filter { $0.convolution.range.lowerBound >= start }
    forEach(parts, workers, (parameters, packed)) { part, memory in
      let layer = part.convolution
      layer.kernel.packBackward(
        memory.0 + layer.range.lowerBound, inputs: part.channels,
        into: memory.1 + layer.packedBackward)
    }
  }

  private func forEach<Memory>(
    _ parts: [PackedPart], _ workers: Int, _ memory: Memory,
    _ body: @Sendable (PackedPart, Memory) -> Void
  ) {
    let shared = WorkerShared(memory)
    runParallel(workers) { worker in
      for index in stride(from: worker, to: parts.count, by: workers) {
        body(parts[index], shared.value)
      }
    }
  }

  /// Sums the gradients of workers pairwise, into PyTorch's layout.
  ///
  /// - Parameters:
  ///   - arenas: gradients of each worker, see `ResNet18Layout.gradientCount`.
  ///   - range: the parameters, those of whole sections.
  ///   - squares: what `measure` writes, while the sums are in the cache; nil where they are summed further.
  func merge(
    _ arenas: [UnsafeMutablePointer<Float>], _ range: Range<Int>,
    into gradients: UnsafeMutablePointer<Float>, squares: UnsafeMutablePointer<Double>?
  ) {
    let shared = WorkerShared((arenas, gradients, squares))
    forEach(in: range, arenas.count) { index, part in
      let (arenas, gradients, squares) = shared.value
      if let layer = part.convolution {
        kernels.unpackSum(
          layer.shape,
          arenas.map { FloatView($0 + layer.packedGrad, count: layer.shape.packedGradCount) },
          outputs: part.outputs,
          into: MutableFloatView(gradients + layer.range.lowerBound, count: layer.range.count))
      } else {
        sum(arenas, part.range, into: gradients)
      }
      if let squares { squares[index] = squareSum(gradients, part) }
    }
  }

  /// Sums the squares of gradients.
  ///
  /// - Parameters:
  ///   - range: the parameters, those of whole sections.
  ///   - squares: one for each part of all parameters; those of the range are written.
  func measure(
    _ gradients: UnsafePointer<Float>, _ range: Range<Int>, workers: Int,
    squares: UnsafeMutablePointer<Double>
  ) {
    let shared = WorkerShared((gradients, squares))
    forEach(in: range, workers) { index, part in
      let (gradients, squares) = shared.value
      squares[index] = squareSum(gradients, part)
    }
  }

  private func squareSum(_ gradients: UnsafePointer<Float>, _ part: ParameterPart) -> Double {
    kernels.sumOfSquares(
      FloatView(gradients + part.range.lowerBound, count: part.range.count))
  }

  private func forEach(
    in range: Range<Int>, _ workers: Int, _ body: @Sendable (Int, ParameterPart) -> Void
  ) {
    let chosen = parts.indices.filter { range.overlaps(parts[$0].range) }
    runParallel(workers) { worker in
      for index in stride(from: worker, to: chosen.count, by: workers) {
        body(chosen[index], parts[chosen[index]])
      }
    }
  }

  /// How many parts there are.
  var count: Int { parts.count }
}

private func sum(
  _ arenas: [UnsafeMutablePointer<Float>], _ range: Range<Int>,
  into gradients: UnsafeMutablePointer<Float>
) {
  for index in range {
    gradients[index] = pairwiseSum(0..<arenas.count) { arenas[$0][index] }
  }
}
