import Kernels

/// A convolution of any kernel and stride as correlations: one forward; backward one for each phase
/// of an input pixel, its row and its column modulo the stride.
struct DirectConvolution: ConvolutionKernel {
  let shape: ConvolutionShape
  let group: Int
  private let forwardPass: Correlation
  /// Empty for pictures.
  private let backwardPasses: [Correlation]

  init(_ shape: ConvolutionShape, pictures: Int, tuning: Tuning? = nil) {
    let tuning = tuning ?? Tuning(shape)
    self.shape = shape
    let input = Correlation.MapSize(
      height: shape.inputHeight, width: shape.inputWidth, blocks: shape.inputBlocks,
      lanes: shape.inputLanes)
    let output = Correlation.MapSize(
      height: shape.outputHeight, width: shape.outputWidth, blocks: shape.output.blocks,
      lanes: lanes)
    let (kernel, stride, padding) = (shape.kernel, shape.stride, shape.padding)
    forwardPass = Correlation(
      from: input, to: output,
      rows: .forward(kernel: kernel, stride: stride, padding: padding, output: output.height),
      columns: .forward(kernel: kernel, stride: stride, padding: padding, output: output.width),
      kernel: kernel, tuning: tuning)
    // With stride 2 there are four phases: even or odd rows, by even or odd columns. Each is a
    // correlation of the output's gradient of its own, with its own taps: together they have all
    // taps once.
    let columnAxes = CorrelationAxis.backward(
      kernel: kernel, stride: stride, padding: padding, input: input.width)
    backwardPasses =
      shape.inputLanes != lanes
      ? []
      : CorrelationAxis.backward(
        kernel: kernel, stride: stride, padding: padding, input: input.height
      ).flatMap { rows in
        columnAxes.map {
          Correlation(
            from: output, to: input, rows: rows, columns: $0, kernel: kernel, tuning: tuning)
        }
      }
    // As many pictures as fill the strips that are held, of the pass that holds most.
    group = min(pictures, ([forwardPass] + backwardPasses).map(\.pictureGroup).max() ?? 1)
  }

  var algorithm: String { "direct" }
  var packedCount: Int { forwardPass.packedCount }
  var packedBackwardCount: Int { backwardPasses.reduce(0) { $0 + $1.packedCount } }
  var gradSumCount: Int { 0 }
  var scratchCount: Int { ([forwardPass] + backwardPasses).map(\.scratchCount).max() ?? 0 }

  func pack(
    _ weight: UnsafePointer<Float>, outputs: Range<Int>, scale: UnsafePointer<Float>?,
    into packed: UnsafeMutablePointer<Float>
  ) {
    pack(
      [forwardPass], WeightView(forward: shape, weight, scale: scale), targets: outputs,
      into: packed)
  }

  func packBackward(
    _ weight: UnsafePointer<Float>, inputs: Range<Int>, into packed: UnsafeMutablePointer<Float>
  ) {
    pack(backwardPasses, WeightView(backward: shape, weight), targets: inputs, into: packed)
  }

  /// Packs weights for several correlations, one after the other, which share the sources.
  private func pack(
    _ passes: [Correlation], _ view: WeightView, targets: Range<Int>,
    into packed: UnsafeMutablePointer<Float>
  ) {
    guard let source = passes.first?.source else { return }
    // A block of sources by a block of targets, all taps: for 3x3 kernels and 16 lanes 9 KB.
    let count = source.lanes * shape.kernel * shape.kernel * lanes
    withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { weights in
      guard let weights = weights.baseAddress else { return }
      for first in stride(from: targets.lowerBound, to: targets.upperBound, by: lanes) {
        for block in 0..<source.blocks {
          let channel = block * source.lanes
          view.collect(target: first, sources: channel..<channel + source.lanes, into: weights)
          // Every pass takes its own taps from the same block.
          var packed = packed
          for pass in passes {
            pass.pack(weights, source: block, target: first / lanes, into: packed)
            packed += pass.packedCount
          }
        }
      }
    }
  }

  func forward(
    count: Int, input: ConvolutionInput, weight: UnsafePointer<Float>, output: ConvolutionOutput,
    part: WorkPart, scratch: UnsafeMutablePointer<Float>
  ) {
    forwardPass.run(
      count: count, input, weight: weight, output: output, part: part, scratch: scratch)
  }

  func inputGrad(
    count: Int, outputGrad: UnsafePointer<Float>, weight: UnsafePointer<Float>,
    inputGrad: UnsafeMutablePointer<Float>, adds: Bool, scratch: UnsafeMutablePointer<Float>
  ) {
    // The phases write different pixels of `inputGrad`, all of them together.
    var weight = weight
    for pass in backwardPasses {
      pass.run(
        count: count, ConvolutionInput(outputGrad), weight: weight,
        output: adds ? .adding(to: inputGrad) : ConvolutionOutput(inputGrad), scratch: scratch)
      weight += pass.packedCount
    }
  }

  func weightGrad(
    count: Int, input: ConvolutionInput, outputGrad: UnsafePointer<Float>,
    sums: UnsafeMutablePointer<Float>, isFirst: Bool, isLast: Bool,
    weightGrad: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) {
    // Sums are collected where they end, and need no transform at the end.
    if isFirst { weightGrad.update(repeating: 0, count: shape.packedGradCount) }
    forwardPass.addWeightGrad(
      count: count, input, outputGrad: outputGrad, to: weightGrad, scratch: scratch)
  }
}

extension Correlation {
  /// Adds some pictures' gradient of the weights: `grad[j, k] += sum over pixels of patch[j] *
  /// outputGrad[k]`, a row for each float of a patch. Rows of pixels follow each other in `outputGrad`
  /// and are segments in the strip, so sums stay in registers over all rows of a strip, and in the
  /// level-1 cache over all strips that are held.
  func addWeightGrad(
    count: Int, _ input: ConvolutionInput, outputGrad: UnsafePointer<Float>,
    to weightGrad: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) {
    forEachHeld(count: count, rows: 0..<rows.count, input, scratch: scratch) { patches in
      // The product's depth goes over pixels: a row of pixels is a segment, whose start is a row of
      // the strip.
      let lineStep = rows.sourceStep * patches.layout.rowCount
      withUnsafeTemporaryAllocation(of: Int.self, capacity: rowGroup) { lineStarts in
        guard let lineStarts = lineStarts.baseAddress else { return }
        for line in 0..<rowGroup { lineStarts[line] = line * lineStep }
        var vector = 0
        while vector < target.blocks {
          let width = tileWidth(at: vector, of: target.blocks)
          // A run of a patch (ky, kx, lane) is a few rows of the gradient, which stay in registers
          // while all pixels of a strip are summed.
          for (number, segment) in patches.layout.segments.enumerated() {
            for index in patches.held {
              let group = patches[index]
              let plane = group.picture &* target.pictureCount &+ vector &* target.planeCount
              multiplyPatches(
                width: width, rows: run,
                // a: float `j` of the run of each pixel. b: gradients of the outputs,
                // [pixel][lane]. c: the packed gradient, (o / lanes, patch, lane of o).
                TileOperands(
                  a: patches.address(index) + segment, rowStep: 1,
                  depthStep: columns.sourceStep &* source.lanes, segments: lineStarts,
                  segmentCount: group.rows.count, run: columns.count,
                  b: outputGrad + plane + group.rows.lowerBound &* target.width &* lanes,
                  bDepthStep: lanes, bVectorStep: target.planeCount,
                  c: weightGrad + (vector &* depth &+ number &* run) &* lanes, cRowStep: lanes,
                  cVectorStep: depth &* lanes, accumulates: true, nextA: outputGrad,
                  nextB: outputGrad))
            }
          }
          vector &+= width
        }
      }
    }
  }
}

@inline(never)
private func multiplyPatches(width: Int, rows: Int, _ operands: TileOperands) {
  multiplyRows(width: width, rows: rows, operands, fetches: false)
}
