/// What must be known about a coded picture to choose or skip it.
struct PacketEntry {
  /// Presentation time in the stream's time base; nil if the container has none.
  var pts: Int64?
  /// How long the picture is shown, in the stream's time base; 0 if unknown.
  var duration: Int64
  /// Whether decoding can begin here without any earlier packet.
  var isRandomAccess: Bool
  /// Whether no other picture refers to this one.
  var isDisposable: Bool = false
  /// Whether the picture is only decoded for others: an edit list cuts it away, or the codec never
  /// shows it.
  var isHidden: Bool
}

/// All packets of a stream in decoding order.
struct PacketIndex {
  private(set) var entries: [PacketEntry] = []

  /// Whether every packet is one whole picture.
  private(set) var hasOnePicturePerPacket = true

  /// Whether all presentation times are decoding times: pictures aren't reordered, or the file was
  /// written by a program that didn't know their order.
  private(set) var hasDecodingTimesOnly = true

  private var temporalLayers: [Int] = []
  private var hasLaterParameters = false

  /// Appends the next packet in decoding order.
  ///
  /// - Parameters:
  ///   - replacesParameters: whether the container announces new decoder parameters with this
  ///     packet.
  mutating func append(
    pts: Int64?, dts: Int64? = nil, duration: Int64 = 0, isCutAway: Bool = false,
    replacesParameters: Bool = false, _ traits: PictureTraits
  ) {
    // A decoder that begins at a later packet knows the first packet's parameters, because that
    // packet is always sent, but none that came in between.
    let knowsParameters = traits.isSelfContained || !hasLaterParameters
    if !entries.isEmpty && traits.hasParameters { hasLaterParameters = true }
    entries.append(
      PacketEntry(
        pts: pts, duration: duration, isRandomAccess: traits.isRandomAccess && knowsParameters,
        isDisposable: traits.isDisposable, isHidden: isCutAway || !traits.isShown))
    temporalLayers.append(traits.temporalLayer)
    if pts != dts { hasDecodingTimesOnly = false }
    if !traits.isOnePicture { hasOnePicturePerPacket = false }
    if replacesParameters && entries.count > 1 { hasOnePicturePerPacket = false }
  }

  /// Completes what only the whole stream tells: a picture that none of its own temporal layer
  /// refers to may still be referred to from a higher one.
  mutating func finish() {
    let highest = temporalLayers.max() ?? 0
    for (position, layer) in temporalLayers.enumerated() where layer < highest {
      entries[position].isDisposable = false
    }
    temporalLayers = []
  }

  /// Whether every displayed packet has a presentation time of its own, so that pictures can be
  /// chosen before decoding.
  var hasDistinctTimes: Bool {
    var times: [Int64] = []
    times.reserveCapacity(entries.count)
    for entry in entries where !entry.isHidden {
      guard let pts = entry.pts else { return false }
      times.append(pts)
    }
    times.sort()
    return !times.isEmpty && zip(times, times.dropFirst()).allSatisfy { $0 < $1 }
  }

  /// Decoding positions of the displayed packets, in order of presentation.
  var presentationOrder: [Int] {
    entries.indices.filter { !entries[$0].isHidden }
      .sorted { (entries[$0].pts ?? 0, $0) < (entries[$1].pts ?? 0, $1) }
  }

  /// Maximum number of pictures that wait for one that is decoded later and shown earlier.
  var reorderDepth: Int {
    var rank = 0
    let ranks = entries.map { entry in
      defer { if !entry.isHidden { rank += 1 } }
      return rank
    }
    var depth = 0
    var latest = 0
    for (shownBefore, position) in presentationOrder.enumerated() {
      latest = max(latest, ranks[position])
      depth = max(depth, latest - shownBefore)
    }
    return depth
  }
}
