internal import CFFmpeg

#if canImport(Glibc)
  internal import Glibc
#endif

/// An opened file and its video stream; the only owner of the `AVFormatContext`.
final class VideoInput {
  /// Containers that are read. Playlists and other formats that open further files are not among
  /// them, as videos may come from untrusted sources.
  private static let containers =
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpeg,mpegts,mpegvideo,flv,asf,ogg,m4v,h264,hevc,"
    + "ivf,nut,mxf,png_pipe,jpeg_pipe,bmp_pipe,tiff_pipe,webp_pipe,gif,apng"

  let path: String
  private var context: UnsafeMutablePointer<AVFormatContext>
  let stream: UnsafeMutablePointer<AVStream>

  /// Colours that the container's header gives the stream.
  let colour: ColourDescription

  /// Shape of the pixels that the container's header gives the stream; nil if it gives none.
  let shape: PixelShape?

  var parameters: UnsafeMutablePointer<AVCodecParameters> { stream.pointee.codecpar }
  var secondsPerTick: Double { av_q2d(stream.pointee.time_base) }

  /// Opens a file and finds its video stream.
  init(path: String) throws(MediaError) {
    self.path = path
    let opened = try VideoInput.opened(path)
    var ownedContext: UnsafeMutablePointer<AVFormatContext>? = opened
    // Probing replaces what the header says by what the first pictures say.
    let claims = (0..<Int(opened.pointee.nb_streams)).map { number in
      let stream = opened.pointee.streams[number]
      return (
        colour: stream.map { ColourDescription($0.pointee.codecpar.pointee) },
        shape: stream.flatMap { PixelShape($0.pointee.sample_aspect_ratio) }
      )
    }
    let infoStatus = avformat_find_stream_info(opened, nil)
    guard infoStatus >= 0 else {
      avformat_close_input(&ownedContext)
      throw MediaError(.notAVideo, "the streams can't be read", status: infoStatus)
    }
    let index = av_find_best_stream(opened, AVMEDIA_TYPE_VIDEO, -1, -1, nil, 0)
    guard index >= 0, let stream = opened.pointee.streams[Int(index)],
      stream.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC == 0
    else {
      let count = opened.pointee.nb_streams
      avformat_close_input(&ownedContext)
      throw MediaError(
        .noVideoStream, "no video stream among the file's \(count) streams (audio only?)")
    }
    for other in 0..<Int(opened.pointee.nb_streams) where other != Int(index) {
      opened.pointee.streams[other]?.pointee.discard = AVDISCARD_ALL
    }
    self.stream = stream
    let claim = claims.indices.contains(Int(index)) ? claims[Int(index)] : nil
    colour = claim?.colour ?? ColourDescription()
    shape = claim?.shape
    context = opened
  }

  deinit {
    var owned: UnsafeMutablePointer<AVFormatContext>? = context
    avformat_close_input(&owned)
  }

  /// Opens a file of a known format, without probing its streams. The corresponding C function is
  /// `avformat_open_input`.
  static func opened(_ path: String) throws(MediaError) -> UnsafeMutablePointer<AVFormatContext> {
    let head = try VideoInput.head(ofReadable: path)
    av_log_set_level(AV_LOG_QUIET)

    var options: OpaquePointer?
    defer { av_dict_free(&options) }
    av_dict_set(&options, "format_whitelist", VideoInput.containers, 0)
    av_dict_set(&options, "protocol_whitelist", "file", 0)
    var opened: UnsafeMutablePointer<AVFormatContext>?
    // Probing takes a file named .jpg for one of the numbered files that FFmpeg's tools read.
    let format = head.starts(with: [0xFF, 0xD8, 0xFF]) ? av_find_input_format("jpeg_pipe") : nil
    // The prefix keeps a name such as "concat:a|b" from being taken for a protocol.
    let status = avformat_open_input(&opened, "file:" + path, format, &options)
    guard status == 0, let opened else {
      throw MediaError(
        .notAVideo,
        "not a video file of a known format, or cut off before its index, or a playlist",
        status: status)
    }
    return opened
  }

  /// Whether the file is a still picture, e.g. JPEG.
  var isPictureFile: Bool { formatName.hasSuffix("_pipe") }

  /// Whether the file is of a format of animated pictures, which may hold a single one.
  var isAnimationFile: Bool { formatName == "gif" || formatName == "apng" }

  private var formatName: String {
    context.pointee.iformat.pointee.name.map { String(cString: $0) } ?? ""
  }

  /// Reads the stream's next packet.
  ///
  /// - Returns: false at the end of what can be read.
  func read(into packet: UnsafeMutablePointer<AVPacket>) -> Bool {
    while av_read_frame(context, packet) >= 0 {
      if packet.pointee.stream_index == stream.pointee.index { return true }
      av_packet_unref(packet)
    }
    return false
  }

  /// The orientation that the container's display matrix gives the pictures; nil if it has none.
  var orientation: PictureOrientation? {
    guard let data = av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, nil) else {
      return nil
    }
    return PictureOrientation(matrix: PictureOrientation.numbers(UnsafeRawPointer(data)))
  }

  /// What the container says about its pictures.
  var container: PictureInterpreter.Container {
    PictureInterpreter.Container(
      codec: parameters.pointee.codec_id, orientation: orientation, shape: shape, colour: colour,
      fieldOrder: parameters.pointee.field_order)
  }

  /// Time in seconds at which the file's earliest stream begins; nil if unknown.
  var startSeconds: Double? {
    let start = context.pointee.start_time
    return start == CFFMPEG_NO_TIMESTAMP ? nil : Double(start) / Double(AV_TIME_BASE)
  }

  /// Duration in seconds that the header claims; nil if it claims none.
  var claimedDurationSeconds: Double? {
    if stream.pointee.duration > 0 { return Double(stream.pointee.duration) * secondsPerTick }
    guard context.pointee.duration > 0 else { return nil }
    return Double(context.pointee.duration) / Double(AV_TIME_BASE)
  }

  /// Checks for simple failures that libavformat reports all alike.
  ///
  /// - Returns: the first bytes of the file, as many as a WebP file's flags need.
  private static func head(ofReadable path: String) throws(MediaError) -> [UInt8] {
    var status = stat()
    // Opening a FIFO or a device may have effects.
    guard stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG else {
      throw MediaError(.unreadable, "not a regular file")
    }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      let reason = errno
      throw MediaError(
        reason == ENOENT || reason == ENOTDIR ? .missing : .unreadable,
        "the file can't be opened: \(String(cString: strerror(reason)))")
    }
    defer { close(descriptor) }
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw MediaError(.unreadable, "not a regular file")
    }
    guard status.st_size > 0 else { throw MediaError(.empty, "the file is empty (0 bytes)") }
    var head = [UInt8](repeating: 0, count: 21)
    let count = pread(descriptor, &head, head.count, 0)
    head.removeLast(head.count - max(0, count))
    guard !isAnimatedWebP(head) else {
      throw MediaError(
        .unsupportedCodec,
        "an animated WebP file: libavcodec decodes still ones only; a GIF or a video of the same "
          + "pictures is read")
    }
    return head
  }

  /// Whether a file is an animation by its extended header (WebP container specification, "VP8X").
  private static func isAnimatedWebP(_ head: [UInt8]) -> Bool {
    guard head.count == 21 else { return false }
    func text(_ range: Range<Int>) -> String { String(decoding: head[range], as: UTF8.self) }
    return text(0..<4) == "RIFF" && text(8..<16) == "WEBPVP8X" && head[20] & 0x02 != 0
  }
}
