internal import Contract
internal import Imaging
internal import Randomness

/// How planned samples become pictures.
struct PictureSettings: Sendable {
  let catalog: SampleCatalog
  /// Side of the network's input in pixels.
  let inputSize: Int
  /// Nil leaves the pictures as they are.
  let augmentation: AugmentationSettings?
  let seed: UInt64
}

/// Makes the batches of one loader thread; keeps its working memory between them.
final class BatchMaker {
  private let settings: PictureSettings
  private let decoder: JPEGDecoder
  private let augmenter: Augmenter?

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
    for (place, index) in plan.samples.enumerated() {
      let sample = settings.catalog.sample(Int(index))
      let key = plan.firstKey.map { $0 + UInt64(place) } ?? UInt64(index)
      samples.append(
        Batch.Sample(index: sample.index, video: sample.video, label: sample.label, key: key))
      guard plan.pictured.contains(place) else { continue }
      if isStopped() {
        throw TrainingDataError(
          .stopped, subject: settings.catalog.directory, "loading was stopped")
      }
      pictures.append(
        try picture(
          of: sample.index, epoch: plan.position.epoch, place: plan.position.sample + place))
    }
    return Batch(
      position: plan.position, nextPosition: plan.nextPosition, samples: samples,
      pictured: plan.pictured, pictures: pictures, step: plan.step)
  }

  private func picture(
    of index: Int, epoch: Int, place: Int
  ) throws(TrainingDataError) -> PixelBuffer {
    var picture = try settings.catalog.picture(of: index, decoder: decoder)
    if picture.width != settings.inputSize {
      picture = picture.resized(width: settings.inputSize, height: settings.inputSize)
    }
    if let augmenter {
      var random = RandomStream(
        seed: settings.seed, .augmentation, UInt64(epoch), UInt64(place))
      try augmenter.augment(&picture, using: &random)
    }
    return picture
  }
}
