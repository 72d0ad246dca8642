internal import CFFmpeg
internal import WorkerPool

/// A stream's packets, first to be indexed and then to be decoded. The file is read once when its
/// packets fit into `memoryLimitBytes`, else twice.
final class PacketSource {
  private static let memoryLimitBytes = 24 << 20

  private let input: VideoInput
  private var kept: [UnsafeMutablePointer<AVPacket>] = []
  private(set) var index = PacketIndex()

  /// Packets that the demuxer marked as damaged.
  private(set) var corruptPackets = 0

  /// CPU seconds spent in reading.
  private(set) var cpuSeconds = 0.0

  /// Reads and indexes the whole stream.
  init(_ input: VideoInput, isCancelled: () -> Bool) throws(MediaError) {
    self.input = input
    let parameters = input.parameters.pointee
    let h264 =
      parameters.codec_id == AV_CODEC_ID_H264
      ? H264RandomAccess(
        extradata: UnsafeBufferPointer(
          start: parameters.extradata, count: Int(parameters.extradata_size))) : nil
    let start = ThreadCPUClock.seconds()
    defer { cpuSeconds += ThreadCPUClock.seconds() - start }
    var keptBytes = 0
    var keepsPackets = true
    var packet = try PacketSource.allocate()
    while input.read(into: packet) {
      if isCancelled() {
        PacketSource.free(packet)
        throw MediaError(.cancelled, "stopped while reading")
      }
      note(packet.pointee, h264)
      keptBytes += Int(packet.pointee.size)
      if keepsPackets && keptBytes > PacketSource.memoryLimitBytes {
        keepsPackets = false
        releaseKept()
      }
      if keepsPackets {
        kept.append(packet)
        packet = try PacketSource.allocate()
      } else {
        av_packet_unref(packet)
      }
    }
    PacketSource.free(packet)
  }

  deinit { releaseKept() }

  private func note(_ packet: AVPacket, _ h264: H264RandomAccess?) {
    let isKey = packet.flags & AV_PKT_FLAG_KEY != 0
    let data = UnsafeBufferPointer(start: UnsafePointer(packet.data), count: Int(packet.size))
    if packet.flags & AV_PKT_FLAG_CORRUPT != 0 { corruptPackets += 1 }
    index.entries.append(
      PacketEntry(
        pts: packet.pts == CFFMPEG_NO_TIMESTAMP ? nil : packet.pts,
        duration: max(packet.duration, 0),
        isRandomAccess: h264.map { $0.isRandomAccess(data) } ?? isKey,
        isDiscarded: packet.flags & AV_PKT_FLAG_DISCARD != 0))
  }

  /// Gives every packet in decoding order until `body` returns false.
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
      let goesOn = try body(position, packet)
      av_packet_unref(packet)
      guard goesOn else { return }
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
