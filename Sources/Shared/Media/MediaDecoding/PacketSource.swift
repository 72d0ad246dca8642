internal import CFFmpeg
internal import Measure

/// A stream's packets, first to be indexed and then to be decoded. The file is read once when its
/// packets fit into `memoryLimitBytes`, else twice.
final class PacketSource {
  /// Packets are kept in memory up to this size.
  static let memoryLimitBytes = 24 << 20

  /// More packets than a day of video has; a header that claims more is refused.
  private static let maximumPackets = 10_000_000

  private let input: VideoInput
  private var kept: [UnsafeMutablePointer<AVPacket>] = []
  private(set) var index = PacketIndex()

  /// Bytes of all packets.
  private(set) var byteCount = 0

  /// Packets that the demuxer marked as damaged.
  private(set) var corruptPackets = 0

  /// CPU seconds spent in reading.
  private(set) var cpuSeconds = 0.0

  /// Whether pictures can be chosen by their packets.
  var isChoosable: Bool {
    guard isInspected, index.hasOnePicturePerPacket, index.hasDistinctTimes else { return false }
    guard index.hasDecodingTimesOnly, index.entries.count > 1 else { return true }
    // Decoding times are no presentation times if pictures are reordered.
    switch input.parameters.pointee.codec_id {
    case AV_CODEC_ID_H264, AV_CODEC_ID_HEVC: return input.parameters.pointee.video_delay == 0
    default: return !index.entries.contains { $0.isDisposable }
    }
  }

  private let isInspected: Bool

  /// Reads and indexes the whole stream.
  init(
    _ input: VideoInput, memoryLimitBytes: Int, isCancelled: () -> Bool
  ) throws(MediaError) {
    self.input = input
    let inspector = input.pictureInspector
    isInspected = inspector != nil
    let fields = FieldDetector(input)
    let start = ThreadCPUClock.seconds()
    defer { cpuSeconds += ThreadCPUClock.seconds() - start }
    var keptBytes = 0
    var keepsPackets = true
    var packet = try PacketSource.allocate()
    defer { PacketSource.free(packet) }
    while input.read(into: packet) {
      if isCancelled() { throw MediaError(.cancelled, "stopped while reading") }
      guard index.entries.count < PacketSource.maximumPackets else {
        throw MediaError(
          .tooLarge, "more than \(PacketSource.maximumPackets) packets: not a video's index")
      }
      note(packet, inspector, fields)
      keptBytes += Int(packet.pointee.size)
      byteCount += Int(packet.pointee.size)
      if keepsPackets && keptBytes > memoryLimitBytes {
        keepsPackets = false
        releaseKept()
      }
      if keepsPackets {
        let next = try PacketSource.allocate()
        kept.append(packet)
        packet = next
      } else {
        av_packet_unref(packet)
      }
    }
    index.finish()
  }

  deinit { releaseKept() }

  private func note(
    _ packet: UnsafeMutablePointer<AVPacket>, _ inspector: PictureInspector?,
    _ fields: FieldDetector?
  ) {
    let data = UnsafeBufferPointer(
      start: UnsafePointer(packet.pointee.data), count: Int(packet.pointee.size))
    var traits = inspector?.traits(of: data) ?? PictureTraits()
    if fields?.isField(packet) == true { traits.isOnePicture = false }
    if packet.pointee.flags & AV_PKT_FLAG_CORRUPT != 0 { corruptPackets += 1 }
    // Times out of these bounds are damage; within them no sum or difference overflows.
    let bound: Int64 = 1 << 60
    func plausible(_ time: Int64) -> Int64? { time > -bound && time < bound ? time : nil }
    index.append(
      pts: plausible(packet.pointee.pts), dts: plausible(packet.pointee.dts),
      duration: min(max(packet.pointee.duration, 0), bound),
      isCutAway: packet.pointee.flags & AV_PKT_FLAG_DISCARD != 0,
      replacesParameters: av_packet_get_side_data(packet, AV_PKT_DATA_NEW_EXTRADATA, nil) != nil
        || av_packet_get_side_data(packet, AV_PKT_DATA_PARAM_CHANGE, nil) != nil,
      traits)
  }

  /// Passes every packet to `body` in decoding order, until it returns false.
  func forEachPacket(
    _ body: (Int, UnsafeMutablePointer<AVPacket>) throws(MediaError) -> Bool
  ) throws(MediaError) {
    guard kept.count != index.entries.count else {
      for (position, packet) in kept.enumerated() {
        guard try body(position, packet) else { return }
      }
      return
    }
    let again = try VideoInput(path: input.path)
    let packet = try PacketSource.allocate()
    defer { PacketSource.free(packet) }
    for position in index.entries.indices {
      let start = ThreadCPUClock.seconds()
      let found = again.read(into: packet)
      cpuSeconds += ThreadCPUClock.seconds() - start
      guard found else { return }
      let continues = try body(position, packet)
      av_packet_unref(packet)
      guard continues else { return }
    }
  }

  private func releaseKept() {
    for packet in kept { PacketSource.free(packet) }
    kept = []
  }

  private static func allocate() throws(MediaError) -> UnsafeMutablePointer<AVPacket> {
    guard let packet = av_packet_alloc() else {
      throw MediaError(.notAVideo, "no memory for a packet")
    }
    return packet
  }

  private static func free(_ packet: UnsafeMutablePointer<AVPacket>) {
    var owned: UnsafeMutablePointer<AVPacket>? = packet
    av_packet_free(&owned)
  }
}
