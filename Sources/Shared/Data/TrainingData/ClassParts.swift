internal import Contract

/// The samples of a class in parts, one for each data set or method, and whose turn each place of the
/// class's endless row is.
///
/// Places are dealt out by a pattern that repeats, in which each part's places are spread evenly. So how
/// many of the first places a part has is a function of their number alone, wherever epochs begin.
struct ClassParts: Sendable {
  struct Part: Sendable {
    /// What its videos have in common, outermost first; nil where unknown.
    let names: [String?]
    let label: VideoLabel?
    let videoCount: Int
    /// Positions in the catalog, ascending.
    let samples: [UInt32]
    /// Its share of the class's places, 0...1.
    let share: Double
    /// Whether it would have a larger share if its samples might come more often.
    let isHeld: Bool
  }

  let parts: [Part]

  /// Which part's turn a place is, by the place modulo its length.
  private let pattern: [UInt32]
  /// Places of each part in one pattern.
  private let placesPerPattern: [Int]

  /// All samples in one part.
  init(_ samples: [UInt32], label: VideoLabel?, videoCount: Int) {
    parts = [
      Part(
        names: [], label: label, videoCount: videoCount, samples: samples, share: 1, isHeld: false)
    ]
    pattern = [0]
    placesPerPattern = [1]
  }

  /// The samples of a class's videos in parts of equal shares.
  ///
  /// - Parameters:
  ///   - chosen: positions of the class's videos in `videos`, ascending.
  ///   - factors: what parts differ in, outermost first: within each part by the first one, those by the
  ///     second have equal shares of it.
  ///   - repeats: how many times as often as the class's mean sample one of a part may come, 1 or more.
  ///     What a part can't take for that, the others beside it share.
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
    placesPerPattern = Self.weights(parts.map(\.share))
    pattern = Self.pattern(placesPerPattern)
  }

  /// How many samples there are.
  var sampleCount: Int { parts.reduce(0) { $0 + $1.samples.count } }

  /// The part of its own endless row that each part gives to some places of the class's.
  func ranges(ofPlaces places: Range<Int>) -> [Range<Int>] {
    zip(counts(before: places.lowerBound), counts(before: places.upperBound)).map { $0..<$1 }
  }

  /// How many of the first places each part has.
  private func counts(before place: Int) -> [Int] {
    let (rounds, rest) = place.quotientAndRemainder(dividingBy: max(pattern.count, 1))
    var counts = placesPerPattern.map { $0 * rounds }
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

  /// Divides a share equally between parts of which each takes at most so much; together they take all.
  private static func equalShares(
    of share: Double, most: [Double]
  ) -> [(share: Double, isHeld: Bool)] {
    var shares = most.map { _ in (share: 0.0, isHeld: false) }
    var rest = share
    // The one that takes least first: what it leaves is for all others.
    let order = most.indices.sorted { (most[$0], $0) < (most[$1], $1) }
    for (number, part) in order.enumerated() {
      let equal = rest / Double(most.count - number)
      // Of the last one nothing may be left over.
      let isHeld = most[part] < equal * (1 - 1e-9) && number + 1 < most.count
      shares[part] = (isHeld ? most[part] : equal, isHeld)
      rest -= shares[part].share
    }
    return shares
  }

  /// Shares as whole numbers of places: each at least one.
  private static func weights(_ shares: [Double]) -> [Int] {
    guard shares.count > 1 else { return shares.map { _ in 1 } }
    let isEqual = shares.allSatisfy { abs($0 * Double(shares.count) - 1) < 1e-9 }
    guard !isEqual else { return shares.map { _ in 1 } }
    let places = max(1 << 16, 4 * shares.count)
    let exact = shares.map { $0 * Double(places) }
    var weights = exact.map { max(Int($0), 1) }
    let byRest = exact.indices.sorted {
      (exact[$1] - exact[$1].rounded(.down), $0) < (exact[$0] - exact[$0].rounded(.down), $1)
    }
    for part in byRest.prefix(max(places - weights.reduce(0, +), 0)) { weights[part] += 1 }
    return weights
  }

  /// Places of each part, spread evenly.
  private static func pattern(_ weights: [Int]) -> [UInt32] {
    var places: [(position: Double, part: UInt32)] = []
    places.reserveCapacity(weights.reduce(0, +))
    for (part, weight) in weights.enumerated() {
      for place in 0..<weight {
        places.append((Double(2 * place + 1) / Double(2 * weight), UInt32(part)))
      }
    }
    places.sort { ($0.position, $0.part) < ($1.position, $1.part) }
    return places.map(\.part)
  }

  /// Names in the order of their bytes, what is unknown first.
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
  /// What a video has of it; nil where unknown.
  func value(of video: SampleCatalog.Video) -> String? {
    switch self {
    case .dataset: video.dataset
    case .method: video.method
    }
  }
}
