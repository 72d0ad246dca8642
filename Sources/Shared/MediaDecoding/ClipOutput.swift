internal import CFFmpeg

/// The encoder and the MP4 muxer of a clip; the only owner of their contexts.
final class ClipOutput {
  private let path: String
  private let encoder: UnsafeMutablePointer<AVCodecContext>
  private let format: UnsafeMutablePointer<AVFormatContext>
  private let packet: UnsafeMutablePointer<AVPacket>
  private let frame: UnsafeMutablePointer<AVFrame>
  private let stream: UnsafeMutablePointer<AVStream>
  private let ticksPerPicture: Int64

  /// Opens the encoder and writes the file's header.
  init(
    path: String, width: Int32, height: Int32, options: ClipWriter.Options, timescale: Int32
  ) throws(MediaError) {
    var format: UnsafeMutablePointer<AVFormatContext>?
    var encoder: UnsafeMutablePointer<AVCodecContext>?
    var packet = av_packet_alloc()
    var frame = av_frame_alloc()
    do throws(MediaError) {
      try ClipOutput.check(
        avformat_alloc_output_context2(&format, nil, "mp4", "file:" + path), path,
        "the MP4 muxer can't be started")
      guard let codec = avcodec_find_encoder_by_name("libx264") else {
        throw MediaError(.writingFailed, "\(path): this libavcodec has no libx264 encoder")
      }
      encoder = avcodec_alloc_context3(codec)
      guard let encoder, let format, let packet, let frame,
        let stream = avformat_new_stream(format, nil)
      else { throw MediaError(.writingFailed, "\(path): no memory for an encoder") }
      ClipOutput.configure(encoder, width, height, options, timescale)
      try ClipOutput.check(avcodec_open2(encoder, codec, nil), path, "libx264 can't be started")
      avcodec_parameters_from_context(stream.pointee.codecpar, encoder)
      stream.pointee.time_base = encoder.pointee.time_base
      try ClipOutput.check(
        ClipOutput.setRotation(stream, options.quarterTurns), path, "no memory for the rotation")
      format.pointee.flags |= AVFMT_FLAG_BITEXACT
      try ClipOutput.check(
        avio_open(&format.pointee.pb, "file:" + path, AVIO_FLAG_WRITE), path, "can't be created")
      var muxerOptions: OpaquePointer?
      defer { av_dict_free(&muxerOptions) }
      av_dict_set(&muxerOptions, "movflags", "+faststart", 0)
      try ClipOutput.check(
        avformat_write_header(format, &muxerOptions), path, "the header can't be written")
      self.path = path
      self.encoder = encoder
      self.format = format
      self.packet = packet
      self.frame = frame
      self.stream = stream
      ticksPerPicture = Int64((Double(timescale) / options.framesPerSecond).rounded())
    } catch {
      av_frame_free(&frame)
      av_packet_free(&packet)
      avcodec_free_context(&encoder)
      if let format { avio_closep(&format.pointee.pb) }
      avformat_free_context(format)
      throw error
    }
  }

  deinit {
    var ownedFrame: UnsafeMutablePointer<AVFrame>? = frame
    av_frame_free(&ownedFrame)
    var ownedPacket: UnsafeMutablePointer<AVPacket>? = packet
    av_packet_free(&ownedPacket)
    var ownedEncoder: UnsafeMutablePointer<AVCodecContext>? = encoder
    avcodec_free_context(&ownedEncoder)
    avio_closep(&format.pointee.pb)
    avformat_free_context(format)
  }

  /// A writable picture of the encoder's size and format; the same one for each call.
  func emptyFrame() throws(MediaError) -> UnsafeMutablePointer<AVFrame> {
    av_frame_unref(frame)
    frame.pointee.width = encoder.pointee.width
    frame.pointee.height = encoder.pointee.height
    frame.pointee.format = encoder.pointee.pix_fmt.rawValue
    try ClipOutput.check(av_frame_get_buffer(frame, 0), path, "no memory for a picture")
    return frame
  }

  /// Encodes a picture, or nil for what the encoder still holds, and writes what comes out.
  func encode(_ frame: UnsafeMutablePointer<AVFrame>?) throws(MediaError) {
    try ClipOutput.check(avcodec_send_frame(encoder, frame), path, "a picture can't be encoded")
    while true {
      let status = avcodec_receive_packet(encoder, packet)
      if status == CFFMPEG_ERROR_AGAIN || status == CFFMPEG_ERROR_EOF { return }
      try ClipOutput.check(status, path, "a picture can't be encoded")
      packet.pointee.duration = ticksPerPicture
      packet.pointee.stream_index = stream.pointee.index
      av_packet_rescale_ts(packet, encoder.pointee.time_base, stream.pointee.time_base)
      try ClipOutput.check(
        av_interleaved_write_frame(format, packet), path, "a packet can't be written")
    }
  }

  /// Writes what is still held and the file's index.
  func close() throws(MediaError) {
    try encode(nil)
    try ClipOutput.check(av_write_trailer(format), path, "the index can't be written")
    try ClipOutput.check(avio_closep(&format.pointee.pb), path, "can't be closed")
  }

  private static func configure(
    _ encoder: UnsafeMutablePointer<AVCodecContext>, _ width: Int32, _ height: Int32,
    _ options: ClipWriter.Options, _ timescale: Int32
  ) {
    let isHighDefinition = options.colourMatrix == .bt709
    encoder.pointee.width = width
    encoder.pointee.height = height
    encoder.pointee.pix_fmt = AV_PIX_FMT_YUV420P
    encoder.pointee.time_base = AVRational(num: 1, den: timescale)
    encoder.pointee.framerate = av_d2q(options.framesPerSecond, 100_000)
    encoder.pointee.gop_size = Int32(clamping: options.keyInterval)
    encoder.pointee.max_b_frames = Int32(clamping: options.maximumBFrames)
    encoder.pointee.thread_count = 1
    encoder.pointee.colorspace = isHighDefinition ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M
    encoder.pointee.color_primaries = isHighDefinition ? AVCOL_PRI_BT709 : AVCOL_PRI_SMPTE170M
    encoder.pointee.color_trc = isHighDefinition ? AVCOL_TRC_BT709 : AVCOL_TRC_SMPTE170M
    encoder.pointee.color_range = AVCOL_RANGE_MPEG
    encoder.pointee.flags |= AV_CODEC_FLAG_GLOBAL_HEADER
    av_opt_set_double(encoder.pointee.priv_data, "crf", options.constantRateFactor, 0)
    if !options.encoderParameters.isEmpty {
      av_opt_set(encoder.pointee.priv_data, "x264-params", options.encoderParameters, 0)
    }
  }

  private static func setRotation(
    _ stream: UnsafeMutablePointer<AVStream>, _ quarterTurns: Int
  ) -> Int32 {
    guard quarterTurns % 4 != 0 else { return 0 }
    let size = 9 * MemoryLayout<Int32>.size
    guard let data = av_stream_new_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, size) else {
      return CFFMPEG_ERROR_NO_MEMORY
    }
    data.withMemoryRebound(to: Int32.self, capacity: 9) {
      // Positive angles turn clockwise here, and counterclockwise in `av_display_rotation_get`.
      av_display_rotation_set($0, 90 * Double(quarterTurns % 4))
    }
    return 0
  }

  private static func check(
    _ status: Int32, _ path: String, _ what: String
  ) throws(MediaError) {
    guard status < 0 else { return }
    throw MediaError(.writingFailed, "\(path): \(what)", status: status)
  }
}
