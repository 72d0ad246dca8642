internal import Kernels
internal import Workers

/// The memory in which samples go through the network in evaluation mode, and their way: alone, or
/// with a team whose members compute each layer together.
///
/// Where maps are large and weights small, up to the second stage, a few pictures go through all
/// layers before the next ones, so that maps are still in the cache for the next layer; from then on,
/// where weights are large, all pictures go through a layer together.
final class InferencePlan {
  let layout: ResNet18Layout
  private let memory: FloatMemory
  private let pictures: UnsafeMutablePointer<Float>
  private let stemMaps: UnsafeMutablePointer<Float>
  /// Input, middle and output of an early block take turns; those of a late block too.
  private let earlyMaps: [UnsafeMutablePointer<Float>]
  let lateMaps: [UnsafeMutablePointer<Float>]
  private let features: UnsafeMutablePointer<Float>
  let hidden: UnsafeMutablePointer<Float>
  /// One for each member of the team.
  private let scratch: [UnsafeMutablePointer<Float>]
  private let barrier: SpinBarrier
  /// `count x classes` of the last run.
  let logits: UnsafeMutablePointer<Float>

  /// Pictures that go through the early blocks together.
  private let earlyGroup: Int
  private var early: ArraySlice<ResNet18Layout.Block> { layout.blocks.prefix(4) }
  private var late: ArraySlice<ResNet18Layout.Block> { layout.blocks.dropFirst(4) }
  /// Maps between the early and the late blocks.
  private var border: BlockedShape { layout.blocks[3].second.convolution.shape.output }

  init(_ layout: ResNet18Layout, maximum: Int, members: Int, memory: FloatMemory) {
    self.memory = memory
    let side = layout.architecture.inputSize
    self.layout = layout
    earlyGroup = min(maximum, 2)
    let earlyCount = earlyGroup * layout.pooled.pictureCount
    let lateCount = maximum * layout.blocks[3].second.convolution.shape.output.pictureCount
    pictures = memory.scratch(earlyGroup * side * side * 3)
    stemMaps = memory.scratch(earlyGroup * layout.stemMaps.pictureCount)
    earlyMaps = (0..<3).map { [memory] _ in memory.scratch(earlyCount) }
    lateMaps = (0..<3).map { [memory] _ in memory.scratch(lateCount) }
    features = memory.scratch(maximum * layout.features.paddedChannels)
    let hiddenColumns = layout.head.hidden?.linear.outputs ?? 0
    hidden = memory.scratch(maximum * layout.matrix(columns: hiddenColumns).paddedChannels)
    scratch = (0..<members).map { [memory] _ in memory.scratch(layout.scratchCount) }
    barrier = SpinBarrier(members: members)
    logits = memory.floats(maximum * layout.architecture.classes)
  }

  /// Computes the logits of some samples; every member of the team calls it.
  func run(
    _ samples: Range<Int>, _ weights: FoldedWeights, member: Int = 0,
    fill: (Int, UnsafeMutableBufferPointer<Float>) -> Void
  ) {
    guard !samples.isEmpty else { return }
    let part = WorkPart(index: member, of: scratch.count)
    for first in stride(from: samples.lowerBound, to: samples.upperBound, by: earlyGroup) {
      let group = first..<min(samples.upperBound, first + earlyGroup)
      fillPictures(group, part, fill)
      runStem(group.count, weights, part)
      for block in early.dropLast() {
        run(block, group.count, weights, part, maps: earlyMaps, output: earlyMaps[0])
      }
      for block in early.suffix(1) {
        let output = lateMaps[0] + (first - samples.lowerBound) * border.pictureCount
        run(block, group.count, weights, part, maps: earlyMaps, output: output)
      }
    }
    for block in late {
      run(block, samples.count, weights, part, maps: lateMaps, output: lateMaps[0])
    }
    guard member == 0 else { return }
    layout.kernels.averagePoolingForward(
      layout.features, count: samples.count, input: lateMaps[0], output: features)
    runHead(samples.count, weights)
  }

  private func fillPictures(
    _ samples: Range<Int>, _ part: WorkPart,
    _ fill: (Int, UnsafeMutableBufferPointer<Float>) -> Void
  ) {
    let count = layout.architecture.inputSize * layout.architecture.inputSize * 3
    if part.index == 0 {
      for (n, sample) in samples.enumerated() {
        fill(sample, UnsafeMutableBufferPointer(start: pictures + n * count, count: count))
      }
    }
    barrier.wait()
  }

  private func runStem(_ count: Int, _ weights: FoldedWeights, _ part: WorkPart) {
    convolve(
      layout.stem, count, weights, part, input: pictures, residual: nil, rectify: true,
      output: stemMaps)
    let plane = BlockedShape(
      channels: layout.kernels.lanes, height: layout.stemMaps.height,
      width: layout.stemMaps.width, lanes: layout.kernels.lanes)
    let planes = part.share(of: count * layout.stemMaps.blocks)
    layout.kernels.maxPoolingForward(
      plane, count: planes.count, input: stemMaps + planes.lowerBound * plane.planeCount,
      output: earlyMaps[0] + planes.lowerBound * layout.pooled.planeCount)
    barrier.wait()
  }

  /// From `maps[0]` into `output`, which may be `maps[0]`: the second convolution reads neither it nor
  /// what it is added to.
  private func run(
    _ block: ResNet18Layout.Block, _ count: Int, _ weights: FoldedWeights, _ part: WorkPart,
    maps: [UnsafeMutablePointer<Float>], output: UnsafeMutablePointer<Float>
  ) {
    convolve(
      block.first, count, weights, part, input: maps[0], residual: nil, rectify: true,
      output: maps[1])
    var residual = maps[0]
    if let projection = block.projection {
      convolve(
        projection, count, weights, part, input: maps[0], residual: nil, rectify: false,
        output: maps[2])
      residual = maps[2]
    }
    convolve(
      block.second, count, weights, part, input: maps[1], residual: residual, rectify: true,
      output: output)
  }

  /// A part of a convolution; returns when all members have done theirs.
  private func convolve(
    _ layers: ResNet18Layout.Normed, _ count: Int, _ weights: FoldedWeights, _ part: WorkPart,
    input: UnsafePointer<Float>, residual: UnsafePointer<Float>?, rectify: Bool,
    output: UnsafeMutablePointer<Float>
  ) {
    let layer = layers.convolution
    layer.kernel.forward(
      count: count, input: ConvolutionInput(input), weight: weights.weight(layer),
      output: ConvolutionOutput(
        output, bias: weights.bias(layer), residual: residual, rectify: rectify), part: part,
      scratch: scratch[part.index])
    barrier.wait()
  }

  private func runHead(_ count: Int, _ weights: FoldedWeights) {
    var (input, stride) = (features, layout.features.paddedChannels)
    if let layers = layout.head.hidden {
      let shape = layout.matrix(columns: layers.linear.outputs)
      multiply(
        layers.linear, count, weights, input, stride: stride, hidden, shape.paddedChannels)
      layout.kernels.batchNormForward(
        shape, count: count, input: hidden, scale: weights.hiddenScale,
        shift: weights.hiddenShift, residual: nil, rectify: true, output: hidden)
      (input, stride) = (hidden, shape.paddedChannels)
    }
    multiply(
      layout.head.output, count, weights, input, stride: stride, logits,
      layout.architecture.classes)
  }

  private func multiply(
    _ layer: ResNet18Layout.Linear, _ count: Int, _ weights: FoldedWeights,
    _ input: UnsafePointer<Float>, stride: Int, _ output: UnsafeMutablePointer<Float>,
    _ outputStride: Int
  ) {
    // One sample at a time: how OpenBLAS rounds depends on how many there are.
    for n in 0..<count {
      linearForward(
        count: 1, inputs: layer.inputs, outputs: layer.outputs, input: input + n * stride,
        inputStride: stride, weight: weights.headParameter(layer.weight),
        bias: weights.headParameter(layer.bias), output: output + n * outputStride,
        outputStride: outputStride)
    }
  }
}
