internal import CFFmpeg

/// A libavcodec decoder with one thread; the only owner of its `AVCodecContext`.
final class FrameDecoder {
  /// More pixels than any camera's video has; a header that claims more is refused.
  private static let maximumPixels: Int64 = 1 << 27

  /// ITU-T H.264, A.3.1: no stream may delay more pictures.
  private static let maximumReorderDepth = 16

  private let context: UnsafeMutablePointer<AVCodecContext>

  /// Number of packets that the decoder got and may not drop.
  private(set) var decodedPackets = 0

  /// Number of packets that the decoder refused, and of pictures that it decoded with errors.
  private(set) var damagedPackets = 0 {
    didSet { picturesBeforeDamage = picturesBeforeDamage ?? pictures }
  }

  /// Number of pictures that were decoded before the first damage; nil if there is none.
  private(set) var picturesBeforeDamage: Int?

  private var pictures = 0

  /// Whether packets are whole JPEG files.
  private var readsJPEGFiles = false

  /// - Parameter reorderDepth: maximum number of pictures that wait for earlier ones, if the
  ///   packets tell it.
  convenience init(_ input: VideoInput, reorderDepth: Int? = nil) throws(MediaError) {
    let identifier = input.parameters.pointee.codec_id
    try self.init(codec: identifier) { context in
      avcodec_parameters_to_context(context, input.parameters)
      context.pointee.pkt_timebase = input.stream.pointee.time_base
      // Many H.264 streams don't say how far they reorder. libavcodec then guesses, and leaves out
      // pictures until the guess is large enough.
      if let reorderDepth, identifier == AV_CODEC_ID_H264 {
        context.pointee.has_b_frames = max(
          context.pointee.has_b_frames, Int32(min(reorderDepth, FrameDecoder.maximumReorderDepth)))
      }
    }
    readsJPEGFiles = identifier == AV_CODEC_ID_MJPEG && input.isPictureFile
  }

  /// - Parameter configure: sets what the decoder can't learn from the packets: nothing, if they
  ///   come directly from an encoder.
  init(
    codec identifier: AVCodecID,
    configure: (UnsafeMutablePointer<AVCodecContext>) -> Void = { _ in }
  ) throws(MediaError) {
    guard let codec = avcodec_find_decoder(identifier),
      let context = avcodec_alloc_context3(codec)
    else {
      throw MediaError(
        .unsupportedCodec,
        "no decoder for codec \(String(cString: avcodec_get_name(identifier)))")
    }
    var owned: UnsafeMutablePointer<AVCodecContext>? = context
    configure(context)
    context.pointee.thread_count = 1
    context.pointee.max_pixels = FrameDecoder.maximumPixels
    let status = avcodec_open2(context, codec, nil)
    guard status == 0 else {
      avcodec_free_context(&owned)
      throw MediaError(.unsupportedCodec, "the decoder can't be started", status: status)
    }
    self.context = context
  }

  deinit {
    var owned: UnsafeMutablePointer<AVCodecContext>? = context
    avcodec_free_context(&owned)
  }

  /// Decodes one packet and passes every resulting picture to `body`.
  ///
  /// - Parameter mayDrop: whether the decoder may leave the picture out if no other refers to it.
  func decode(
    _ packet: UnsafeMutablePointer<AVPacket>, mayDrop: Bool,
    _ body: (UnsafeMutablePointer<AVFrame>) throws(MediaError) -> Void
  ) throws(MediaError) {
    if !mayDrop { decodedPackets += 1 }
    if readsJPEGFiles,
      JPEGStream.isCutOff(
        UnsafeBufferPointer(start: packet.pointee.data, count: Int(packet.pointee.size)))
    {
      damagedPackets += 1
      return
    }
    context.pointee.skip_frame = mayDrop ? AVDISCARD_NONREF : AVDISCARD_DEFAULT
    var status = avcodec_send_packet(context, packet)
    if status == CFFMPEG_ERROR_AGAIN {
      try receive(body)
      status = avcodec_send_packet(context, packet)
    }
    if status < 0 { damagedPackets += 1 }
    try receive(body)
  }

  /// Passes the pictures that the decoder still holds to `body`; afterwards decoding can begin
  /// again at a random access point.
  func drain(
    _ body: (UnsafeMutablePointer<AVFrame>) throws(MediaError) -> Void
  ) throws(MediaError) {
    avcodec_send_packet(context, nil)
    try receive(body)
    avcodec_flush_buffers(context)
  }

  /// Frees the memory of a picture.
  static func release(_ frame: UnsafeMutablePointer<AVFrame>) {
    var owned: UnsafeMutablePointer<AVFrame>? = frame
    av_frame_free(&owned)
  }

  private func receive(
    _ body: (UnsafeMutablePointer<AVFrame>) throws(MediaError) -> Void
  ) throws(MediaError) {
    var failures = 0
    // A decoder reports each failure once; the limit guards against one that doesn't.
    while failures < 16 {
      guard let frame = av_frame_alloc() else { return }
      let status = avcodec_receive_frame(context, frame)
      guard status == 0 else {
        FrameDecoder.release(frame)
        if status == CFFMPEG_ERROR_AGAIN || status == CFFMPEG_ERROR_EOF { return }
        damagedPackets += 1
        failures += 1
        continue
      }
      let isDamaged =
        frame.pointee.flags & AV_FRAME_FLAG_CORRUPT != 0 || frame.pointee.decode_error_flags != 0
      guard !isDamaged else {
        damagedPackets += 1
        FrameDecoder.release(frame)
        continue
      }
      pictures += 1
      try body(frame)
    }
  }
}
