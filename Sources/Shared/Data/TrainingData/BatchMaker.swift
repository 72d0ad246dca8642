internal import Contract
internal import FaceDetection
internal import Imaging
internal import Randomness
internal import SelfBlending
internal import ShardStore

/// How planned samples become pictures.
struct PictureSettings: Sendable {
  let catalog: SampleCatalog
  /// Side of the network's input in pixels.
  let inputSize: Int
  /// Nil for none.
  let augmentation: AugmentationSettings?
  /// How blends are made of real pictures.
  let selfBlending: SelfBlendingSettings
  let seed: UInt64
  /// Whether batches have the blur of their pictures.
  var measuresBlur = false
}

/// Makes the batches of one loader thread; keeps its working memory between them.
final class BatchMaker {
  private let settings: PictureSettings
  private let decoder: JPEGDecoder
  private let augmenter: Augmenter?
  private let blender = SelfBlender()

  init(_ settings: PictureSettings) throws(TrainingDataError) {
    self.settings = settings
    do throws(ImagingError) {
      decoder = try JPEGDecoder()
    } catch {
      throw TrainingDataError(.damagedPicture, subject: "JPEG decoder", error.description)
    }
    if let augmentation = settings.augmentation {
      augmenter = try Augmenter(augmentation)
    } else {
      augmenter = nil
    }
  }

  /// Reads, decodes, resizes and augments the pictures of a batch. Asks `isStopped` before each.
  func make(
    _ plan: PlannedBatch, isStopped: () -> Bool
  ) throws(TrainingDataError) -> Batch {
    var samples: [Batch.Sample] = []
    var pictures: [PixelBuffer] = []
    samples.reserveCapacity(plan.samples.count)
    pictures.reserveCapacity(plan.pictured.count)
    var blurs: [Double] = []
    let face = settings.catalog.description.geometry.innerFace
    for (offset, planned) in plan.samples.enumerated() {
      let sample = settings.catalog.sample(Int(planned.index))
      let key = plan.firstKey.map { $0 + UInt64(offset) } ?? UInt64(planned.index)
      samples.append(
        Batch.Sample(
          index: sample.index, video: sample.video,
          label: planned.content == .blendedFake ? .fake : sample.label, key: key))
      guard plan.pictured.contains(offset) else { continue }
      if isStopped() {
        throw TrainingDataError(
          .stopped, subject: settings.catalog.directory, "loading was stopped")
      }
      pictures.append(
        try picture(
          of: planned, epoch: plan.position.epoch, drawIndex: plan.drawIndices[offset]
        ) { stored in
          // A crop of less than three pixels is too small for a blur.
          if settings.measuresBlur { blurs.append(stored.blur(in: face) ?? 0) }
        })
    }
    var batch = Batch(
      position: plan.position, nextPosition: plan.nextPosition, samples: samples,
      pictured: plan.pictured, pictures: pictures, step: plan.step)
    batch.blurs = blurs
    return batch
  }

  /// The picture of a planned sample. Its random numbers are a function of the epoch and of
  /// `drawIndex`.
  ///
  /// - Parameter measure: is called with the picture in the store's size, blended and not
  ///   augmented.
  func picture(
    of planned: PlannedSample, epoch: Int, drawIndex: Int, measure: (PixelBuffer) -> Void = { _ in }
  ) throws(TrainingDataError) -> PixelBuffer {
    let index = Int(planned.index)
    var picture: PixelBuffer
    switch planned.content {
    case .stored: picture = try settings.catalog.picture(of: index, decoder: decoder)
    case .blendedReal:
      picture = try blended(index, .real, epoch: epoch, drawIndex: drawIndex)
    case .blendedFake:
      picture = try blended(index, .fake, epoch: epoch, drawIndex: drawIndex)
    }
    measure(picture)
    picture = picture.networkInput(side: settings.inputSize)
    if let augmenter {
      var random = RandomStream(
        seed: settings.seed, .augmentation, UInt64(epoch), UInt64(drawIndex))
      try augmenter.augment(&picture, using: &random)
    }
    return picture
  }

  /// A member of the pair that is made of a real picture.
  private func blended(
    _ index: Int, _ member: SelfBlender.Member, epoch: Int, drawIndex: Int
  ) throws(TrainingDataError) -> PixelBuffer {
    var (picture, face) = try settings.catalog.pictureAndFace(of: index, decoder: decoder)
    blender.apply(plan(of: face, epoch: epoch, drawIndex: drawIndex), to: &picture, as: member)
    return picture
  }

  /// How a real picture becomes a blend, by the random numbers of `drawIndex`.
  func blendPlan(
    of index: Int, epoch: Int, drawIndex: Int
  ) throws(TrainingDataError) -> SelfBlendPlan {
    let (_, face) = try settings.catalog.pictureAndFace(of: index, decoder: decoder)
    return plan(of: face, epoch: epoch, drawIndex: drawIndex)
  }

  private func plan(of face: FacePoints, epoch: Int, drawIndex: Int) -> SelfBlendPlan {
    var random = RandomStream(
      seed: settings.seed, .selfBlending, UInt64(epoch), UInt64(drawIndex))
    let plan = SelfBlendPlan(
      settings.selfBlending, face: face, size: settings.catalog.sizePixels, using: &random)
    // A held-out blend is compared with the stored crop, which nothing has changed: a change of the
    // whole crop would tell them apart.
    return epoch == HeldOutBlends.epoch ? plan.keepingTarget : plan
  }
}
