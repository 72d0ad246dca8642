/// The steps of one worker and all memory they work in. Not Sendable: one worker at a time.
final class WorkerPlan {
  /// Samples of the worker.
  let count: Int
  private(set) var steps: [PlanStep] = []
  /// Number of the first step of the head.
  private(set) var headStart = 0
  private(set) var units: [BatchNormUnit] = []

  /// Sum of the losses of the worker's samples.
  var lossSum = 0.0
  /// Seconds that filling in the pictures took.
  var fillSeconds = 0.0

  /// Floats of a picture.
  let pictureCount: Int
  let classes: Int
  /// The pictures, (n, h, w, 3).
  let pictures: UnsafeMutablePointer<Float>
  /// `count x classes`.
  let logits: UnsafeMutablePointer<Float>
  /// `count x classes`.
  let logitsGrad: UnsafeMutablePointer<Float>
  /// Gradients of all parameters; those of convolutions in the order of patches.
  let gradients: UnsafeMutablePointer<Float>

  private let gradientCount: Int

  private let memory = FloatMemory()
  private let scratch: UnsafeMutablePointer<Float>
  /// Gradient of a block's output, which becomes that of its input.
  private let outerGrad: UnsafeMutablePointer<Float>
  /// Gradient inside a block; in the forward pass the projection.
  private let innerGrad: UnsafeMutablePointer<Float>

  /// Bytes of all memory.
  var bytes: Int { memory.bytes }

  /// Sets all gradients to zero, for operations to add to.
  func clearGradients() {
    gradients.update(repeating: 0, count: gradientCount)
  }

  init(_ layout: ResNet18Layout, count: Int) {
    let side = layout.architecture.inputSize
    let largest = count * layout.pooled.pictureCount
    self.count = count
    pictureCount = side * side * 3
    classes = layout.architecture.classes
    pictures = memory.floats(count * pictureCount)
    logits = memory.floats(count * classes)
    logitsGrad = memory.floats(count * classes)
    gradientCount = layout.parameterCount
    gradients = memory.floats(gradientCount)
    scratch = memory.floats(layout.convolutions.map(\.shape.scratchCount).max() ?? 0)
    outerGrad = memory.floats(largest)
    innerGrad = memory.floats(largest)
    var maps = addStem(layout)
    for block in layout.blocks { maps = add(block, input: maps) }
    addHead(layout, input: maps)
  }

  /// - Returns: the pooled feature maps.
  private func addStem(_ layout: ResNet18Layout) -> UnsafeMutablePointer<Float> {
    let shape = layout.stem.convolution.shape.output
    let pooled = count * layout.pooled.pictureCount
    let winners = UnsafeMutableRawPointer(memory.floats((pooled + 3) / 4))
    let unit = BatchNormUnit(layout.stem.norm, memory: memory)
    let stem = StemMemory(
      unit: unit, shape: shape, pooledShape: layout.pooled, count: count,
      values: memory.floats(count * shape.pictureCount), pooled: memory.floats(pooled),
      pooledGrad: outerGrad, winners: winners.bindMemory(to: UInt8.self, capacity: pooled),
      scratch: memory.floats(shape.planeCount))
    steps.append(
      .operation(
        ConvolutionOperation(
          layer: layout.stem.convolution, count: count, input: pictures, output: stem.values,
          outputGrad: stem.values, inputGrad: nil, addsInputGrad: false, scratch: scratch)))
    steps.append(.operation(StemMeasurement(stem: stem)))
    addExchange(unit)
    steps.append(.operation(StemNormalization(stem: stem)))
    return stem.pooled
  }

  /// - Returns: the block's output.
  private func add(
    _ block: ResNet18Layout.Block, input: UnsafeMutablePointer<Float>
  ) -> UnsafeMutablePointer<Float> {
    let floats = count * block.first.convolution.shape.output.pictureCount
    let (middle, output) = (memory.floats(floats), memory.floats(floats))
    // Backward, last to first: the projection starts the gradient of the block's input (as the
    // identity does by being there), the first convolution adds to it.
    addNormed(
      block.first, input: input, inputGrad: outerGrad, addsInputGrad: true, output: middle,
      outputGrad: innerGrad, rectify: true)
    if let projection = block.projection {
      addNormed(
        projection, input: input, inputGrad: outerGrad, addsInputGrad: false, output: innerGrad,
        outputGrad: outerGrad, rectify: false)
    }
    addNormed(
      block.second, input: middle, inputGrad: innerGrad, addsInputGrad: false, output: output,
      outputGrad: outerGrad, rectify: true, residual: block.projection == nil ? input : innerGrad)
    return output
  }

  /// A convolution with its BatchNorm.
  private func addNormed(
    _ layers: (convolution: ResNet18Layout.Convolution, norm: ResNet18Layout.BatchNorm),
    input: UnsafeMutablePointer<Float>, inputGrad: UnsafeMutablePointer<Float>,
    addsInputGrad: Bool, output: UnsafeMutablePointer<Float>,
    outputGrad: UnsafeMutablePointer<Float>, rectify: Bool,
    residual: UnsafeMutablePointer<Float>? = nil
  ) {
    let shape = layers.convolution.shape.output
    let values = memory.floats(count * shape.pictureCount)
    steps.append(
      .operation(
        ConvolutionOperation(
          layer: layers.convolution, count: count, input: input, output: values,
          outputGrad: values, inputGrad: inputGrad, addsInputGrad: addsInputGrad,
          scratch: scratch)))
    addBatchNorm(
      layers.norm, shape, values: values, residual: residual, rectify: rectify, output: output,
      outputGrad: outputGrad)
  }

  private func addBatchNorm(
    _ layer: ResNet18Layout.BatchNorm, _ shape: BlockedShape, values: UnsafeMutablePointer<Float>,
    residual: UnsafeMutablePointer<Float>?, rectify: Bool, output: UnsafeMutablePointer<Float>,
    outputGrad: UnsafeMutablePointer<Float>
  ) {
    let unit = BatchNormUnit(layer, memory: memory)
    steps.append(
      .operation(
        BatchNormMeasurement(
          unit: unit, shape: shape, count: count, values: values, outputGrad: outputGrad)))
    addExchange(unit)
    steps.append(
      .operation(
        BatchNormNormalization(
          unit: unit, shape: shape, count: count, input: values, residual: residual,
          rectify: rectify, output: output, outputGrad: outputGrad)))
  }

  private func addExchange(_ unit: BatchNormUnit) {
    steps.append(.exchange(index: units.count))
    units.append(unit)
  }

  private func addHead(_ layout: ResNet18Layout, input: UnsafeMutablePointer<Float>) {
    let features = BlockedShape(channels: layout.features.channels, height: 1, width: 1)
    var (values, grad) = headMaps(features)
    steps.append(
      .operation(
        AveragePoolingOperation(
          shape: layout.features, count: count, input: input, output: values, outputGrad: grad,
          inputGrad: outerGrad)))
    headStart = steps.count
    var stride = features.paddedChannels
    if let hidden = layout.head.hidden {
      addDropout(layout.head, 0, features, values, grad)
      let shape = BlockedShape(channels: hidden.linear.outputs, height: 1, width: 1)
      let (sums, sumsGrad) = headMaps(shape)
      let normed = hidden.norm == nil ? (sums, sumsGrad) : headMaps(shape)
      // BatchNorm leaves the gradient of its input in its place.
      addLinear(
        hidden.linear, (values, grad, stride),
        (sums, hidden.norm == nil ? sumsGrad : sums, shape.paddedChannels))
      if let norm = hidden.norm {
        addBatchNorm(
          norm, shape, values: sums, residual: nil, rectify: true, output: normed.0,
          outputGrad: normed.1)
      } else {
        steps.append(
          .operation(
            RectifierOperation(shape: shape, count: count, values: sums, valuesGrad: sumsGrad)))
      }
      addDropout(layout.head, 1, shape, normed.0, normed.1)
      (values, grad, stride) = (normed.0, normed.1, shape.paddedChannels)
    }
    addLinear(
      layout.head.output, (values, grad, stride),
      (logits, logitsGrad, layout.architecture.classes))
  }

  private func headMaps(
    _ shape: BlockedShape
  ) -> (values: UnsafeMutablePointer<Float>, grad: UnsafeMutablePointer<Float>) {
    (memory.floats(count * shape.pictureCount), memory.floats(count * shape.pictureCount))
  }

  private func addLinear(
    _ layer: ResNet18Layout.Linear,
    _ input: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>, stride: Int),
    _ output: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>, stride: Int)
  ) {
    steps.append(
      .operation(
        LinearOperation(
          layer: layer, count: count, input: input.0, inputStride: input.stride,
          inputGrad: input.1, output: output.0, outputStride: output.stride,
          outputGrad: output.1)))
  }

  private func addDropout(
    _ head: ResNet18Layout.Head, _ number: UInt64, _ shape: BlockedShape,
    _ values: UnsafeMutablePointer<Float>, _ grad: UnsafeMutablePointer<Float>
  ) {
    guard head.dropout > 0 else { return }
    steps.append(
      .operation(
        DropoutOperation(
          layer: number, probability: head.dropout, count: count, channels: shape.channels,
          stride: shape.paddedChannels, values: values, valuesGrad: grad,
          factors: memory.floats(count * shape.paddedChannels))))
  }
}
