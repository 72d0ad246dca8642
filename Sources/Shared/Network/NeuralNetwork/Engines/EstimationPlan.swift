internal import Kernels

/// One worker's memory for estimating BatchNorm statistics, and the way of a group of samples to the
/// layers that are measured: finished layers with their statistics folded in, the measured
/// convolutions as they are.
///
/// What a sample becomes and its moments don't depend on the others of its group, to the bit.
final class EstimationPlan {
  /// Samples that are computed together. Measured in CPU time of one thread, ResNet18 at 224 pixels,
  /// as multiples of the inference engine's forward pass for as many samples: with groups of 8 9.2 to
  /// 12.1 without a cache and 2.3 to 2.7 with one; with groups of 16 13.0 and 3.2.
  static let group = 8

  private let layout: ResNet18Layout
  private let memory: FloatMemory
  private let picture: UnsafeMutablePointer<Float>
  private let stemMaps: UnsafeMutablePointer<Float>
  /// Of the whole group: what the current block gets and gives.
  private let maps: UnsafeMutablePointer<Float>
  private let middle: UnsafeMutablePointer<Float>
  private let projected: UnsafeMutablePointer<Float>
  /// Of one sample.
  private let features: UnsafeMutablePointer<Float>
  private let hidden: UnsafeMutablePointer<Float>
  private let scratch: UnsafeMutablePointer<Float>

  /// Of each sample of the last group, for each layer that the pass measures.
  private(set) var moments: [[ChannelMoments]] = []

  init(_ layout: ResNet18Layout, memory: FloatMemory) {
    self.layout = layout
    self.memory = memory
    let maps = Self.group * layout.pooled.pictureCount
    picture = memory.floats(layout.stem.convolution.shape.inputCount)
    stemMaps = memory.floats(layout.stemMaps.pictureCount)
    self.maps = memory.floats(maps)
    middle = memory.floats(maps)
    projected = memory.floats(maps)
    features = memory.floats(layout.features.paddedChannels)
    let columns = layout.head.hidden?.linear.outputs ?? 0
    hidden = memory.floats(layout.matrix(columns: columns).paddedChannels)
    scratch = memory.floats(layout.scratchCount)
  }

  /// Makes room for the moments of a pass.
  func begin(_ pass: EstimationPass) {
    let empty = pass.norms(layout).map {
      ChannelMoments(channels: layout.matrix(columns: $0.channels).paddedChannels)
    }
    moments = Array(repeating: empty, count: Self.group)
  }

  /// Measures a group of samples of a pass.
  ///
  /// - Parameters:
  ///   - samples: by their index in the pass; `group` at most, all of them in the cache or none.
  ///   - fill: writes the picture of such a sample; not called for those in the cache.
  func run(
    _ pass: EstimationPass, _ samples: Range<Int>, _ weights: FoldedWeights, _ cache: FeatureCache?,
    fill: (Int, UnsafeMutableBufferPointer<Float>) -> Void
  ) {
    for index in 0..<samples.count {
      for layer in moments[index].indices { moments[index][layer].reset() }
    }
    guard let target = pass.finishedBlocks(layout) else {
      for (index, sample) in samples.enumerated() { measureStem(sample, index, weights, fill) }
      return
    }
    let first = begin(samples, weights, cache, fill)
    for block in first..<max(first, target) {
      run(layout.blocks[block], samples.count, weights)
    }
    switch pass {
    case .stem: break
    case .first(let block): measureFirst(layout.blocks[block], samples.count, weights)
    case .second(let block): measureSecond(layout.blocks[block], samples.count, weights)
    case .head: measureHead(samples.count, weights)
    }
  }

  /// Keeps what the last group's samples were before the measured layers.
  func store(_ samples: Range<Int>, blocks: Int, in cache: FeatureCache) {
    let step = layout.inputShape(ofBlock: blocks).pictureCount
    for (index, sample) in samples.enumerated() { cache.store(sample, maps + index * step) }
  }

  /// Gets the group's maps from the cache or from the pictures; returns the next block.
  private func begin(
    _ samples: Range<Int>, _ weights: FoldedWeights, _ cache: FeatureCache?,
    _ fill: (Int, UnsafeMutableBufferPointer<Float>) -> Void
  ) -> Int {
    if let cache, samples.upperBound <= cache.count {
      let step = layout.inputShape(ofBlock: cache.blocks).pictureCount
      for (index, sample) in samples.enumerated() {
        (maps + index * step).update(from: cache.maps(sample), count: step)
      }
      return cache.blocks
    }
    for (index, sample) in samples.enumerated() {
      fillPicture(sample, fill)
      weights.convolve(
        layout.stem, 1,
        FoldedStep(input: picture, residual: nil, rectify: true, output: stemMaps),
        scratch: scratch)
      layout.kernels.maxPoolingForward(
        Maps(stemMaps, layout.stemMaps, count: 1),
        output: MutableMaps(maps, layout.pooled, count: samples.count)[index..<index + 1])
    }
    return 0
  }

  private func fillPicture(
    _ sample: Int, _ fill: (Int, UnsafeMutableBufferPointer<Float>) -> Void
  ) {
    let count = layout.stem.convolution.shape.inputCount
    fill(sample, UnsafeMutableBufferPointer(start: picture, count: count))
  }

  /// From `maps` into `maps`, as many samples at a time as stay in the cache for the next layer. The
  /// output of some lies before the input of the next ones.
  private func run(_ block: ResNet18Layout.Block, _ count: Int, _ weights: FoldedWeights) {
    let (shape, output) = (block.first.convolution.shape, block.second.convolution.shape.output)
    forEachPart(of: count, block) { first, count in
      let input = maps + first * shape.inputCount
      block.walk(
        input: input, middle: middle, projected: projected,
        output: maps + first * output.pictureCount
      ) {
        weights.convolve($0, count, $1, scratch: scratch)
      }
    }
  }

  private func forEachPart(
    of count: Int, _ block: ResNet18Layout.Block, _ body: (_ first: Int, _ count: Int) -> Void
  ) {
    let step = block.second.convolution.kernel.group
    for first in stride(from: 0, to: count, by: step) { body(first, min(step, count - first)) }
  }

  private func measureStem(
    _ sample: Int, _ index: Int, _ weights: FoldedWeights,
    _ fill: (Int, UnsafeMutableBufferPointer<Float>) -> Void
  ) {
    fillPicture(sample, fill)
    measure(layout.stem, number: 0, 1, index, weights, picture, sums: stemMaps)
  }

  private func measureFirst(
    _ block: ResNet18Layout.Block, _ count: Int, _ weights: FoldedWeights
  ) {
    forEachPart(of: count, block) { first, count in
      let input = maps + first * block.first.convolution.shape.inputCount
      measure(block.first, number: 0, count, first, weights, input, sums: middle)
      if let projection = block.projection {
        measure(projection, number: 1, count, first, weights, input, sums: projected)
      }
    }
  }

  private func measureSecond(
    _ block: ResNet18Layout.Block, _ count: Int, _ weights: FoldedWeights
  ) {
    forEachPart(of: count, block) { first, count in
      let input = maps + first * block.first.convolution.shape.inputCount
      weights.convolve(
        block.first, count,
        FoldedStep(input: input, residual: nil, rectify: true, output: middle), scratch: scratch)
      measure(block.second, number: 0, count, first, weights, middle, sums: projected)
    }
  }

  /// Takes in what a convolution gives without its BatchNorm.
  ///
  /// - Parameters:
  ///   - number: which of the pass's layers it is.
  ///   - first: index in the group of the first of `count` samples.
  private func measure(
    _ layers: ResNet18Layout.Normed, number: Int, _ count: Int, _ first: Int,
    _ weights: FoldedWeights, _ input: UnsafePointer<Float>, sums: UnsafeMutablePointer<Float>
  ) {
    let layer = layers.convolution
    layer.kernel.forward(
      count: count, input: ConvolutionInput(input), weight: weights.weight(layer),
      output: ConvolutionOutput(sums), scratch: scratch)
    let shape = layer.shape.output
    for n in 0..<count {
      layout.kernels.addMoments(
        Maps(sums, shape, count: count)[n..<n + 1], to: &moments[first + n][number])
    }
  }

  /// Samples one by one: a product of matrices may round otherwise for another number of rows.
  private func measureHead(_ count: Int, _ weights: FoldedWeights) {
    guard let layer = layout.head.hidden?.linear else { return }
    let shape = layout.matrix(columns: layer.outputs)
    for index in 0..<count {
      layout.kernels.averagePoolingForward(
        Maps(maps, layout.features, count: count)[index..<index + 1],
        output: MutableFloatView(features, count: layout.features.paddedChannels))
      linearForward(
        count: 1, inputs: layer.inputs, outputs: layer.outputs, input: features,
        inputStride: layout.features.paddedChannels, weight: weights.headParameter(layer.weight),
        bias: weights.headParameter(layer.bias), output: hidden, outputStride: layer.outputs)
      layout.kernels.addMoments(Maps(hidden, shape, count: 1), to: &moments[index][0])
    }
  }
}
