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
  /// How many these are at most. Not measured; chosen because the first stage's maps of two pictures of
  /// 224 pixels are 1.6 MB, about what a level-2 cache holds.
  private static let mostEarlyPictures = 2
  private let early, late: ArraySlice<ResNet18Layout.Block>
  /// Maps between the early and the late blocks.
  private let border: BlockedShape

  /// The last stage whose blocks are early. Not measured; chosen because from stage 3 on the
  /// weights of a layer, 2.4 MB and more, don't fit a level-2 cache, and are read once for all pictures.
  private static let lastEarlyStage = 2

  init(_ layout: ResNet18Layout, maximum: Int, members: Int, memory: FloatMemory) {
    self.memory = memory
    let side = layout.architecture.inputSize
    self.layout = layout
    earlyGroup = min(maximum, Self.mostEarlyPictures)
    let earlyCount = earlyGroup * layout.pooled.pictureCount
    early = layout.blocks.prefix { $0.stage <= Self.lastEarlyStage }
    late = layout.blocks.dropFirst(early.count)
    border = layout.inputShape(ofBlock: early.count)
    let lateCount = maximum * border.pictureCount
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
      Maps(lateMaps[0], layout.features, count: samples.count),
      output: MutableFloatView(
        features, count: samples.count * layout.features.paddedChannels))
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
      layout.stem, count, weights, part,
      FoldedStep(input: pictures, residual: nil, rectify: true, output: stemMaps))
    let plane = BlockedShape(
      channels: layout.kernels.lanes, height: layout.stemMaps.height,
      width: layout.stemMaps.width, lanes: layout.kernels.lanes)
    let planes = part.share(of: count * layout.stemMaps.blocks)
    layout.kernels.maxPoolingForward(
      Maps(stemMaps, plane, count: planes.upperBound)[planes],
      output: MutableMaps(earlyMaps[0], plane.pooled, count: planes.upperBound)[planes])
    barrier.wait()
  }

  /// From `maps[0]` into `output`, which may be `maps[0]`: the second convolution reads neither it nor
  /// what it is added to.
  private func run(
    _ block: ResNet18Layout.Block, _ count: Int, _ weights: FoldedWeights, _ part: WorkPart,
    maps: [UnsafeMutablePointer<Float>], output: UnsafeMutablePointer<Float>
  ) {
    block.walk(input: maps[0], middle: maps[1], projected: maps[2], output: output) {
      convolve($0, count, weights, part, $1)
    }
  }

  /// A part of a convolution; returns when all members have done theirs.
  private func convolve(
    _ layers: ResNet18Layout.Normed, _ count: Int, _ weights: FoldedWeights, _ part: WorkPart,
    _ step: FoldedStep
  ) {
    weights.convolve(layers, count, step, part: part, scratch: scratch[part.index])
    barrier.wait()
  }

  private func runHead(_ count: Int, _ weights: FoldedWeights) {
    var (input, stride) = (features, layout.features.paddedChannels)
    if let layers = layout.head.hidden {
      let shape = layout.matrix(columns: layers.linear.outputs)
      multiply(
        layers.linear, count, weights, input, stride: stride, hidden, shape.paddedChannels)
      layout.kernels.batchNormForward(
        Maps(hidden, shape, count: count), scale: FloatView(weights.hiddenScale),
        shift: FloatView(weights.hiddenShift), residual: nil, rectify: true,
        output: MutableMaps(hidden, shape, count: count))
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
