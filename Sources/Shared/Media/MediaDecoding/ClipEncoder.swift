internal import CFFmpeg
internal import Imaging

/// Encodes RGB pictures as packets by libx264; the only owner of its contexts. With the same number
/// of threads the same pictures give the same packets, on every processor.
final class ClipEncoder {
  let context: UnsafeMutablePointer<AVCodecContext>
  private let converter: OpaquePointer
  private let packet: UnsafeMutablePointer<AVPacket>
  private let frame: UnsafeMutablePointer<AVFrame>
  private let subject: String
  private let isTopFieldFirst: Bool?

  /// Whether this libavcodec has libx264.
  static var isAvailable: Bool { avcodec_find_encoder_by_name("libx264") != nil }

  /// Opens the encoder.
  ///
  /// - Parameters:
  ///   - subject: the subject of messages.
  ///   - width: even, up to 16384; so is `height`.
  ///   - hasGlobalHeader: parameter sets go to `extradata`, for a container, and not into the
  ///     stream.
  init(
    subject: String, width: Int, height: Int, options: ClipWriter.Options, timescale: Int32,
    hasGlobalHeader: Bool
  ) throws(MediaError) {
    av_log_set_level(AV_LOG_QUIET)
    guard let codec = avcodec_find_encoder_by_name("libx264") else {
      throw MediaError(.unsupportedCodec, "\(subject): this libavcodec has no libx264 encoder")
    }
    var packet = av_packet_alloc()
    var frame = av_frame_alloc()
    var context = avcodec_alloc_context3(codec)
    var converter: OpaquePointer?
    do throws(MediaError) {
      converter = ClipEncoder.makeConverter(width, height, options)
      guard let context, let packet, let frame, let converter else {
        throw MediaError(.writingFailed, "\(subject): no memory for an encoder")
      }
      ClipEncoder.configure(
        context, Int32(width), Int32(height), options, timescale, hasGlobalHeader)
      try MediaError.check(
        avcodec_open2(context, codec, nil), "\(subject): libx264 can't be started")
      self.context = context
      self.packet = packet
      self.frame = frame
      self.converter = converter
      self.subject = subject
      isTopFieldFirst = options.isTopFieldFirst
    } catch {
      av_frame_free(&frame)
      av_packet_free(&packet)
      avcodec_free_context(&context)
      sws_freeContext(converter)
      throw error
    }
  }

  deinit {
    var ownedFrame: UnsafeMutablePointer<AVFrame>? = frame
    av_frame_free(&ownedFrame)
    var ownedPacket: UnsafeMutablePointer<AVPacket>? = packet
    av_packet_free(&ownedPacket)
    var ownedContext: UnsafeMutablePointer<AVCodecContext>? = context
    avcodec_free_context(&ownedContext)
    sws_freeContext(converter)
  }

  /// Copies the encoder's parameters to a muxer's stream.
  func describe(_ stream: UnsafeMutablePointer<AVStream>) {
    avcodec_parameters_from_context(stream.pointee.codecpar, context)
    stream.pointee.time_base = context.pointee.time_base
  }

  /// Encodes a picture of the encoder's size and passes the resulting packets to `body`.
  ///
  /// - Parameter tick: its time in the encoder's timescale.
  func encode(
    _ picture: PixelBuffer, tick: Int64,
    _ body: (UnsafeMutablePointer<AVPacket>) throws(MediaError) -> Void
  ) throws(MediaError) {
    av_frame_unref(frame)
    frame.pointee.width = context.pointee.width
    frame.pointee.height = context.pointee.height
    frame.pointee.format = context.pointee.pix_fmt.rawValue
    try MediaError.check(
      av_frame_get_buffer(frame, 0), "\(subject): no memory for a picture")
    picture.bytes.withUnsafeBufferPointer { source in
      var planes: [UnsafePointer<UInt8>?] = [source.baseAddress, nil, nil, nil]
      var strides: [Int32] = [Int32(picture.bytesPerRow), 0, 0, 0]
      let data = frame.pointee.data
      let sizes = frame.pointee.linesize
      var targets = [data.0, data.1, data.2, nil]
      var targetStrides = [sizes.0, sizes.1, sizes.2, 0]
      sws_scale(
        converter, &planes, &strides, 0, context.pointee.height, &targets, &targetStrides)
    }
    frame.pointee.pts = tick
    if let isTopFieldFirst { cffmpeg_set_fields(frame, isTopFieldFirst ? 1 : 0) }
    try send(frame, body)
  }

  /// Passes the packets that the encoder still holds to `body`.
  func drain(
    _ body: (UnsafeMutablePointer<AVPacket>) throws(MediaError) -> Void
  ) throws(MediaError) {
    try send(nil, body)
  }

  private func send(
    _ frame: UnsafeMutablePointer<AVFrame>?,
    _ body: (UnsafeMutablePointer<AVPacket>) throws(MediaError) -> Void
  ) throws(MediaError) {
    try MediaError.check(
      avcodec_send_frame(context, frame), "\(subject): a picture can't be encoded")
    while true {
      let status = avcodec_receive_packet(context, packet)
      if status == CFFMPEG_ERROR_AGAIN || status == CFFMPEG_ERROR_EOF { return }
      try MediaError.check(status, "\(subject): a picture can't be encoded")
      try body(packet)
    }
  }

  /// The corresponding C functions are `sws_getContext` and `sws_setColorspaceDetails`.
  private static func makeConverter(
    _ width: Int, _ height: Int, _ options: ClipWriter.Options
  ) -> OpaquePointer? {
    let matrix =
      switch options.signal?.matrix {
      case "bt2020nc": SWS_CS_BT2020
      default: options.colourMatrix == .bt709 ? SWS_CS_ITU709 : SWS_CS_ITU601
      }
    guard
      let converter = sws_getContext(
        Int32(width), Int32(height), AV_PIX_FMT_RGB0, Int32(width), Int32(height),
        pixelFormat(options), SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP, nil, nil, nil)
    else { return nil }
    let unity: Int32 = 1 << 16
    sws_setColorspaceDetails(
      converter, sws_getCoefficients(SWS_CS_DEFAULT), 1, sws_getCoefficients(matrix), 0, 0, unity,
      unity)
    return converter
  }

  private static func pixelFormat(_ options: ClipWriter.Options) -> AVPixelFormat {
    options.signal?.hasTenBits == true ? AV_PIX_FMT_YUV420P10LE : AV_PIX_FMT_YUV420P
  }

  private static func configure(
    _ encoder: UnsafeMutablePointer<AVCodecContext>, _ width: Int32, _ height: Int32,
    _ options: ClipWriter.Options, _ timescale: Int32, _ hasGlobalHeader: Bool
  ) {
    let isHighDefinition = options.colourMatrix == .bt709
    encoder.pointee.width = width
    encoder.pointee.height = height
    encoder.pointee.pix_fmt = pixelFormat(options)
    encoder.pointee.time_base = AVRational(num: 1, den: timescale)
    encoder.pointee.framerate = av_d2q(options.framesPerSecond, 100_000)
    encoder.pointee.gop_size = Int32(clamping: options.keyInterval)
    encoder.pointee.max_b_frames = Int32(clamping: options.maximumBFrames)
    encoder.pointee.thread_count = Int32(clamping: options.threads)
    encoder.pointee.colorspace = isHighDefinition ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M
    encoder.pointee.color_primaries = isHighDefinition ? AVCOL_PRI_BT709 : AVCOL_PRI_SMPTE170M
    encoder.pointee.color_trc = isHighDefinition ? AVCOL_TRC_BT709 : AVCOL_TRC_SMPTE170M
    if let signal = options.signal {
      let colour = ColourDescription(signal)
      encoder.pointee.colorspace = colour.matrix
      encoder.pointee.color_primaries = colour.primaries
      encoder.pointee.color_trc = colour.transfer
    }
    encoder.pointee.color_range = AVCOL_RANGE_MPEG
    if hasGlobalHeader { encoder.pointee.flags |= AV_CODEC_FLAG_GLOBAL_HEADER }
    av_opt_set(encoder.pointee.priv_data, "preset", options.preset.rawValue, 0)
    av_opt_set_double(encoder.pointee.priv_data, "crf", options.constantRateFactor, 0)
    // Without `cpu-independent` the bits depend on the processor, and in x264 164 with AVX-512 on
    // earlier contents of memory, as its macroblock tree reads beyond its data.
    let fields = options.isTopFieldFirst.map { $0 ? "tff=1" : "bff=1" } ?? ""
    let parameters = ["cpu-independent=1", fields, options.encoderParameters].filter { !$0.isEmpty }
    av_opt_set(
      encoder.pointee.priv_data, "x264-params", parameters.joined(separator: ":"), 0)
  }
}

extension MediaError {
  /// Throws if a libav* function failed while writing.
  static func check(_ status: Int32, _ what: @autoclosure () -> String) throws(MediaError) {
    guard status < 0 else { return }
    throw MediaError(.writingFailed, what(), status: status)
  }
}
