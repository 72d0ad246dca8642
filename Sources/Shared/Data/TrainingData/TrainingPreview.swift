internal import Contract
package import Imaging
internal import Randomness
package import SelfBlending

/// What a network will see: pictures of the first batches, step by step.
package struct TrainingPreview {
  /// A pair, or a single picture if batches are not made of pairs.
  package struct Example: Sendable {
    /// The steps from the store to the network, each with a short caption.
    package let steps: [(caption: String, picture: PixelBuffer)]
  }

  private let catalog: SampleCatalog
  private let order: any TrainingOrder
  private let selfBlending: SelfBlendingSettings
  private let plain: BatchMaker
  private let augmented: BatchMaker

  /// - Parameters:
  ///   - catalog: the store.
  ///   - order: the order of training.
  ///   - augmentation: how pictures are changed.
  ///   - selfBlending: how blends are made.
  ///   - inputSize: side of the network's input; 0 for that of the store.
  package init(
    _ catalog: SampleCatalog, order: any TrainingOrder, augmentation: AugmentationSettings,
    selfBlending: SelfBlendingSettings, inputSize: Int = 0
  ) throws(TrainingDataError) {
    self.catalog = catalog
    self.order = order
    self.selfBlending = selfBlending
    let size = try catalog.checkedSize(inputSize)
    func maker(_ augmentation: AugmentationSettings?) throws(TrainingDataError) -> BatchMaker {
      try BatchMaker(
        PictureSettings(
          catalog: catalog, inputSize: size, augmentation: augmentation,
          selfBlending: selfBlending, seed: order.seed))
    }
    plain = try maker(nil)
    augmented = try maker(augmentation)
  }

  /// The first examples of an epoch, at most as many as it has.
  package func examples(
    _ count: Int, epoch: Int = 0
  ) throws(TrainingDataError) -> [Example] {
    let samples = order.plannedSamples(inEpoch: epoch)
    let isPaired = order.drawIndex(of: 1) == 0
    let length = isPaired ? 2 : 1
    var examples: [Example] = []
    for start in stride(from: 0, to: min(count * length, samples.count - length + 1), by: length) {
      examples.append(
        isPaired
          ? try pair(samples[start], samples[start + 1], epoch: epoch, index: start)
          : try single(samples[start], epoch: epoch, index: start))
    }
    return examples
  }

  private func single(
    _ sample: PlannedSample, epoch: Int, index: Int
  ) throws(TrainingDataError) -> Example {
    let draw = order.drawIndex(of: index)
    let label = catalog.sample(Int(sample.index)).label.rawValue
    return Example(steps: [
      (label, try plain.picture(of: sample, epoch: epoch, drawIndex: draw)),
      ("augmented", try augmented.picture(of: sample, epoch: epoch, drawIndex: draw)),
    ])
  }

  private func pair(
    _ real: PlannedSample, _ fake: PlannedSample, epoch: Int, index: Int
  ) throws(TrainingDataError) -> Example {
    let draw = order.drawIndex(of: index)
    let one = try plain.picture(of: real, epoch: epoch, drawIndex: draw)
    let other = try plain.picture(of: fake, epoch: epoch, drawIndex: draw)
    var steps = [("real", one), ("fake", other)]
    if fake.content == .blendedFake {
      let (plan, size) = try blender(fake, epoch: epoch, draw: draw)
      steps[1].0 = plan.summary
      steps.append(("mask", SelfBlender().mask(plan, size: size).picture(size: one.width)))
    } else {
      steps[1].0 = catalog.videos[catalog.sample(Int(fake.index)).video].method ?? "fake"
      steps.append(("no mask: a stored fake", PixelBuffer(width: one.width, height: one.height)))
    }
    steps.append(("difference x 4", one.difference(to: other, factor: 4)))
    steps.append(
      ("real, augmented", try augmented.picture(of: real, epoch: epoch, drawIndex: draw)))
    steps.append(
      ("fake, augmented", try augmented.picture(of: fake, epoch: epoch, drawIndex: draw)))
    return Example(steps: steps)
  }

  private func blender(
    _ sample: PlannedSample, epoch: Int, draw: Int
  ) throws(TrainingDataError) -> (SelfBlendPlan, size: Int) {
    let plan = try plain.blendPlan(of: Int(sample.index), epoch: epoch, drawIndex: draw)
    return (plan, catalog.sizePixels)
  }
}

extension BlendMask {
  /// The weights as grey values.
  fileprivate func picture(size: Int) -> PixelBuffer {
    let black = PixelBuffer(width: size, height: size)
    var picture = black
    SelfBlender.blend(
      PixelBuffer(width: size, height: size, red: 255, green: 255, blue: 255), onto: &picture, self)
    return picture
  }
}

extension PixelBuffer {
  /// The absolute difference of two pictures of one size, times `factor`.
  fileprivate func difference(to other: PixelBuffer, factor: Int) -> PixelBuffer {
    var result = self
    for index in result.bytes.indices where index % Self.bytesPerPixel != 3 {
      result.bytes[index] = UInt8(
        clamping: factor * abs(Int(bytes[index]) - Int(other.bytes[index])))
    }
    return result
  }
}
