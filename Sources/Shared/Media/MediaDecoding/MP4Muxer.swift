internal import CFFmpeg

/// Writes an MP4 file whose index comes before its pictures; the only owner of its context.
final class MP4Muxer {
  private let path: String
  private let subject: String
  private let format: UnsafeMutablePointer<AVFormatContext>

  /// - Parameters:
  ///   - path: the file; one that exists is overwritten by `begin`.
  ///   - subject: the subject of messages.
  init(path: String, subject: String) throws(MediaError) {
    var format: UnsafeMutablePointer<AVFormatContext>?
    try MediaError.check(
      avformat_alloc_output_context2(&format, nil, "mp4", "file:" + path),
      "\(subject): the MP4 muxer can't be started")
    guard let format else { throw MediaError(.writingFailed, "\(subject): no memory for a muxer") }
    format.pointee.flags |= AVFMT_FLAG_BITEXACT
    // libavformat still treats some codecs in MP4 as experimental.
    format.pointee.strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL
    self.path = path
    self.subject = subject
    self.format = format
  }

  deinit {
    avio_closep(&format.pointee.pb)
    avformat_free_context(format)
  }

  /// Adds a stream, before the file begins.
  func addStream() throws(MediaError) -> UnsafeMutablePointer<AVStream> {
    guard let stream = avformat_new_stream(format, nil) else {
      throw MediaError(.writingFailed, "\(subject): no memory for a muxer")
    }
    return stream
  }

  /// Whether streams of a codec may be added.
  func holds(_ codec: AVCodecID) -> Bool {
    avformat_query_codec(format.pointee.oformat, codec, FF_COMPLIANCE_EXPERIMENTAL) == 1
  }

  /// Creates the file and fixes the streams' time bases.
  ///
  /// - Parameter timescale: ticks per second of the times at which streams begin; nil for 1000.
  func begin(timescale: Int32? = nil) throws(MediaError) {
    try MediaError.check(
      avio_open(&format.pointee.pb, "file:" + path, AVIO_FLAG_WRITE), "\(subject): can't be created"
    )
    var options: OpaquePointer?
    defer { av_dict_free(&options) }
    av_dict_set(&options, "movflags", "+faststart", 0)
    if let timescale { av_dict_set_int(&options, "movie_timescale", Int64(timescale), 0) }
    try MediaError.check(
      avformat_write_header(format, &options), "\(subject): the header can't be written")
  }

  /// Writes a packet of a stream, in that stream's time base. Packets of several streams come in
  /// the order of their decoding times.
  func write(_ packet: UnsafeMutablePointer<AVPacket>) throws(MediaError) {
    try MediaError.check(
      writeStatus(packet), "\(subject): a packet can't be written")
  }

  /// Writes a packet as `write` does, and returns libavformat's status instead of throwing.
  func writeStatus(_ packet: UnsafeMutablePointer<AVPacket>) -> Int32 {
    av_write_frame(format, packet)
  }

  /// Writes the file's index and closes it.
  func close() throws(MediaError) {
    try MediaError.check(av_write_trailer(format), "\(subject): the index can't be written")
    try MediaError.check(avio_closep(&format.pointee.pb), "\(subject): can't be closed")
  }
}
