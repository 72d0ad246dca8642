internal import CFFmpeg
internal import Contract

/// Interprets a video's pictures by the rules of a recipe, and records the facts. Each decoding has
/// one; not thread-safe.
final class PictureInterpreter {
  /// What the container says about its pictures.
  struct Container {
    var codec = AV_CODEC_ID_NONE
    var orientation: PictureOrientation?
    var shape: PixelShape?
    var colour = ColourDescription()
    var fieldOrder = AV_FIELD_UNKNOWN
  }

  /// More pixels than any displayed picture has.
  private static let maximumPixels = 1 << 27
  private static let maximumSide = 1 << 16

  let pixels: PixelInterpretation
  let container: Container
  private var isFirst = true

  /// What the pictures so far say, and how they were treated.
  private(set) var facts: StreamFacts

  init(pixels: PixelInterpretation, container: Container, facts: StreamFacts) {
    self.pixels = pixels
    self.container = container
    self.facts = facts
  }

  /// Returns where a picture's pixels are shown. Deinterlaces the picture in place if needed.
  func interpret(_ frame: UnsafeMutablePointer<AVFrame>) throws(MediaError) -> PicturePlacement {
    describe(frame)
    let isSingleField = try interpretFields(frame)
    let shape = shape(of: frame, isSingleField: isSingleField)
    return PicturePlacement(
      codedWidth: Int(frame.pointee.width), codedHeight: Int(frame.pointee.height), shape: shape,
      orientation: orientation(of: frame))
  }

  // MARK: Fields

  /// - Returns: whether the picture is a single field, of half a frame's height.
  private func interpretFields(
    _ frame: UnsafeMutablePointer<AVFrame>
  ) throws(MediaError) -> Bool {
    if frame.pointee.repeat_pict > 0 {
      remark("telecine: fields are shown repeatedly; the pictures are taken as they are")
    }
    guard pixels.fields != .woven, let isTopFirst = isTopFirst(frame) else { return false }
    // libavcodec gives the field pictures of H.265 as they are coded (Table D.2, pic_struct).
    if container.codec == AV_CODEC_ID_HEVC && cffmpeg_is_interlaced(frame) != 0 {
      treat("single fields, enlarged to frames")
      return true
    }
    switch try Deinterlacer.process(frame, isTopFirst: isTopFirst) {
    case .interpolated: treat("deinterlaced (\(pixels.fields.rawValue))")
    case .unchanged: break
    case .unsupported:
      remark(
        "interlaced pictures in \(FrameColour.name(of: frame.pointee.format)) are taken as they are"
      )
    }
    return false
  }

  /// Whether an interlaced picture's top field is shown first; nil for progressive pictures. The
  /// picture's own flag is used, or else the container's field order.
  private func isTopFirst(_ frame: UnsafeMutablePointer<AVFrame>) -> Bool? {
    if cffmpeg_is_interlaced(frame) != 0 { return cffmpeg_is_top_field_first(frame) != 0 }
    return switch container.fieldOrder {
    case AV_FIELD_TT, AV_FIELD_BT: true
    case AV_FIELD_BB, AV_FIELD_TB: false
    default: nil
    }
  }

  // MARK: Shape

  private func shape(
    of frame: UnsafeMutablePointer<AVFrame>, isSingleField: Bool
  ) -> PixelShape {
    let own = PixelShape(frame.pointee.sample_aspect_ratio)
    if let own, let claimed = container.shape, own.isPlausible, claimed.isPlausible,
      abs(own.ratio / claimed.ratio - 1) > 0.01
    {
      remark(
        "pixels of \(claimed.text) in the container, of \(own.text) in the pictures: the "
          + "container's shape counts")
    }
    for absurd in [container.shape, own].compactMap({ $0 }) where !absurd.isPlausible {
      remark("pixels of \(absurd.text) can't be: the shape is left aside")
    }
    let plausible = [container.shape, own].compactMap { $0 }.first { $0.isPlausible }
    if isFirst { facts.sampleAspectRatio = plausible?.text }
    defer { isFirst = false }
    guard pixels.shape != .square else { return .square }
    var shape = plausible ?? .square
    if isSingleField { shape = shape.ofSingleField }
    let (width, height) = (Int(frame.pointee.width), Int(frame.pointee.height))
    let size = shape.stretched(width: width, height: height)
    guard size != (width, height) else { return .square }
    guard size.width <= PictureInterpreter.maximumSide,
      size.height <= PictureInterpreter.maximumSide,
      size.width * size.height <= PictureInterpreter.maximumPixels
    else {
      remark("pixels of \(shape.text) would make the picture too large: the shape is left aside")
      return .square
    }
    treat("stretched from \(width)x\(height) to \(size.width)x\(size.height)")
    return shape
  }

  // MARK: Orientation

  private func orientation(of frame: UnsafeMutablePointer<AVFrame>) -> PictureOrientation {
    guard pixels.orientation != .streamTurns else {
      return PictureOrientation(quarterTurns: container.orientation?.quarterTurns ?? 0)
    }
    let orientation =
      container.orientation ?? PictureOrientation(frame) ?? PictureOrientation()
    facts.isMirrored = orientation.isMirrored
    if orientation.isMirrored { treat("mirrored") }
    if orientation.quarterTurns > 0 { treat("turned by \(orientation.quarterTurns * 90) degrees") }
    if !orientation.isExact {
      remark("the display matrix turns by no quarter: the nearest one is taken")
    }
    return orientation
  }

  // MARK: Facts

  /// Records colours and samples.
  private func describe(_ frame: UnsafeMutablePointer<AVFrame>) {
    let colour = FrameColour(frame.pointee, pixels, container.colour)
    let described = ColourDescription(frame.pointee, container: container.colour)
    if isFirst {
      let format = AVPixelFormat(rawValue: frame.pointee.format)
      facts.pixelFormat = FrameColour.name(of: format.rawValue)
      facts.transfer = described.transferName
      facts.primaries = described.primariesName
      facts.matrix = described.matrixName
      facts.range = colour.isFullRange ? "pc" : described.rangeName
      facts.fieldOrder =
        switch isTopFirst(frame) {
        case true?: "tff"
        case false?: "bff"
        case nil: "progressive"
        }
      remarkContradictions(frame.pointee)
    }
    if let mapping = colour.mapping {
      let name = described.transferName ?? "an unnamed transfer function"
      treat(
        mapping.transfer == .sdr
          ? "\(described.primariesName ?? "") converted to bt709"
          : "tone-mapped from \(name) (\(pixels.colour.rawValue))")
    }
    if colour.isComposited { treat("transparency laid on black") }
    remarkUnknown(described, isMapped: colour.mapping != nil)
  }

  private func remarkContradictions(_ frame: AVFrame) {
    let own = ColourDescription(frame, container: ColourDescription())
    let claimed = container.colour
    for (what, mine, theirs) in [
      ("transfer", own.transferName, claimed.transferName),
      ("primaries", own.primariesName, claimed.primariesName),
      ("matrix", own.matrixName, claimed.matrixName),
      ("range", own.rangeName, claimed.rangeName),
    ] {
      guard let mine, let theirs, mine != theirs else { continue }
      remark("\(what) \(theirs) in the container, \(mine) in the pictures: the pictures' counts")
    }
  }

  /// Adds remarks about descriptions that aren't applied.
  private func remarkUnknown(_ described: ColourDescription, isMapped: Bool) {
    guard pixels.colour != .asCoded else {
      if described.isHighDynamicRange {
        remark("\(described.transferName ?? "HDR") is taken as it is coded")
      }
      return
    }
    if isMapped && described.transfer == AVCOL_TRC_UNSPECIFIED {
      remark("the transfer function isn't given: it is taken for SDR's")
    }
    switch described.transfer {
    case AVCOL_TRC_LINEAR, AVCOL_TRC_LOG, AVCOL_TRC_LOG_SQRT, AVCOL_TRC_SMPTE428:
      remark("transfer \(described.transferName ?? "") is taken for SDR's")
    default: break
    }
    switch described.matrix {
    case AVCOL_SPC_YCGCO, AVCOL_SPC_ICTCP, AVCOL_SPC_SMPTE2085, AVCOL_SPC_CHROMA_DERIVED_NCL,
      AVCOL_SPC_CHROMA_DERIVED_CL:
      remark("matrix \(described.matrixName ?? "") isn't known: colours may be wrong")
    default: break
    }
  }

  private func treat(_ text: String) {
    if !facts.treatment.contains(text) { facts.treatment.append(text) }
  }

  private func remark(_ text: String) {
    if !facts.remarks.contains(text) { facts.remarks.append(text) }
  }
}
