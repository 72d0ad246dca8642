internal import CFFmpeg

/// Copies the sound of a file into another one, packet by packet, without decoding. Not
/// thread-safe.
final class SoundCopy {
  /// A stream of the other file, and how far it is written.
  private struct Target {
    let stream: UnsafeMutablePointer<AVStream>
    /// Decoding time of the last packet, in the other file's time base.
    var lastTick = Int64.min
    /// The state of `av_rescale_delta`.
    var rescaling = CFFMPEG_NO_TIMESTAMP
  }

  /// Codecs that players expect in MP4, and the number of bytes of configuration that they need
  /// there.
  private static let codecs: [AVCodecID: Int] = [
    AV_CODEC_ID_AAC: 0, AV_CODEC_ID_MP3: 0, AV_CODEC_ID_MP2: 0, AV_CODEC_ID_AC3: 0,
    AV_CODEC_ID_EAC3: 0, AV_CODEC_ID_OPUS: 19, AV_CODEC_ID_FLAC: 34, AV_CODEC_ID_ALAC: 24,
  ]

  private let context: UnsafeMutablePointer<AVFormatContext>
  private let packet: UnsafeMutablePointer<AVPacket>
  private let muxer: MP4Muxer
  private let presentation: Presentation
  private let subject: String
  private var targets: [Int32: Target] = [:]
  private var isPending = false
  private var isAtEnd = false

  /// A sentence for each stream that is left out.
  private(set) var leftOut: [String] = []

  /// Number of packets that can't be written because they or their times are damaged.
  private(set) var damagedPackets = 0

  /// Time at which the last packet of any sound ends, in seconds of the other file; nil if there is
  /// none.
  private(set) var endSeconds: Double?

  /// Number of streams that are copied.
  var streamCount: Int { targets.count }

  /// Opens a file and adds a stream to the other one for each of its streams of sound.
  ///
  /// - Parameters:
  ///   - path: the file with the sound.
  ///   - muxer: the other file, before it begins.
  ///   - presentation: says which time is 0 in the other file.
  ///   - subject: the subject of messages.
  init(
    path: String, into muxer: MP4Muxer, presentation: Presentation, subject: String
  ) throws(MediaError) {
    let context = try VideoInput.opened(path)
    var owned: UnsafeMutablePointer<AVFormatContext>? = context
    guard let packet = av_packet_alloc() else {
      avformat_close_input(&owned)
      throw MediaError(.writingFailed, "\(subject): no memory for a packet")
    }
    self.context = context
    self.packet = packet
    self.muxer = muxer
    self.presentation = presentation
    self.subject = subject
    // If the streams can't be identified, the pictures are written without sound.
    isAtEnd = avformat_find_stream_info(context, nil) < 0
    try addStreams()
  }

  deinit {
    var ownedPacket: UnsafeMutablePointer<AVPacket>? = packet
    av_packet_free(&ownedPacket)
    var owned: UnsafeMutablePointer<AVFormatContext>? = context
    avformat_close_input(&owned)
  }

  private func addStreams() throws(MediaError) {
    for number in 0..<Int(context.pointee.nb_streams) {
      guard let stream = context.pointee.streams[number] else { continue }
      stream.pointee.discard = AVDISCARD_ALL
      let parameters = stream.pointee.codecpar.pointee
      guard parameters.codec_type == AVMEDIA_TYPE_AUDIO, !isAtEnd else { continue }
      // Sound that isn't copied is read as well: it tells where the file ends.
      stream.pointee.discard = AVDISCARD_DEFAULT
      guard let needed = SoundCopy.codecs[parameters.codec_id], muxer.holds(parameters.codec_id),
        parameters.sample_rate > 0, Int(parameters.extradata_size) >= needed
      else {
        let name = String(cString: avcodec_get_name(parameters.codec_id))
        leftOut.append("sound of codec \(name) is left out: an MP4 file can't hold it")
        continue
      }
      let target = try muxer.addStream()
      try MediaError.check(
        avcodec_parameters_copy(target.pointee.codecpar, stream.pointee.codecpar),
        "\(subject): no memory for a stream of sound")
      // The tag is that of the source's container.
      target.pointee.codecpar.pointee.codec_tag = 0
      target.pointee.time_base = AVRational(num: 1, den: parameters.sample_rate)
      target.pointee.disposition = stream.pointee.disposition
      av_dict_copy(&target.pointee.metadata, stream.pointee.metadata, 0)
      targets[Int32(number)] = Target(stream: target)
    }
  }

  /// Writes all packets up to a time of the other file.
  func advance(toSeconds limit: Double) throws(MediaError) {
    while let seconds = nextSeconds, seconds <= limit { try writePending() }
  }

  /// Writes all remaining packets.
  func finish(_ isCancelled: () -> Bool) throws(MediaError) {
    while nextSeconds != nil {
      if isCancelled() { throw MediaError(.cancelled, "stopped while copying sound") }
      try writePending()
    }
  }

  /// Decoding time of the next packet in the other file; nil at the end.
  private var nextSeconds: Double? {
    while !isPending && !isAtEnd {
      guard av_read_frame(context, packet) >= 0 else {
        isAtEnd = true
        break
      }
      isPending = prepare()
      if !isPending { av_packet_unref(packet) }
    }
    guard isPending, let target = target else { return nil }
    return Double(packet.pointee.dts) * av_q2d(target.stream.pointee.time_base)
  }

  private var target: Target? { targets[packet.pointee.stream_index] }

  /// Sets the packet's times to those of the other file.
  ///
  /// - Returns: whether the packet is to be written.
  private func prepare() -> Bool {
    guard let source = context.pointee.streams[Int(packet.pointee.stream_index)],
      source.pointee.codecpar.pointee.codec_type == AVMEDIA_TYPE_AUDIO
    else { return false }
    let timeBase = source.pointee.time_base
    let first = packet.pointee.dts == CFFMPEG_NO_TIMESTAMP ? packet.pointee.pts : packet.pointee.dts
    let origin = av_rescale_q(presentation.origin.ticks, presentation.origin.timeBase, timeBase)
    // Times out of these bounds are damage; within them nothing overflows.
    let bound: Int64 = 1 << 60
    let hasTime = first > -bound && first < bound && origin > -bound && origin < bound
    if hasTime {
      let length = min(max(packet.pointee.duration, 0), bound)
      endSeconds = max(endSeconds ?? 0, Double(first - origin + length) * av_q2d(timeBase))
    }
    guard var target else { return false }
    let own = target.stream.pointee.time_base
    var tick = target.lastTick == .min ? 0 : target.lastTick + 1
    if hasTime {
      let duration = max(
        av_get_audio_frame_duration2(source.pointee.codecpar, packet.pointee.size), 0)
      // Packets have whole numbers of samples, so their times must not jitter with the ticks of a
      // coarser clock.
      tick = av_rescale_delta(
        timeBase, first - origin,
        AVRational(num: 1, den: source.pointee.codecpar.pointee.sample_rate), duration,
        &target.rescaling, own)
    }
    // An encoder's delay lies before 0; what is a second or more before 0 belongs to no picture.
    guard Double(tick) * av_q2d(own) > -1, tick < 2 * bound else { return false }
    // An edit list may cut packets out of the middle. Packets before 0 that it cuts are kept, as
    // the decoder starts with them.
    let isCutAway = packet.pointee.flags & AV_PKT_FLAG_DISCARD != 0
    if isCutAway && tick >= 0 { return false }
    if target.lastTick != .min { tick = max(tick, target.lastTick + 1) }
    target.lastTick = tick
    packet.pointee.dts = tick
    packet.pointee.pts = tick
    packet.pointee.duration = av_rescale_q(packet.pointee.duration, timeBase, own)
    packet.pointee.pos = -1
    targets[packet.pointee.stream_index] = target
    return true
  }

  private func writePending() throws(MediaError) {
    defer {
      av_packet_unref(packet)
      isPending = false
    }
    guard let target else { return }
    packet.pointee.stream_index = target.stream.pointee.index
    let status = muxer.writeStatus(packet)
    guard status != CFFMPEG_ERROR_INVALID_DATA, status != CFFMPEG_ERROR_INVALID_ARGUMENT else {
      damagedPackets += 1
      return
    }
    try MediaError.check(status, "\(subject): a packet of sound can't be written")
  }
}
