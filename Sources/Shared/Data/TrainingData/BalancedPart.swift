package import Contract
internal import Randomness

/// What an epoch takes of one part of a class: of one data set, of one method.
package struct BalancedPart: Sendable, Equatable {
  /// The class; nil where classes are not told apart.
  package let label: VideoLabel?
  /// What its videos have in common, outermost first; nil where unknown.
  package let names: [String?]
  /// Its videos.
  package let videos: Int
  /// Their samples.
  package let samples: Int
  /// Its share of the class, 0...1.
  package let share: Double
  /// Samples of the first epoch.
  package let samplesPerEpoch: Int
  /// Whether it has less than an equal share, so that its samples don't come too often.
  package let isHeld: Bool

  /// How often the first epoch has each of its samples.
  package var passesPerEpoch: Double { Double(samplesPerEpoch) / Double(max(samples, 1)) }
}

extension EpochOrder {
  /// What an epoch takes of each part of each class; empty where nothing but the classes is balanced.
  package var balancedParts: [BalancedPart] {
    guard !settings.balanceBy.isEmpty else { return [] }
    return classes.enumerated().flatMap { number, members in
      let places = members.ranges(ofPlaces: places(ofClass: number, inEpoch: 0))
      return zip(members.parts, places).map { part, places in
        BalancedPart(
          label: part.label, names: part.names, videos: part.videoCount,
          samples: part.samples.count, share: part.share, samplesPerEpoch: places.count,
          isHeld: part.isHeld)
      }
    }
  }
}

extension PairOrder {
  /// What an epoch takes of each part of the real pictures that come by themselves, and of the stored
  /// fakes; empty where nothing is balanced.
  package var balancedParts: [BalancedPart] {
    reals.balancedParts + (fakes?.balancedParts ?? [])
  }
}

// MARK: Which samples belong to which part

extension EpochOrder {
  /// A number that changes with what is counted to which part; nil where nothing but the classes is
  /// balanced. The order depends on it.
  package var partsFingerprint: UInt64? {
    guard !settings.balanceBy.isEmpty else { return nil }
    var hash = NameHash()
    for part in classes.flatMap(\.parts) {
      for name in part.names {
        hash.add(UInt64(name == nil ? 0 : 1))
        hash.add(name ?? "")
      }
      hash.add(UInt64(part.samples.count))
      // The first of each row of neighbours tells the others.
      var next: UInt32?
      for sample in part.samples {
        if sample != next { hash.add(UInt64(sample)) }
        next = sample + 1
      }
    }
    return hash.value
  }
}

extension PairOrder {
  /// A number that changes with what is counted to which part; nil where nothing is balanced.
  package var partsFingerprint: UInt64? {
    guard let own = reals.partsFingerprint else { return nil }
    var hash = NameHash()
    hash.add(own)
    hash.add(fakes?.partsFingerprint ?? 0)
    return hash.value
  }
}
