internal import CFFmpeg
internal import Contract

/// The colour description of a container or a picture, in libavutil's numbers.
struct ColourDescription: Equatable {
  var transfer = AVCOL_TRC_UNSPECIFIED
  var primaries = AVCOL_PRI_UNSPECIFIED
  var matrix = AVCOL_SPC_UNSPECIFIED
  var range = AVCOL_RANGE_UNSPECIFIED

  /// A description that specifies nothing.
  init() {}

  /// The description of a clip; a name that FFmpeg doesn't know specifies nothing.
  init(_ signal: ClipSignal) {
    func known(_ value: Int32) -> UInt32 { value < 0 ? 2 : UInt32(value) }
    transfer = AVColorTransferCharacteristic(
      rawValue: known(av_color_transfer_from_name(signal.transfer)))
    primaries = AVColorPrimaries(rawValue: known(av_color_primaries_from_name(signal.primaries)))
    matrix = AVColorSpace(rawValue: known(av_color_space_from_name(signal.matrix)))
  }

  /// The description in a container.
  init(_ parameters: AVCodecParameters) {
    transfer = parameters.color_trc
    primaries = parameters.color_primaries
    matrix = parameters.color_space
    range = parameters.color_range
  }

  /// The description in a picture, completed by that in its container.
  init(_ frame: AVFrame, container: ColourDescription) {
    transfer =
      ColourDescription.isSaid(frame.color_trc.rawValue, AVCOL_TRC_UNSPECIFIED.rawValue)
      ? frame.color_trc : container.transfer
    primaries =
      ColourDescription.isSaid(frame.color_primaries.rawValue, AVCOL_PRI_UNSPECIFIED.rawValue)
      ? frame.color_primaries : container.primaries
    matrix = frame.colorspace == AVCOL_SPC_UNSPECIFIED ? container.matrix : frame.colorspace
    range = frame.color_range == AVCOL_RANGE_UNSPECIFIED ? container.range : frame.color_range
  }

  /// Whether a value is specified. 0 is reserved, and some programs write it for an unknown value.
  private static func isSaid(_ value: UInt32, _ unspecified: UInt32) -> Bool {
    value != unspecified && value != 0
  }

  /// Whether the transfer function is one of HDR's.
  var isHighDynamicRange: Bool {
    transfer == AVCOL_TRC_ARIB_STD_B67 || transfer == AVCOL_TRC_SMPTE2084
  }

  /// FFmpeg's name; nil if unspecified.
  var transferName: String? {
    transfer == AVCOL_TRC_UNSPECIFIED
      ? nil : av_color_transfer_name(transfer).map { String(cString: $0) }
  }

  var primariesName: String? {
    primaries == AVCOL_PRI_UNSPECIFIED
      ? nil : av_color_primaries_name(primaries).map { String(cString: $0) }
  }

  var matrixName: String? {
    matrix == AVCOL_SPC_UNSPECIFIED
      ? nil : av_color_space_name(matrix).map { String(cString: $0) }
  }

  var rangeName: String? {
    range == AVCOL_RANGE_UNSPECIFIED
      ? nil : av_color_range_name(range).map { String(cString: $0) }
  }
}

/// The colour encoding of a picture, with players' assumptions about what the stream doesn't
/// specify.
struct FrameColour {
  /// libavutil's pixel format, without the deprecated full-range variants.
  let format: Int32
  /// libswscale's number of the YUV matrix.
  let matrix: Int32
  /// Whether luma uses 0...255 instead of 16...235.
  let isFullRange: Bool
  /// How the colours become BT.709's; nil if they are taken as they are.
  let mapping: ColourMapping?
  /// Whether the picture has transparency and is composited over black.
  let isComposited: Bool
  /// Whether the samples are red, green and blue.
  let isRGB: Bool

  private static let fullRangeVariants: [(AVPixelFormat, AVPixelFormat)] = [
    (AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUV420P), (AV_PIX_FMT_YUVJ422P, AV_PIX_FMT_YUV422P),
    (AV_PIX_FMT_YUVJ444P, AV_PIX_FMT_YUV444P), (AV_PIX_FMT_YUVJ440P, AV_PIX_FMT_YUV440P),
    (AV_PIX_FMT_YUVJ411P, AV_PIX_FMT_YUV411P),
  ]

  init(
    _ frame: AVFrame, _ pixels: PixelInterpretation, _ container: ColourDescription
  ) {
    // With `asCoded` the container's description is ignored, too.
    let described = ColourDescription(
      frame, container: pixels.colour == .asCoded ? ColourDescription() : container)
    var isFullRange = described.range == AVCOL_RANGE_JPEG
    var format = AVPixelFormat(rawValue: frame.format)
    if let (_, plain) = FrameColour.fullRangeVariants.first(where: { $0.0 == format }) {
      format = plain
      isFullRange = true
    }
    self.format = format.rawValue
    self.isFullRange = isFullRange
    mapping = pixels.colour == .asCoded ? nil : ColourMapping(described)
    isComposited = pixels.transparency == .onBlack && FrameColour.hasAlpha(format)
    let flags = av_pix_fmt_desc_get(format)?.pointee.flags ?? 0
    isRGB = flags & (UInt64(AV_PIX_FMT_FLAG_RGB) | UInt64(AV_PIX_FMT_FLAG_PAL)) != 0
    matrix =
      switch described.matrix {
      case AVCOL_SPC_BT709: SWS_CS_ITU709
      case AVCOL_SPC_FCC: SWS_CS_FCC
      case AVCOL_SPC_SMPTE240M: SWS_CS_SMPTE240M
      case AVCOL_SPC_BT2020_NCL, AVCOL_SPC_BT2020_CL: SWS_CS_BT2020
      case AVCOL_SPC_BT470BG, AVCOL_SPC_SMPTE170M: SWS_CS_ITU601
      // BT.2020's primaries come with its matrix.
      case AVCOL_SPC_UNSPECIFIED where mapping?.gamut == .bt2020: SWS_CS_BT2020
      // Players take high-definition pictures for BT.709 and smaller ones for BT.601.
      default: frame.width >= 1280 || frame.height > 576 ? SWS_CS_ITU709 : SWS_CS_ITU601
      }
  }

  /// Whether pictures of a format may have transparency; a palette may have transparent entries, in
  /// GIF and PNG.
  private static func hasAlpha(_ format: AVPixelFormat) -> Bool {
    guard let descriptor = av_pix_fmt_desc_get(format) else { return false }
    return format == AV_PIX_FMT_PAL8
      || descriptor.pointee.flags & UInt64(AV_PIX_FMT_FLAG_ALPHA) != 0
  }

  static func name(of format: Int32) -> String {
    av_get_pix_fmt_name(AVPixelFormat(rawValue: format)).map { String(cString: $0) } ?? "unknown"
  }
}
