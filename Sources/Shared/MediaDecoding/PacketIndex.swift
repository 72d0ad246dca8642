/// One coded picture, as far as choosing and skipping need it.
struct PacketEntry {
  /// Presentation time in the stream's time base; nil where the container has none.
  var pts: Int64?
  /// How long the picture is shown, in the stream's time base; 0 where unknown.
  var duration: Int64
  /// Decoding can begin here without any earlier packet.
  var isRandomAccess: Bool
  /// Decoded for others' sake only: an edit list cuts it away.
  var isDiscarded: Bool
}

/// All packets of a stream in decoding order.
struct PacketIndex {
  var entries: [PacketEntry] = []

  /// Whether every displayed packet has a presentation time of its own, so that pictures can be
  /// chosen before decoding.
  var hasDistinctTimes: Bool {
    var times: [Int64] = []
    times.reserveCapacity(entries.count)
    for entry in entries where !entry.isDiscarded {
      guard let pts = entry.pts else { return false }
      times.append(pts)
    }
    times.sort()
    return zip(times, times.dropFirst()).allSatisfy { $0 < $1 }
  }

  /// Decoding positions of the displayed packets, in order of presentation.
  var presentationOrder: [Int] {
    entries.indices.filter { !entries[$0].isDiscarded }
      .sorted { (entries[$0].pts ?? 0, $0) < (entries[$1].pts ?? 0, $1) }
  }
}

/// Which packets a decoder gets, and which of them only if others need them.
struct DecodingPlan {
  /// By decoding position: sent to the decoder.
  var isSent: [Bool]

  /// By decoding position: the picture is wanted; another sent packet may be dropped by the decoder
  /// when no other picture refers to it.
  var isChosen: [Bool]

  /// Everything is sent and nothing may be dropped.
  static func everything(count: Int, chosen: [Int]) -> DecodingPlan {
    var plan = DecodingPlan(
      isSent: Array(repeating: true, count: count), isChosen: Array(repeating: false, count: count))
    for position in chosen { plan.isChosen[position] = true }
    return plan
  }

  /// For every chosen packet, all packets from the last random access point that serves it. A
  /// picture shown before its random access point (a leading picture) needs the one before.
  static func needed(for chosen: [Int], in entries: [PacketEntry]) -> DecodingPlan {
    var plan = everything(count: entries.count, chosen: chosen)
    plan.isSent = Array(repeating: false, count: entries.count)
    for position in chosen {
      let pts = entries[position].pts ?? .min
      var start = position
      while start > 0, !(entries[start].isRandomAccess && (entries[start].pts ?? .max) <= pts) {
        start -= 1
      }
      for needed in start...position { plan.isSent[needed] = true }
    }
    return plan
  }
}
