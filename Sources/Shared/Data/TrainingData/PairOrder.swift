internal import Contract

/// Batches of pairs: a real picture and a fake one, side by side, which are augmented alike, so that the
/// manipulation is what they differ in.
///
/// A fake is blended of its real picture (self-blending), or a stored one. A stored fake has beside it a
/// frame of the video that it was made from, where that is known and trains as well, and the next real
/// picture otherwise. Real pictures, and stored fakes, come in an `EpochOrder` of their own each; every
/// batch has the same number of blends.
package struct PairOrder: TrainingOrder {
  /// What a pair has in common.
  package enum Pairing: String, Sendable, CaseIterable, Codable {
    /// Nothing but the augmentation.
    case none
    /// The source: the real video is the one that the fake was made from.
    case source
  }

  /// The rules of the two orders within; `balance` is of no meaning, as pairs have both classes, and
  /// `balanceBy` is kept among the real pictures that come by themselves and among the stored fakes.
  package let settings: EpochOrder.Settings

  /// Blends of each batch.
  package let blendsPerBatch: Int

  /// Of the stored fakes' videos, how many have their real video beside them, and how many there are.
  package let pairedFakes: (paired: Int, all: Int)

  let reals: EpochOrder
  /// Nil where all fakes are blends.
  let fakes: EpochOrder?
  private let partners: SourcePartners?

  /// Steps of an epoch.
  package var stepsPerEpoch: Int { reals.stepsPerEpoch }

  /// The seed of the order.
  package var seed: UInt64 { settings.seed }

  /// Pictures of one step, an even number.
  package var batchSize: Int { settings.batchSize }

  private var pairsPerBatch: Int { batchSize / 2 }

  /// Orders the samples of some videos in pairs.
  ///
  /// - Parameters:
  ///   - catalog: the store.
  ///   - videos: positions of the videos, the training side of a split.
  ///   - pairing: what stored fakes have beside them.
  ///   - blends: share of the fakes that are blended of real pictures, 0...1; rounded to whole fakes of
  ///     a batch.
  ///
  /// Where no number of steps is given, an epoch shows each real picture once, or fewer, so that no
  /// stored fake comes twice.
  package init(
    _ catalog: SampleCatalog, videos: [Int], settings: EpochOrder.Settings, pairing: Pairing,
    blends: Double
  ) throws(TrainingDataError) {
    guard (0...1).contains(blends) else {
      throw TrainingDataError(
        .invalidSetting, subject: "share of blends", "expected 0...1, got \(blends)")
    }
    guard settings.batchSize >= 2, settings.batchSize % 2 == 0 else {
      throw TrainingDataError(
        .invalidSetting, subject: "batch size",
        "pairs need an even number of pictures, got \(settings.batchSize)")
    }
    self.settings = settings
    let pairs = settings.batchSize / 2
    blendsPerBatch = Int((Double(pairs) * blends).rounded())
    let storedPerBatch = pairs - blendsPerBatch
    let real = videos.filter { catalog.videos[$0].label == .real }
    let fake = videos.filter { catalog.videos[$0].label == .fake }
    let fakeCount = fake.reduce(0) { $0 + catalog.videos[$1].samples.count }
    if storedPerBatch > 0, fakeCount == 0 {
      throw TrainingDataError(
        .missingClass, subject: "training split",
        "\(storedPerBatch) of \(pairs) fakes of a batch are stored ones, and there is no fake with a "
          + "face; make all of them of real faces (selfBlending.share 1), or add fake videos")
    }
    var own = settings
    own.balance = .none
    own.batchSize = pairs
    if settings.stepsPerEpoch == 0, storedPerBatch > 0 {
      let realCount = real.reduce(0) { $0 + catalog.videos[$1].samples.count }
      own.stepsPerEpoch = max(min(realCount / pairs, fakeCount / storedPerBatch), 1)
    }
    let reals = try EpochOrder(catalog, videos: real, settings: own)
    self.reals = reals
    if storedPerBatch > 0 {
      own.batchSize = storedPerBatch
      own.stepsPerEpoch = reals.stepsPerEpoch
      fakes = try EpochOrder(catalog, videos: fake, settings: own)
    } else {
      fakes = nil
    }
    let partners = SourcePartners(catalog, real: real, fake: fake)
    self.partners = pairing == .source && storedPerBatch > 0 ? partners : nil
    pairedFakes = (partners.count, fake.count { !catalog.videos[$0].samples.isEmpty })
  }

  /// The samples of an epoch: at even places real pictures, behind each of them its fake.
  package func plannedSamples(inEpoch epoch: Int) -> [PlannedSample] {
    let reals = reals.samples(inEpoch: epoch)
    let stored = fakes?.samples(inEpoch: epoch) ?? []
    var samples: [PlannedSample] = []
    samples.reserveCapacity(2 * reals.count)
    var next = stored.startIndex
    for (number, real) in reals.enumerated() {
      if isBlend(number % pairsPerBatch) {
        samples += [PlannedSample(real, .blendedReal), PlannedSample(real, .blendedFake)]
      } else {
        let fake = stored[next]
        next += 1
        samples += [PlannedSample(partners?.partner(of: fake) ?? real), PlannedSample(fake)]
      }
    }
    return samples
  }

  /// Both members of a pair have the draws of the first.
  package func drawPlace(of place: Int) -> Int { place & ~1 }

  /// Whether the fake of a batch's pair is a blend: spread evenly, so that every worker has its share.
  private func isBlend(_ pair: Int) -> Bool {
    (pair + 1) * blendsPerBatch / pairsPerBatch > pair * blendsPerBatch / pairsPerBatch
  }

  /// How batches come about, for a person.
  package var summary: String {
    let stored = pairsPerBatch - blendsPerBatch
    var text = "Pairs      \(pairsPerBatch) of a batch: "
    text += blendsPerBatch == 0 ? "" : "\(blendsPerBatch) fakes are blended of real pictures"
    if stored > 0 {
      text += (blendsPerBatch == 0 ? "" : ", ") + "\(stored) fakes are stored ones"
      if partners != nil {
        text +=
          "; \(pairedFakes.paired) of \(counted(pairedFakes.all, "fake")) have their real video beside them"
        if pairedFakes.paired == 0 {
          text +=
            "\nNote       no fake of the training side has its real video there: all have any real picture "
            + "beside them. A store of older software doesn't know which belong together; extract anew."
        }
      }
    }
    return text
  }
}
