internal import Kernels

/// Memory of one worker of an `InferenceEngine`, and its way through the network.
final class InferencePlan {
  private let layout: ResNet18Layout
  private let memory = FloatMemory()
  private let pictures: UnsafeMutablePointer<Float>
  private let stemMaps: UnsafeMutablePointer<Float>
  /// Input, middle and output of a block take turns.
  private let maps: [UnsafeMutablePointer<Float>]
  private let features: UnsafeMutablePointer<Float>
  private let hidden: UnsafeMutablePointer<Float>
  private let scratch: UnsafeMutablePointer<Float>
  /// `count x classes` of the last run.
  let logits: UnsafeMutablePointer<Float>

  init(_ layout: ResNet18Layout, maximum: Int) {
    let side = layout.architecture.inputSize
    let pooled = maximum * layout.pooled.pictureCount
    self.layout = layout
    pictures = memory.floats(maximum * side * side * 3)
    stemMaps = memory.floats(maximum * layout.stem.convolution.shape.output.pictureCount)
    maps = [memory.floats(pooled), memory.floats(pooled), memory.floats(pooled)]
    features = memory.floats(maximum * layout.features.paddedChannels)
    let hiddenColumns = layout.head.hidden?.linear.outputs ?? 0
    hidden = memory.floats(maximum * layout.matrix(columns: hiddenColumns).paddedChannels)
    scratch = memory.floats(layout.scratchCount)
    logits = memory.floats(maximum * layout.architecture.classes)
  }

  var bytes: Int { memory.bytes }

  /// Computes the logits of some samples.
  func run(
    _ samples: Range<Int>, _ weights: FoldedWeights,
    fill: (Int, UnsafeMutableBufferPointer<Float>) -> Void
  ) {
    guard !samples.isEmpty else { return }
    let pictureCount = layout.architecture.inputSize * layout.architecture.inputSize * 3
    for (n, sample) in samples.enumerated() {
      fill(
        sample,
        UnsafeMutableBufferPointer(start: pictures + n * pictureCount, count: pictureCount))
    }
    runStem(samples.count, weights)
    for block in layout.blocks { run(block, samples.count, weights) }
    layout.kernels.averagePoolingForward(
      layout.features, count: samples.count, input: maps[0], output: features)
    runHead(samples.count, weights)
  }

  private func runStem(_ count: Int, _ weights: FoldedWeights) {
    convolve(
      layout.stem, count, weights, input: pictures, residual: nil, rectify: true,
      output: stemMaps)
    layout.kernels.maxPoolingForward(
      layout.stemMaps, count: count, input: stemMaps, output: maps[0])
  }

  /// From `maps[0]` into `maps[0]`: the second convolution reads neither it nor what it is added to.
  private func run(_ block: ResNet18Layout.Block, _ count: Int, _ weights: FoldedWeights) {
    convolve(
      block.first, count, weights, input: maps[0], residual: nil, rectify: true, output: maps[1])
    var residual = maps[0]
    if let projection = block.projection {
      convolve(
        projection, count, weights, input: maps[0], residual: nil, rectify: false,
        output: maps[2])
      residual = maps[2]
    }
    convolve(
      block.second, count, weights, input: maps[1], residual: residual, rectify: true,
      output: maps[0])
  }

  private func convolve(
    _ layers: ResNet18Layout.Normed, _ count: Int, _ weights: FoldedWeights,
    input: UnsafePointer<Float>, residual: UnsafePointer<Float>?, rectify: Bool,
    output: UnsafeMutablePointer<Float>
  ) {
    let layer = layers.convolution
    layer.kernel.forward(
      count: count, input: ConvolutionInput(input), weight: weights.weight(layer),
      output: ConvolutionOutput(
        output, bias: weights.bias(layer), residual: residual, rectify: rectify),
      scratch: scratch)
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
    linearForward(
      count: count, inputs: layer.inputs, outputs: layer.outputs, input: input,
      inputStride: stride, weight: weights.headParameter(layer.weight),
      bias: weights.headParameter(layer.bias), output: output, outputStride: outputStride)
  }
}
