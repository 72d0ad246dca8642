internal import Contract

/// Batches of pairs: a real picture and a fake one, which are augmented in the same way, so that
/// they differ in the manipulation.
///
/// A fake is either blended of its real picture (self-blending) or a stored one. A stored fake is
/// paired with a frame of the video that it was made from, if that is known and on the training
/// side, else with the next real picture. Real pictures and stored fakes each have an `EpochOrder`
/// of their own; every batch has the same number of blends.
package struct PairOrder: TrainingOrder {
  /// What a pair has in common.
  package enum Pairing: String, Sendable, CaseIterable, Codable {
    /// Nothing but the augmentation.
    case none
    /// The source: the real video is the one that the fake was made from.
    case source
  }

  /// The rules of the two inner orders. `balance` is unused, as pairs have both classes;
  /// `balanceBy` applies within the order of real pictures and within that of stored fakes.
  package let settings: EpochOrder.Settings

  /// Number of blends per batch.
  package let blendsPerBatch: Int

  /// Number of the stored fakes' videos whose original is on the training side, and of all of them.
  package let pairedFakes: (paired: Int, all: Int)

  let reals: EpochOrder
  /// Nil if all fakes are blends.
  let fakes: EpochOrder?
  private let partners: SourcePartners?

  package var stepsPerEpoch: Int { reals.stepsPerEpoch }

  package var seed: UInt64 { settings.seed }

  /// Pictures per step, an even number.
  package var batchSize: Int { settings.batchSize }

  private var pairsPerBatch: Int { batchSize / 2 }

  /// Orders the samples of some videos in pairs.
  ///
  /// - Parameters:
  ///   - catalog: the store.
  ///   - videos: indices of the videos, the training side of a split.
  ///   - pairing: what stored fakes are paired with.
  ///   - blends: share of the fakes that are blended of real pictures, 0...1; rounded to whole
  ///     fakes per batch.
  ///
  /// Without a given number of steps, an epoch has each real picture once, or fewer of them, so
  /// that no stored fake comes twice.
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

  /// The samples of an epoch: real pictures at even indices, each followed by its fake.
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

  /// Both members of a pair use the random numbers of the first.
  package func drawIndex(of index: Int) -> Int { index & ~1 }

  /// Whether the fake of a pair, by the pair's index in the batch, is a blend. Blends are spread
  /// evenly, so that every worker has its share.
  private func isBlend(_ pair: Int) -> Bool {
    (pair + 1) * blendsPerBatch / pairsPerBatch > pair * blendsPerBatch / pairsPerBatch
  }

  /// How batches are composed, in a few lines for people.
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
