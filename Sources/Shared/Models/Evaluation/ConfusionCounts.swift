internal import Contract

/// The numbers of predictions by true class and answer.
package struct ConfusionCounts: Codable, Sendable, Equatable {
  /// Reals that are called real.
  package private(set) var realCalledReal = 0
  /// Reals that are called fake: false alarms.
  package private(set) var realCalledFake = 0
  /// Fakes that are called real: missed.
  package private(set) var fakeCalledReal = 0
  /// Fakes that are called fake.
  package private(set) var fakeCalledFake = 0

  /// Counts predictions; those without a valid probability are left out.
  ///
  /// - Parameter threshold: a probability above it is called fake.
  package init(_ predictions: some Sequence<LabelledProbability>, threshold: Double) {
    for prediction in predictions where prediction.isValid {
      switch (prediction.label, prediction.probability > threshold) {
      case (.real, false): realCalledReal += 1
      case (.real, true): realCalledFake += 1
      case (.fake, false): fakeCalledReal += 1
      case (.fake, true): fakeCalledFake += 1
      }
    }
  }

  /// Share of those called fake that are fake; nil if nothing is called fake.
  package var precision: Double? {
    let called = realCalledFake + fakeCalledFake
    return called > 0 ? Double(fakeCalledFake) / Double(called) : nil
  }

  /// Share of the fakes that are called fake; nil without fakes.
  package var recallFake: Double? {
    let fake = fakeCalledReal + fakeCalledFake
    return fake > 0 ? Double(fakeCalledFake) / Double(fake) : nil
  }

  /// Share of the reals that are called fake; nil without reals.
  package var falseAlarmRate: Double? {
    let real = realCalledReal + realCalledFake
    return real > 0 ? Double(realCalledFake) / Double(real) : nil
  }
}
