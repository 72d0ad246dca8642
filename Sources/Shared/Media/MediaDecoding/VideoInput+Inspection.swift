internal import CFFmpeg

extension VideoInput {
  /// Reads picture traits of the stream's codec; nil if packets don't tell enough.
  var pictureInspector: PictureInspector? {
    let parameters = parameters.pointee
    let extradata = UnsafeBufferPointer(
      start: parameters.extradata, count: Int(max(parameters.extradata_size, 0)))
    // A configuration record (ISO/IEC 14496-15) begins with its version; Annex B with zeros.
    let hasRecord = (extradata.first ?? 0) != 0
    switch parameters.codec_id {
    case AV_CODEC_ID_H264:
      return .h264(lengthSize: hasRecord && extradata.count > 6 ? Int(extradata[4] & 3) + 1 : nil)
    case AV_CODEC_ID_HEVC:
      return .hevc(lengthSize: hasRecord && extradata.count > 22 ? Int(extradata[21] & 3) + 1 : nil)
    case AV_CODEC_ID_MPEG1VIDEO, AV_CODEC_ID_MPEG2VIDEO: return .mpegVideo
    case AV_CODEC_ID_MPEG4: return .mpeg4
    case AV_CODEC_ID_VP8: return .vp8
    case AV_CODEC_ID_VP9: return .vp9
    case AV_CODEC_ID_MJPEG, AV_CODEC_ID_PNG, AV_CODEC_ID_WEBP, AV_CODEC_ID_BMP, AV_CODEC_ID_TIFF,
      AV_CODEC_ID_PRORES, AV_CODEC_ID_DNXHD, AV_CODEC_ID_RAWVIDEO:
      return .intraOnly
    default: return nil
    }
  }
}

/// Distinguishes single fields of interlaced H.264 from whole pictures, by libavcodec's parser.
/// Such a field may come in a packet of its own, or be referred to when its partner isn't.
final class FieldDetector {
  private let parser: UnsafeMutablePointer<AVCodecParserContext>
  private let context: UnsafeMutablePointer<AVCodecContext>

  /// - Returns: nil for codecs without field pictures, or whose fields are recognised in another
  ///   way.
  init?(_ input: VideoInput) {
    guard input.parameters.pointee.codec_id == AV_CODEC_ID_H264,
      let parser = av_parser_init(Int32(AV_CODEC_ID_H264.rawValue))
    else { return nil }
    guard let context = avcodec_alloc_context3(nil) else {
      av_parser_close(parser)
      return nil
    }
    avcodec_parameters_to_context(context, input.parameters)
    parser.pointee.flags |= PARSER_FLAG_COMPLETE_FRAMES
    self.parser = parser
    self.context = context
  }

  deinit {
    av_parser_close(parser)
    var owned: UnsafeMutablePointer<AVCodecContext>? = context
    avcodec_free_context(&owned)
  }

  /// Whether the packet begins with a field.
  func isField(_ packet: UnsafeMutablePointer<AVPacket>) -> Bool {
    var data: UnsafeMutablePointer<UInt8>?
    var size: Int32 = 0
    av_parser_parse2(
      parser, context, &data, &size, packet.pointee.data, packet.pointee.size,
      packet.pointee.pts, packet.pointee.dts, packet.pointee.pos)
    let structure = parser.pointee.picture_structure
    return structure == AV_PICTURE_STRUCTURE_TOP_FIELD
      || structure == AV_PICTURE_STRUCTURE_BOTTOM_FIELD
  }
}
