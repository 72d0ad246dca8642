internal import CFFmpeg
internal import Imaging

/// The MP4 muxer of a clip; the only owner of its context.
final class ClipOutput {
  private let path: String
  private let encoder: ClipEncoder
  private let format: UnsafeMutablePointer<AVFormatContext>
  private let stream: UnsafeMutablePointer<AVStream>
  private let ticksPerPicture: Int64

  /// Opens the encoder and writes the file's header.
  init(
    path: String, width: Int, height: Int, options: ClipWriter.Options, timescale: Int32
  ) throws(MediaError) {
    let encoder = try ClipEncoder(
      subject: path, width: width, height: height, options: options, timescale: timescale,
      hasGlobalHeader: true)
    var format: UnsafeMutablePointer<AVFormatContext>?
    do throws(MediaError) {
      try MediaError.check(
        avformat_alloc_output_context2(&format, nil, "mp4", "file:" + path),
        "\(path): the MP4 muxer can't be started")
      guard let format, let stream = avformat_new_stream(format, nil) else {
        throw MediaError(.writingFailed, "\(path): no memory for a muxer")
      }
      avcodec_parameters_from_context(stream.pointee.codecpar, encoder.context)
      stream.pointee.time_base = encoder.context.pointee.time_base
      if let signal = options.container.signal {
        let colour = ColourDescription(signal)
        stream.pointee.codecpar.pointee.color_trc = colour.transfer
        stream.pointee.codecpar.pointee.color_primaries = colour.primaries
        stream.pointee.codecpar.pointee.color_space = colour.matrix
      }
      if let (width, height) = options.container.pixelShape {
        let shape = AVRational(num: width, den: height)
        stream.pointee.sample_aspect_ratio = shape
        stream.pointee.codecpar.pointee.sample_aspect_ratio = shape
      }
      try MediaError.check(
        ClipOutput.setOrientation(stream, options),
        "\(path): no memory for the rotation")
      format.pointee.flags |= AVFMT_FLAG_BITEXACT
      try MediaError.check(
        avio_open(&format.pointee.pb, "file:" + path, AVIO_FLAG_WRITE),
        "\(path): can't be created")
      var muxerOptions: OpaquePointer?
      defer { av_dict_free(&muxerOptions) }
      av_dict_set(&muxerOptions, "movflags", "+faststart", 0)
      try MediaError.check(
        avformat_write_header(format, &muxerOptions), "\(path): the header can't be written")
      self.path = path
      self.encoder = encoder
      self.format = format
      self.stream = stream
      ticksPerPicture = Int64((Double(timescale) / options.framesPerSecond).rounded())
    } catch {
      if let format { avio_closep(&format.pointee.pb) }
      avformat_free_context(format)
      throw error
    }
  }

  deinit {
    avio_closep(&format.pointee.pb)
    avformat_free_context(format)
  }

  /// Encodes a picture and writes what comes out.
  func append(_ picture: PixelBuffer, tick: Int64) throws(MediaError) {
    try encoder.encode(picture, tick: tick) { (packet) throws(MediaError) in try write(packet) }
  }

  /// Writes what is still held and the file's index.
  func close() throws(MediaError) {
    try encoder.drain { (packet) throws(MediaError) in try write(packet) }
    try MediaError.check(av_write_trailer(format), "\(path): the index can't be written")
    try MediaError.check(avio_closep(&format.pointee.pb), "\(path): can't be closed")
  }

  private func write(_ packet: UnsafeMutablePointer<AVPacket>) throws(MediaError) {
    packet.pointee.duration = ticksPerPicture
    packet.pointee.stream_index = stream.pointee.index
    av_packet_rescale_ts(packet, encoder.context.pointee.time_base, stream.pointee.time_base)
    try MediaError.check(
      av_interleaved_write_frame(format, packet), "\(path): a packet can't be written")
  }

  private static func setOrientation(
    _ stream: UnsafeMutablePointer<AVStream>, _ options: ClipWriter.Options
  ) -> Int32 {
    let claimed = options.container.displayMatrix
    guard options.quarterTurns % 4 != 0 || claimed?.count == 9 else { return 0 }
    let size = 9 * MemoryLayout<Int32>.size
    guard let data = av_stream_new_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, size) else {
      return CFFMPEG_ERROR_NO_MEMORY
    }
    data.withMemoryRebound(to: Int32.self, capacity: 9) {
      // Positive angles turn clockwise here, and counterclockwise in `av_display_rotation_get`.
      av_display_rotation_set($0, 90 * Double(options.quarterTurns % 4))
      if let claimed, claimed.count == 9 { $0.update(from: claimed, count: 9) }
    }
    return 0
  }
}
