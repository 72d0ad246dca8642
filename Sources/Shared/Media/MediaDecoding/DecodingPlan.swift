/// The packets that a decoder gets, and those of them whose pictures it may drop.
struct DecodingPlan: Equatable {
  /// Whether a packet is sent to the decoder, by decoding position.
  var isSent: [Bool]

  /// Whether the decoder need not decode the picture, by decoding position.
  var mayDrop: [Bool]

  /// A plan in which everything is sent and nothing is dropped.
  static func everything(count: Int) -> DecodingPlan {
    DecodingPlan(
      isSent: Array(repeating: true, count: count), mayDrop: Array(repeating: false, count: count))
  }

  /// A plan that sends, for every chosen packet, all packets from the last random access point that
  /// serves it. A picture shown before its random access point (a leading picture) needs the random
  /// access point before that one.
  ///
  /// The first packet is always sent: encoders write their version there, by which libavcodec
  /// chooses inverse transforms and workarounds.
  ///
  /// - Parameter chosen: decoding positions in order of presentation.
  static func needed(for chosen: [Int], in entries: [PacketEntry]) -> DecodingPlan {
    guard !entries.isEmpty else { return everything(count: 0) }
    var plan = DecodingPlan(
      isSent: Array(repeating: false, count: entries.count),
      mayDrop: entries.map { $0.isDisposable })
    for position in chosen {
      let pts = entries[position].pts ?? .min
      plan.mayDrop[position] = false
      var current = position
      // A packet that is sent already follows a random access point that serves an earlier picture,
      // and so this one.
      while !plan.isSent[current] {
        plan.isSent[current] = true
        let entry = entries[current]
        if current == 0 || (entry.isRandomAccess && (entry.pts ?? .max) <= pts) { break }
        current -= 1
      }
    }
    plan.isSent[0] = true
    return plan
  }
}
