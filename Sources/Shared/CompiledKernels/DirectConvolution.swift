import Kernels

/// A convolution of any kernel and stride as correlations: one forward; backward one for each place of
/// an input pixel between two strides.
struct DirectConvolution: ConvolutionKernel {
  let shape: ConvolutionShape
  let group: Int
  private let forwardPass: Correlation
  /// Empty for pictures.
  private let backwardPasses: [Correlation]

  init(_ shape: ConvolutionShape) {
    self.shape = shape
    group = 1
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
      kernel: kernel)
    let columnAxes = CorrelationAxis.backward(
      kernel: kernel, stride: stride, padding: padding, input: input.width)
    backwardPasses =
      shape.inputLanes != lanes
      ? []
      : CorrelationAxis.backward(
        kernel: kernel, stride: stride, padding: padding, input: input.height
      ).flatMap { rows in
        columnAxes.map {
          Correlation(from: output, to: input, rows: rows, columns: $0, kernel: kernel)
        }
      }
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
    forwardPass.pack(
      WeightView(forward: shape, weight, scale: scale), targets: outputs, into: packed)
  }

  func packBackward(
    _ weight: UnsafePointer<Float>, inputs: Range<Int>, into packed: UnsafeMutablePointer<Float>
  ) {
    var packed = packed
    for pass in backwardPasses {
      pass.pack(WeightView(backward: shape, weight), targets: inputs, into: packed)
      packed += pass.packedCount
    }
  }

  func forward(
    count: Int, input: ConvolutionInput, weight: UnsafePointer<Float>, output: ConvolutionOutput,
    part: WorkPart, scratch: UnsafeMutablePointer<Float>
  ) {
    for n in 0..<count {
      forwardPass.run(
        input.advanced(by: n * forwardPass.source.pictureCount), weight: weight,
        output: output.advanced(by: n * forwardPass.target.pictureCount), part: part,
        strip: scratch)
    }
  }

  func inputGrad(
    count: Int, outputGrad: UnsafePointer<Float>, weight: UnsafePointer<Float>,
    inputGrad: UnsafeMutablePointer<Float>, adds: Bool, scratch: UnsafeMutablePointer<Float>
  ) {
    for n in 0..<count {
      var weight = weight
      for pass in backwardPasses {
        let target = inputGrad + n * pass.target.pictureCount
        pass.run(
          ConvolutionInput(outputGrad + n * pass.source.pictureCount), weight: weight,
          output: adds ? .adding(to: target) : ConvolutionOutput(target), strip: scratch)
        weight += pass.packedCount
      }
    }
  }

  func weightGrad(
    count: Int, input: ConvolutionInput, outputGrad: UnsafePointer<Float>,
    sums: UnsafeMutablePointer<Float>, isFirst: Bool, isLast: Bool,
    weightGrad: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) {
    if isFirst { weightGrad.update(repeating: 0, count: shape.packedGradCount) }
    for n in 0..<count {
      forwardPass.addWeightGrad(
        input.advanced(by: n * forwardPass.source.pictureCount),
        outputGrad: outputGrad + n * forwardPass.target.pictureCount, to: weightGrad,
        strip: scratch)
    }
  }
}

extension Correlation {
  /// Adds one picture's gradient of the weights: `grad[j, k] += sum over pixels of patch[j] *
  /// outputGrad[k]`, a row for each float of a patch. Rows of pixels follow each other in `outputGrad`
  /// and are segments in the strip, so sums stay in registers over all rows of a group.
  func addWeightGrad(
    _ input: ConvolutionInput, outputGrad: UnsafePointer<Float>,
    to weightGrad: UnsafeMutablePointer<Float>, strip: UnsafeMutablePointer<Float>
  ) {
    let lineStarts = (0..<rowGroup).map { $0 * rows.sourceStep * stripRowCount }
    lineStarts.withUnsafeBufferPointer { lineStarts in
      guard let lineStarts = lineStarts.baseAddress else { return }
      for first in stride(from: 0, to: rows.count, by: rowGroup) {
        let group = first..<min(rows.count, first + rowGroup)
        fillStrip(input, rows: group, into: strip)
        var vector = 0
        while vector < target.blocks {
          let width = tileWidth(at: vector, of: target.blocks)
          for (index, segment) in segments.enumerated() {
            multiplyPatches(
              width: width, rows: run,
              TileOperands(
                a: strip + segment, rowStep: 1, depthStep: columns.sourceStep &* source.lanes,
                segments: lineStarts, segmentCount: group.count, run: columns.count,
                b: outputGrad + vector &* target.planeCount + first &* target.width &* lanes,
                bDepthStep: lanes, bVectorStep: target.planeCount,
                c: weightGrad + (index &* run &* target.blocks &+ vector) &* lanes,
                cRowStep: target.blocks &* lanes, cVectorStep: lanes, accumulates: true,
                nextA: strip, nextB: strip))
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
