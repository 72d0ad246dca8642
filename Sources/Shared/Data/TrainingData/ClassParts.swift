internal import Contract

/// The samples of a class in parts, one for each data set or method, and the part of each position
/// in the class's endless sequence of samples.
///
/// A repeated pattern assigns positions to parts and spreads the positions of each part evenly. So
/// the number of positions that a part has among the first n is a function of n alone, wherever
/// epochs begin.
struct ClassParts: Sendable {
  struct Part: Sendable {
    /// What its videos have in common, in the order of the factors; nil if unknown.
    let names: [String?]
    let label: VideoLabel?
    let videoCount: Int
    /// Indices in the catalog, ascending.
    let samples: [UInt32]
    /// Its share of the class's positions, 0...1.
    let share: Double
    /// Whether its share is limited, so that its samples don't repeat too often.
    let isHeld: Bool
  }

  let parts: [Part]

  /// The part of each position, by the position modulo the pattern's length.
  private let pattern: [UInt32]
  /// Number of positions of each part in one pattern.
  private let positionsPerPattern: [Int]

  /// Puts all samples into one part.
  init(_ samples: [UInt32], label: VideoLabel?, videoCount: Int) {
    parts = [
      Part(
        names: [], label: label, videoCount: videoCount, samples: samples, share: 1, isHeld: false)
    ]
    pattern = [0]
    positionsPerPattern = [1]
  }

  /// Divides the samples of a class's videos into parts with equal shares.
  ///
  /// - Parameters:
  ///   - chosen: indices of the class's videos in `videos`, ascending.
  ///   - factors: what parts differ in. The parts by the first factor have equal shares; within
  ///     each of them, the parts by the second have equal shares of it.
  ///   - repeats: how often a sample may come at most, relative to the class's mean sample, 1 or
  ///     more. What a part can't take because of this limit is shared by the others beside it.
  init(
    videos: [SampleCatalog.Video], chosen: [Int], label: VideoLabel?,
    factors: [EpochOrder.BalanceFactor], repeats: Double
  ) {
    var members: [[String?]: [Int]] = [:]
    for index in chosen where !videos[index].samples.isEmpty {
      members[factors.map { $0.value(of: videos[index]) }, default: []].append(index)
    }
    let names = members.keys.sorted(by: Self.precedes)
    let counts = names.map { name in
      (members[name] ?? []).reduce(0) { $0 + videos[$1].samples.count }
    }
    let shares = Self.shares(names, counts, repeats: repeats)
    parts = names.indices.map { number in
      let chosen = members[names[number]] ?? []
      return Part(
        names: names[number], label: label, videoCount: chosen.count,
        samples: chosen.flatMap { videos[$0].samples.lazy.map(UInt32.init) },
        share: shares[number].share, isHeld: shares[number].isHeld)
    }
    positionsPerPattern = Self.weights(parts.map(\.share))
    pattern = Self.pattern(positionsPerPattern)
  }

  /// Number of samples.
  var sampleCount: Int { parts.reduce(0) { $0 + $1.samples.count } }

  /// For each part, the range of its own endless sequence that a range of the class's sequence
  /// takes.
  func ranges(ofPlaces positions: Range<Int>) -> [Range<Int>] {
    zip(counts(before: positions.lowerBound), counts(before: positions.upperBound)).map { $0..<$1 }
  }

  /// Number of positions before this one that each part has.
  private func counts(before position: Int) -> [Int] {
    let (rounds, rest) = position.quotientAndRemainder(dividingBy: max(pattern.count, 1))
    var counts = positionsPerPattern.map { $0 * rounds }
    for part in pattern.prefix(rest) { counts[Int(part)] += 1 }
    return counts
  }
}

// MARK: Shares

extension ClassParts {
  /// Shares of parts with these names and numbers of samples.
  private static func shares(
    _ names: [[String?]], _ counts: [Int], repeats: Double
  ) -> [(share: Double, isHeld: Bool)] {
    let total = Double(counts.reduce(0, +))
    var shares = [(share: Double, isHeld: Bool)](repeating: (0, false), count: names.count)
    func divide(_ share: Double, _ members: Range<Int>, level: Int, isHeld: Bool) {
      guard level < names.first?.count ?? 0 else {
        // All names are different, so this is one part.
        for member in members { shares[member] = (share, isHeld) }
        return
      }
      var groups: [Range<Int>] = []
      for member in members {
        if let last = groups.last, names[last.lowerBound][level] == names[member][level] {
          groups[groups.count - 1] = last.lowerBound..<member + 1
        } else {
          groups.append(member..<member + 1)
        }
      }
      let most = groups.map { group in
        Double(group.reduce(0) { $0 + counts[$1] }) / total * repeats
      }
      for (group, part) in zip(groups, equalShares(of: share, most: most)) {
        divide(part.share, group, level: level + 1, isHeld: isHeld || part.isHeld)
      }
    }
    divide(1, names.indices, level: 0, isHeld: false)
    return shares
  }

  /// Divides a share equally between parts, each of which takes at most its value in `most`;
  /// together they take all.
  private static func equalShares(
    of share: Double, most: [Double]
  ) -> [(share: Double, isHeld: Bool)] {
    var shares = most.map { _ in (share: 0.0, isHeld: false) }
    var rest = share
    // The part with the lowest limit comes first: what it leaves goes to all others.
    let order = most.indices.sorted { (most[$0], $0) < (most[$1], $1) }
    for (number, part) in order.enumerated() {
      let equal = rest / Double(most.count - number)
      // The last part takes all of the rest.
      let isHeld = most[part] < equal * (1 - 1e-9) && number + 1 < most.count
      shares[part] = (isHeld ? most[part] : equal, isHeld)
      rest -= shares[part].share
    }
    return shares
  }

  /// Shares as whole numbers of positions, each at least one.
  private static func weights(_ shares: [Double]) -> [Int] {
    guard shares.count > 1 else { return shares.map { _ in 1 } }
    let isEqual = shares.allSatisfy { abs($0 * Double(shares.count) - 1) < 1e-9 }
    guard !isEqual else { return shares.map { _ in 1 } }
    let length = max(1 << 16, 4 * shares.count)
    let exact = shares.map { $0 * Double(length) }
    var weights = exact.map { max(Int($0), 1) }
    let byRest = exact.indices.sorted {
      (exact[$1] - exact[$1].rounded(.down), $0) < (exact[$0] - exact[$0].rounded(.down), $1)
    }
    for part in byRest.prefix(max(length - weights.reduce(0, +), 0)) { weights[part] += 1 }
    return weights
  }

  /// As many positions of each part as its weight, spread evenly.
  private static func pattern(_ weights: [Int]) -> [UInt32] {
    var entries: [(position: Double, part: UInt32)] = []
    entries.reserveCapacity(weights.reduce(0, +))
    for (part, weight) in weights.enumerated() {
      for index in 0..<weight {
        entries.append((Double(2 * index + 1) / Double(2 * weight), UInt32(part)))
      }
    }
    entries.sort { ($0.position, $0.part) < ($1.position, $1.part) }
    return entries.map(\.part)
  }

  /// Whether names come first by their bytes; unknown ones come first of all.
  private static func precedes(_ left: [String?], _ right: [String?]) -> Bool {
    for (left, right) in zip(left, right) {
      let (leftBytes, rightBytes) = (Array((left ?? "").utf8), Array((right ?? "").utf8))
      if leftBytes != rightBytes { return leftBytes.lexicographicallyPrecedes(rightBytes) }
      if (left == nil) != (right == nil) { return left == nil }
    }
    return false
  }
}

extension EpochOrder.BalanceFactor {
  /// The factor's value for a video; nil if unknown.
  func value(of video: SampleCatalog.Video) -> String? {
    switch self {
    case .dataset: video.dataset
    case .method: video.method
    }
  }
}
