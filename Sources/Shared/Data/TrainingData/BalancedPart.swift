package import Contract
internal import Randomness

/// The samples that an epoch takes from one part of a class, such as a data set or a method.
package struct BalancedPart: Sendable, Equatable {
  /// The class; nil if classes are not distinguished.
  package let label: VideoLabel?
  /// What its videos have in common, in the order of the factors; nil if unknown.
  package let names: [String?]
  /// Number of its videos.
  package let videos: Int
  /// Number of their samples.
  package let samples: Int
  /// Its share of the class, 0...1.
  package let share: Double
  /// Number of its samples in the first epoch.
  package let samplesPerEpoch: Int
  /// Whether it has less than an equal share, so that its samples don't repeat too often.
  package let isHeld: Bool

  /// How often the first epoch has each of its samples, on average.
  package var passesPerEpoch: Double { Double(samplesPerEpoch) / Double(max(samples, 1)) }
}

extension EpochOrder {
  /// The samples that an epoch takes from each part of each class; empty if only the classes are
  /// balanced.
  package var balancedParts: [BalancedPart] {
    guard !settings.balanceBy.isEmpty else { return [] }
    return classes.enumerated().flatMap { number, members in
      let ranges = members.ranges(ofPlaces: places(ofClass: number, inEpoch: 0))
      return zip(members.parts, ranges).map { part, range in
        BalancedPart(
          label: part.label, names: part.names, videos: part.videoCount,
          samples: part.samples.count, share: part.share, samplesPerEpoch: range.count,
          isHeld: part.isHeld)
      }
    }
  }
}

extension PairOrder {
  /// The samples that an epoch takes from each part of the order of real pictures and of that of
  /// stored fakes; empty if nothing is balanced.
  package var balancedParts: [BalancedPart] {
    reals.balancedParts + (fakes?.balancedParts ?? [])
  }
}

// MARK: Which samples belong to which part

extension EpochOrder {
  /// A number that changes with the assignment of samples to parts, on which the order depends; nil
  /// if only the classes are balanced.
  package var partsFingerprint: UInt64? {
    guard !settings.balanceBy.isEmpty else { return nil }
    var hash = NameHash()
    for part in classes.flatMap(\.parts) {
      for name in part.names {
        hash.add(UInt64(name == nil ? 0 : 1))
        hash.add(name ?? "")
      }
      hash.add(UInt64(part.samples.count))
      // Only the first of each run of consecutive samples is added.
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
  /// A number that changes with the assignment of samples to parts; nil if nothing is balanced.
  package var partsFingerprint: UInt64? {
    guard let own = reals.partsFingerprint else { return nil }
    var hash = NameHash()
    hash.add(own)
    hash.add(fakes?.partsFingerprint ?? 0)
    return hash.value
  }
}
