internal import Kernels

/// The steps of one worker and all memory they work in. Not Sendable: one worker at a time.
final class WorkerPlan {
  /// Samples of the worker.
  let count: Int
  private(set) var steps: [PlanStep] = []
  /// Number of the first step of each section, see `ResNet18Layout.sectionStarts`.
  private(set) var sectionStarts: [Int] = []
  private(set) var units: [BatchNormUnit] = []

  /// Seconds of each layer and pass.
  let times = LayerTimes()

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
  /// Gradients of all parameters, see `ResNet18Layout.gradientCount`.
  let gradients: UnsafeMutablePointer<Float>

  private let kernels: any KernelSet
  /// Gradients that operations add to.
  private let sharedGradients: [Range<Int>]
  private let memory: FloatMemory
  private let convolutionMemory: ConvolutionMemory
  /// Gradient of a block's output, which becomes that of its input.
  private let outerGrad: UnsafeMutablePointer<Float>
  /// Gradient inside a block; in the forward pass the projection.
  private let innerGrad: UnsafeMutablePointer<Float>

  /// Bytes of all memory.
  var bytes: Int { memory.bytes }

  /// Sets the gradients to zero that operations add to.
  func clearGradients() {
    for range in sharedGradients {
      (gradients + range.lowerBound).update(repeating: 0, count: range.count)
    }
  }

  init(_ layout: ResNet18Layout, count: Int, memory: FloatMemory = FloatMemory()) {
    self.memory = memory
    let side = layout.architecture.inputSize
    let largest = count * layout.pooled.pictureCount
    self.count = count
    kernels = layout.kernels
    pictureCount = side * side * 3
    classes = layout.architecture.classes
    pictures = memory.floats(count * pictureCount)
    logits = memory.floats(count * classes)
    logitsGrad = memory.floats(count * classes)
    gradients = memory.floats(layout.gradientCount)
    sharedGradients = layout.plainRanges
    convolutionMemory = ConvolutionMemory(layout, memory: memory)
    outerGrad = memory.floats(largest)
    innerGrad = memory.floats(largest)
    sectionStarts.append(steps.count)
    var maps = addStem(layout)
    for block in layout.blocks {
      sectionStarts.append(steps.count)
      maps = add(block, input: maps)
    }
    addHead(layout, input: maps)
  }

  /// Memory that means nothing between two steps: the stem's maps, which are the largest.
  private(set) var lentMemory = UnsafeMutableBufferPointer<Float>(start: nil, count: 0)

  /// - Returns: the pooled feature maps.
  private func addStem(_ layout: ResNet18Layout) -> UnsafeMutablePointer<Float> {
    let unit = makeUnit(layout.stem.norm)
    let values = memory.floats(count * layout.stemMaps.pictureCount)
    let pooled = memory.floats(count * layout.pooled.pictureCount)
    let stem = StemMemory(
      unit: unit, values: MutableMaps(values, layout.stemMaps, count: count),
      pooled: MutableMaps(pooled, layout.pooled, count: count),
      pooledGrad: MutableMaps(outerGrad, layout.pooled, count: count))
    lentMemory = UnsafeMutableBufferPointer(
      start: values, count: count * layout.stemMaps.pictureCount)
    steps.append(
      .operation(
        StemConvolution(
          layer: layout.stem.convolution, pictures: pictures, stem: stem,
          memory: convolutionMemory)))
    addExchange(unit)
    steps.append(.operation(StemNormalization(stem: stem)))
    return pooled
  }

  /// - Returns: the block's output.
  private func add(
    _ block: ResNet18Layout.Block, input: UnsafeMutablePointer<Float>
  ) -> UnsafeMutablePointer<Float> {
    let output = memory.floats(count * block.second.convolution.shape.output.pictureCount)
    // Backward, last to first: the projection starts the gradient of the block's input (as the
    // identity does by being there), the first convolution adds to it.
    let middle = addNormed(
      block.first, input: (input, nil), inputStage: block.inputStage, inputGrad: outerGrad,
      addsInputGrad: true, output: nil, outputGrad: innerGrad, rectify: true)
    if let projection = block.projection {
      _ = addNormed(
        projection, input: (input, nil), inputStage: block.inputStage, inputGrad: outerGrad,
        addsInputGrad: false, output: innerGrad, outputGrad: outerGrad, rectify: false)
    }
    _ = addNormed(
      block.second, input: middle, inputStage: block.stage, inputGrad: innerGrad,
      addsInputGrad: false, output: output, outputGrad: outerGrad, rectify: true,
      residual: block.projection == nil ? input : innerGrad)
    return output
  }

  /// What a convolution reads: maps, and the BatchNorm that they still have to go through.
  private typealias Source = (values: UnsafeMutablePointer<Float>, unit: BatchNormUnit?)

  /// A convolution with its BatchNorm.
  ///
  /// - Parameters:
  ///   - inputStage: the stage whose maps it reads.
  ///   - output: nil if the next convolution normalises on the way in.
  /// - Returns: what the next convolution reads in that case.
  private func addNormed(
    _ layers: ResNet18Layout.Normed, input: Source, inputStage: Int,
    inputGrad: UnsafeMutablePointer<Float>, addsInputGrad: Bool,
    output: UnsafeMutablePointer<Float>?, outputGrad: UnsafeMutablePointer<Float>, rectify: Bool,
    residual: UnsafeMutablePointer<Float>? = nil
  ) -> Source {
    let shape = layers.convolution.shape.output
    let values = memory.floats(count * shape.pictureCount)
    let unit = makeUnit(layers.norm)
    steps.append(
      .operation(
        ConvolutionOperation(
          layer: layers.convolution, unit: unit, count: count, input: input.values,
          inputUnit: input.unit, inputStage: inputStage, values: values, outputGrad: outputGrad,
          inputGrad: inputGrad, addsInputGrad: addsInputGrad, memory: convolutionMemory)))
    addExchange(unit)
    steps.append(
      .operation(
        BatchNormNormalization(
          name: layers.convolution.name, unit: unit, input: Maps(values, shape, count: count),
          residual: residual.map { Maps($0, shape, count: count) }, rectify: rectify,
          output: output.map { MutableMaps($0, shape, count: count) },
          outputGrad: MutableMaps(outputGrad, shape, count: count))))
    return (values, unit)
  }

  private func makeUnit(_ layer: ResNet18Layout.BatchNorm) -> BatchNormUnit {
    BatchNormUnit(layer, lanes: kernels.lanes, memory: memory)
  }

  private func addExchange(_ unit: BatchNormUnit) {
    steps.append(.exchange(index: units.count))
    units.append(unit)
  }

  private func addHead(_ layout: ResNet18Layout, input: UnsafeMutablePointer<Float>) {
    let features = layout.matrix(columns: layout.features.channels)
    var (values, grad) = headMaps(features)
    steps.append(
      .operation(
        AveragePoolingOperation(
          input: Maps(input, layout.features, count: count),
          output: MutableFloatView(values, count: count * features.pictureCount),
          outputGrad: FloatView(grad, count: count * features.pictureCount),
          inputGrad: MutableMaps(outerGrad, layout.features, count: count))))
    sectionStarts.append(steps.count)
    var stride = features.paddedChannels
    if let hidden = layout.head.hidden {
      addDropout(layout.head, 0, features, values, grad)
      let shape = layout.matrix(columns: hidden.linear.outputs)
      let (sums, sumsGrad) = headMaps(shape)
      let normed = hidden.norm == nil ? (sums, sumsGrad) : headMaps(shape)
      // BatchNorm overwrites its input with the gradient.
      addLinear(
        hidden.linear, (values, grad, stride),
        (sums, hidden.norm == nil ? sumsGrad : sums, shape.paddedChannels))
      if let norm = hidden.norm {
        addBatchNorm(norm, shape, values: sums, output: normed.0, outputGrad: normed.1)
      } else {
        steps.append(
          .operation(
            RectifierOperation(
              values: MutableFloatView(sums, count: count * shape.pictureCount),
              valuesGrad: MutableFloatView(sumsGrad, count: count * shape.pictureCount))))
      }
      addDropout(layout.head, 1, shape, normed.0, normed.1)
      (values, grad, stride) = (normed.0, normed.1, shape.paddedChannels)
    }
    addLinear(
      layout.head.output, (values, grad, stride),
      (logits, logitsGrad, layout.architecture.classes))
  }

  /// The BatchNorm of a hidden layer, with its ReLU.
  private func addBatchNorm(
    _ layer: ResNet18Layout.BatchNorm, _ shape: BlockedShape, values: UnsafeMutablePointer<Float>,
    output: UnsafeMutablePointer<Float>, outputGrad: UnsafeMutablePointer<Float>
  ) {
    let unit = makeUnit(layer)
    steps.append(
      .operation(
        BatchNormMeasurement(
          unit: unit, values: MutableMaps(values, shape, count: count),
          outputGrad: Maps(outputGrad, shape, count: count))))
    addExchange(unit)
    steps.append(
      .operation(
        BatchNormNormalization(
          name: "fc", unit: unit, input: Maps(values, shape, count: count), residual: nil,
          rectify: true, output: MutableMaps(output, shape, count: count),
          outputGrad: MutableMaps(outputGrad, shape, count: count))))
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
