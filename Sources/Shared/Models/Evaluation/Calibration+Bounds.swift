package import Contract

extension Calibration {
  /// Largest share of errors among the videos that get a verdict, on each side, if both classes are
  /// equally frequent.
  package static let largestErrorShare = 0.1

  /// This calibration with the bounds of "cannot tell" fitted to predictions.
  ///
  /// The bounds are as close to the threshold as possible, with at most a tenth of reals among the
  /// videos above the upper one and at most a tenth of fakes among those below the lower one, if
  /// both classes are equally frequent. Each class's rate is smoothed by half a video more of
  /// either answer, so that a handful of lucky videos sets no bound. If no bound on a side is good
  /// enough, no video on that side gets a verdict: the bound is 0 or 1.
  ///
  /// - Parameter videos: predictions at this calibration's temperature, of people that the networks
  ///   had not seen.
  package func withBounds(_ videos: [VideoPrediction]) -> Calibration {
    let labelled = videos.map(\.labelled)
    guard labelled.allSatisfy(\.isValid) else { return self }
    let ranked = RankedPredictions(labelled)
    guard ranked.real > 0, ranked.fake > 0 else { return self }
    let upper = Self.bound(
      ranked.steps.filter { $0.probability > threshold }.map {
        BoundStep(probability: $0.probability, right: $0.fake, wrong: $0.real)
      }, from: threshold, end: 1, allRight: ranked.fake, allWrong: ranked.real)
    let lower = Self.bound(
      ranked.steps.reversed().filter { $0.probability <= threshold }.map {
        BoundStep(probability: $0.probability, right: $0.real, wrong: $0.fake)
      }, from: threshold, end: 0, allRight: ranked.real, allWrong: ranked.fake)
    var notes = notes
    if lower < threshold || upper > threshold {
      notes.append(
        "Between the probabilities \(text(lower)) and \(text(upper)) it can't be told what a video "
          + "is: a verdict would be wrong more than one time in ten.")
    }
    return Calibration(
      score: score, temperature: temperature, threshold: threshold, lowerBound: lower,
      upperBound: upper, notes: notes)
  }

  /// The verdict on a video: fake or real outside of the bounds; nil between them, where the model
  /// can't tell, and for NaN.
  package func verdict(probability: Double) -> VideoLabel? {
    if probability > upperBound { return .fake }
    let isReal =
      lowerBound == threshold ? probability <= threshold : probability < lowerBound
    return isReal ? .real : nil
  }

  /// The videos of one probability on one side of the threshold.
  private struct BoundStep {
    var probability: Double
    var right: Int
    var wrong: Int
  }

  /// The bound nearest to the threshold beyond which errors are rare.
  ///
  /// - Parameter steps: from the outermost probability to the threshold.
  private static func bound(
    _ steps: [BoundStep], from threshold: Double, end: Double, allRight: Int, allWrong: Int
  ) -> Double {
    var bound = end
    var right = 0
    var wrong = 0
    for (index, step) in steps.enumerated() {
      right += step.right
      wrong += step.wrong
      guard isRare(wrong, of: allWrong, beside: right, of: allRight) else { continue }
      guard index + 1 < steps.count else { return threshold }
      let next = steps[index + 1].probability
      // A video at the bound is undecided; the middle may round to the outer of two neighbours.
      let middle = next + (step.probability - next) / 2
      bound = middle == step.probability ? next : middle
    }
    return bound
  }

  private static func isRare(
    _ wrong: Int, of allWrong: Int, beside right: Int, of allRight: Int
  ) -> Bool {
    let plain = (wrong: Double(wrong) / Double(allWrong), right: Double(right) / Double(allRight))
    let smooth = (
      wrong: (Double(wrong) + 0.5) / Double(allWrong + 1),
      right: (Double(right) + 0.5) / Double(allRight + 1)
    )
    return [plain, smooth].allSatisfy {
      $0.wrong <= largestErrorShare * ($0.wrong + $0.right)
    }
  }
}

/// The shares of undecided videos and of errors with a calibration.
package struct DecidedShares: Codable, Sendable, Equatable {
  /// Share of the videos without a verdict, as their probability lies between the bounds.
  package let undecided: Double
  /// Share of real videos among those called fake, if both classes are equally frequent; nil if
  /// none is called fake.
  package let realAmongFake: Double?
  /// Share of fake videos among those called real, likewise.
  package let fakeAmongReal: Double?

  /// Counts predictions at the calibration's temperature.
  package init(_ videos: [VideoPrediction], _ calibration: Calibration) {
    let reals = videos.filter { $0.video.label == .real }
    let fakes = videos.filter { $0.video.label == .fake }
    func share(_ some: [VideoPrediction], _ isMeant: (VideoPrediction) -> Bool) -> Double {
      some.isEmpty ? 0 : Double(some.count(where: isMeant)) / Double(some.count)
    }
    func isCalledFake(_ video: VideoPrediction) -> Bool {
      calibration.verdict(probability: video.probability) == .fake
    }
    func isCalledReal(_ video: VideoPrediction) -> Bool {
      calibration.verdict(probability: video.probability) == .real
    }
    func errors(_ wrong: Double, _ right: Double) -> Double? {
      wrong + right > 0 ? wrong / (wrong + right) : nil
    }
    undecided = share(videos) { !isCalledFake($0) && !isCalledReal($0) }
    realAmongFake = errors(share(reals, isCalledFake), share(fakes, isCalledFake))
    fakeAmongReal = errors(share(fakes, isCalledReal), share(reals, isCalledReal))
  }
}
