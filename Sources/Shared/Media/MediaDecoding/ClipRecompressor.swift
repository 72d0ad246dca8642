internal import CFFmpeg
package import Imaging

/// Encodes pictures as an H.264 stream and decodes them again, in memory, with the effect of a
/// platform's video compression. It uses one thread; the same pictures give the same bytes.
package enum ClipRecompressor {
  private static let timescale: Int32 = 90_000

  /// Whether this FFmpeg has libx264 and a decoder for H.264, which are needed.
  package static var isAvailable: Bool {
    ClipEncoder.isAvailable && avcodec_find_decoder(AV_CODEC_ID_H264) != nil
  }

  /// The pictures of a clip after compression, in the same order and of the same size. At an odd
  /// width or height the last column or row is encoded twice, because 4:2:0 needs even ones.
  ///
  /// - Parameters:
  ///   - pictures: all of one size, in order of presentation.
  ///   - options: rotation doesn't matter here.
  ///   - isCancelled: called between pictures; true ends with `MediaError.Code.cancelled`.
  /// - Throws: `MediaError.Code.unsupportedCodec` if `isAvailable` is false.
  package static func recompress(
    _ pictures: [PixelBuffer], options: ClipWriter.Options, isCancelled: () -> Bool = { false }
  ) throws(MediaError) -> [PixelBuffer] {
    try recompress(pictures, from: 0, options: options, isCancelled: isCancelled)
  }

  /// The last picture of a short clip after compression. In a clip of one picture it is a key
  /// frame; in one of two it is predicted from the other. About as much is lost as at the same
  /// factor in a long clip with x264's defaults (docs/training.md).
  ///
  /// - Parameters:
  ///   - pictures: at least one, all of one size.
  ///   - constantRateFactor: x264's quality, 0...51.
  /// - Throws: `MediaError.Code.unsupportedCodec` if `isAvailable` is false.
  package static func lastPicture(
    of pictures: [PixelBuffer], constantRateFactor: Double
  ) throws(MediaError) -> PixelBuffer {
    var options = ClipWriter.Options()
    options.constantRateFactor = constantRateFactor
    options.preset = .veryfast
    options.maximumBFrames = 0
    // The macroblock tree saves bits in blocks that later pictures don't refer to, and there are no
    // later pictures.
    options.encoderParameters = "mbtree=0:rc-lookahead=0"
    let last = try recompress(pictures, from: pictures.count - 1, options: options).first
    guard let last else { throw MediaError(.noFrames, "there is no picture to compress") }
    return last
  }

  /// - Parameter start: pictures before it are compressed, but not returned.
  private static func recompress(
    _ pictures: [PixelBuffer], from start: Int, options: ClipWriter.Options,
    isCancelled: () -> Bool = { false }
  ) throws(MediaError) -> [PixelBuffer] {
    guard let first = pictures.first else { return [] }
    let (width, height) = (first.width, first.height)
    guard width <= 16_384, height <= 16_384 else {
      throw MediaError(
        .tooLarge, "clip of \(width)x\(height) pixels: expected at most 16384 each")
    }
    guard (1...1000).contains(options.framesPerSecond) else {
      throw MediaError(
        .writingFailed,
        "clip with \(options.framesPerSecond) pictures per second: expected 1...1000")
    }
    let ticks = Int64((Double(timescale) / options.framesPerSecond).rounded())
    let encoder = try ClipEncoder(
      subject: "clip of \(width)x\(height) pixels", width: width + width % 2,
      height: height + height % 2, options: options, timescale: timescale, hasGlobalHeader: false)
    let decoder = try FrameDecoder(codec: AV_CODEC_ID_H264)
    let conversion = FrameConverter()
    var result: [PixelBuffer?] = Array(repeating: nil, count: pictures.count)
    func take(_ frame: UnsafeMutablePointer<AVFrame>) throws(MediaError) {
      defer { FrameDecoder.release(frame) }
      let tick = frame.pointee.pts
      guard tick >= Int64(start) * ticks, tick < Int64(result.count) * ticks else { return }
      result[Int(tick / ticks)] = try conversion.region(
        frame, x: 0, y: 0, width: width, height: height)
    }
    func decode(_ packet: UnsafeMutablePointer<AVPacket>) throws(MediaError) {
      try decoder.decode(packet, mayDrop: false, take)
    }
    for (number, picture) in pictures.enumerated() {
      if isCancelled() { throw MediaError(.cancelled, "stopped while compressing") }
      guard picture.width == width, picture.height == height else {
        throw MediaError(
          .writingFailed,
          "picture \(number) of a clip: expected \(width)x\(height) pixels, got "
            + "\(picture.width)x\(picture.height)")
      }
      try encoder.encode(picture.evenSized, tick: Int64(number) * ticks, decode)
    }
    try encoder.drain(decode)
    try decoder.drain(take)
    let whole = result.compactMap { $0 }
    guard whole.count == pictures.count - start else {
      throw MediaError(
        .noFrames,
        "\(whole.count) of \(pictures.count - start) pictures came back from compression")
    }
    return whole
  }
}
