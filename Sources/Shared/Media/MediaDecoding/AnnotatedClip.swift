package import Contract
internal import Files
internal import Glibc
package import Imaging

/// Rewrites a whole video with changed pictures, as an H.264 MP4 file (8-bit 4:2:0, BT.709, limited
/// range) with the sound of the original.
package enum AnnotatedClip {
  /// How the pictures are encoded.
  package struct Options: Sendable, Equatable {
    /// x264's quality: 0 (lossless) to 51; lower is better and larger.
    package var constantRateFactor = 20.0
    /// x264's preset, which trades time for size.
    package var preset = ClipWriter.Options.Preset.veryfast
    /// Number of the encoder's threads; 0 for a number that fits the cores. The file's bytes depend
    /// on it.
    package var encoderThreads = 0
    /// Frame rate that the numbers of a folder's pictures count; nil if unknown: then 25 pictures
    /// are shown per second, and `draw` gets no times. Unused for a file.
    package var framesPerSecond: Double?

    package init() {}
  }

  /// What was written.
  package struct Summary: Sendable, Equatable {
    /// Pictures that were drawn on and written.
    package var writtenFrames = 0
    /// Pictures that the input presents.
    package var frameCount = 0
    /// Width of the written pictures in pixels: even.
    package var widthPixels = 0
    /// Height of the written pictures in pixels: even.
    package var heightPixels = 0
    /// Streams of sound that were copied.
    package var soundStreams = 0
    /// Damaged packets and pictures, by demuxer or decoder.
    package var damagedPackets = 0
    /// Time from which the input is damaged, in seconds after its first picture: that of the first
    /// picture that can't be decoded, or the end of a truncated file; nil if neither is known.
    package var damagedFromSeconds: Double?
    /// A sentence for each way in which the output differs from the input.
    package var notes: [String] = []
  }

  /// Whether this FFmpeg has libx264, which is needed.
  package static var isAvailable: Bool { ClipEncoder.isAvailable }

  /// Decodes all pictures of a video, lets `draw` change them, and writes them to another file.
  ///
  /// Pictures have the same indices, times and pixels as those of a `FrameSource`: upright, of
  /// square pixels, progressive, tone-mapped, as `pixels` says. They are written with the input's
  /// presentation times, counted from its earliest picture or sound. One picture is in memory at a
  /// time, besides those that the codecs hold. At an odd width or height the last column or row is
  /// written twice. Pictures of another size than the first one are scaled into its size after
  /// drawing.
  ///
  /// Sound of a codec that MP4 holds is copied without decoding; other sound is left out, with a
  /// note. Pictures that can't be decoded are left out: the one before is shown longer.
  ///
  /// The file appears under its name when it is complete, and replaces an existing one; after an
  /// error or cancellation nothing has changed.
  ///
  /// - Parameters:
  ///   - input: path of a video file, or of a folder of numbered pictures.
  ///   - output: path of the file; its folder must exist.
  ///   - pixels: how pictures are interpreted.
  ///   - isCancelled: called between packets; true ends with `MediaError.Code.cancelled`.
  ///   - progress: called after each picture with the number of written ones and of all.
  ///   - draw: changes a picture; gets its index and its time in seconds after the first picture.
  ///     Its error ends the work and is thrown.
  /// - Throws: `MediaError`; `writingFailed` for a still picture and if the output is the input,
  ///   `unsupportedCodec` if `isAvailable` is false.
  package static func write(
    from input: String, to output: String, pixels: PixelInterpretation,
    options: Options = Options(), isCancelled: () -> Bool = { false },
    progress: (_ written: Int, _ count: Int) -> Void = { _, _ in },
    draw: (_ picture: inout PixelBuffer, _ frameIndex: Int, _ timestampSeconds: Double?) throws ->
      Void
  ) throws -> Summary {
    try checkPaths(input, output)
    let source = try openFrames(
      path: input, pixels: pixels, framesPerSecond: options.framesPerSecond,
      isCancelled: isCancelled)
    guard !source.information.isStill else {
      throw MediaError(
        .writingFailed,
        "\(input): a still picture: expected a video; write the changed picture as a picture")
    }
    let presentation = try presentation(of: source)
    var summary = Summary()
    summary.frameCount = source.information.frameCount
    do {
      try AtomicFile.replace(output) { temporary in
        var written: AnnotatedOutput?
        var isOfOneSize = true
        let report = try source.decodeAllFrames(isCancelled: isCancelled) { frame in
          var picture = try frame.picture()
          try draw(&picture, frame.index, frame.timestampSeconds)
          let target =
            try written
            ?? AnnotatedOutput(
              path: temporary, subject: output, sizedAs: picture, presentation: presentation,
              options: encoding(options, source), sound: source is VideoReader ? input : nil)
          written = target
          try target.append(picture, index: frame.index)
          isOfOneSize =
            isOfOneSize && (picture.width + 1) / 2 * 2 == target.width
            && (picture.height + 1) / 2 * 2 == target.height
          summary.writtenFrames += 1
          progress(summary.writtenFrames, summary.frameCount)
        }
        try written?.close(isCancelled)
        if isCancelled() { throw MediaError(.cancelled, "stopped while writing") }
        if let written {
          summary.note(report, source, written)
          summary.note(written, isOfOneSize: isOfOneSize)
        }
      }
    } catch let error as FileError {
      throw MediaError(.writingFailed, error.description)
    }
    return summary
  }

  private static func encoding(
    _ options: Options, _ source: any FrameSource
  ) -> ClipWriter.Options {
    var result = ClipWriter.Options()
    result.constantRateFactor = options.constantRateFactor
    result.preset = options.preset
    result.threads = options.encoderThreads
    let rate = source.information.stream.framesPerSecond ?? options.framesPerSecond
    result.framesPerSecond = min(max(rate ?? assumedFramesPerSecond, 1), 1000)
    // Without B-frames decoding times are presentation times, however long a picture is shown.
    result.maximumBFrames = 0
    // Two seconds, so that seeking in the file is fast.
    result.keyInterval = max(Int(2 * result.framesPerSecond), 12)
    return result
  }

  private static let assumedFramesPerSecond = 25.0

  private static func presentation(of source: any FrameSource) throws(MediaError) -> Presentation {
    if let reader = source as? VideoReader { return try reader.presentation() }
    if let folder = source as? FrameFolder {
      return try folder.presentation(assumedFramesPerSecond: assumedFramesPerSecond)
    }
    let seconds = (0..<source.information.frameCount).map { Double($0) / assumedFramesPerSecond }
    return try Presentation(seconds: seconds, lastSeconds: 1 / assumedFramesPerSecond)
  }

  /// Refuses what would destroy the input, before anything is read.
  private static func checkPaths(_ input: String, _ output: String) throws(MediaError) {
    guard isAvailable else {
      throw MediaError(.unsupportedCodec, "\(output): this libavcodec has no libx264 encoder")
    }
    var (one, other) = (stat(), stat())
    guard stat(input, &one) == 0, stat(output, &other) == 0 else { return }
    guard one.st_dev != other.st_dev || one.st_ino != other.st_ino else {
      throw MediaError(
        .writingFailed, "\(output): is the input; choose another name for the output")
    }
  }
}

extension AnnotatedClip.Summary {
  fileprivate mutating func note(
    _ report: VideoReader.Report, _ source: any FrameSource, _ output: AnnotatedOutput
  ) {
    damagedPackets = report.damagedPackets
    damagedFromSeconds = report.firstLossSeconds
    // The length that a container claims includes its sound.
    if let claimed = source.claimedDurationSeconds, let end = source.information.durationSeconds,
      claimed - output.endSeconds > max(0.2, claimed * 0.05)
    {
      damagedFromSeconds = min(damagedFromSeconds ?? end, end)
      notes.append("the file ends after \(end) of the \(claimed) seconds that it claims")
    }
    let lost = frameCount - writtenFrames
    if lost > 0 { notes.append("\(lost) of \(frameCount) pictures can't be decoded") }
    if source is FrameFolder, source.information.durationSeconds == nil {
      notes.append("numbered pictures without a frame rate: 25 are shown per second")
    }
  }

  fileprivate mutating func note(_ output: AnnotatedOutput, isOfOneSize: Bool) {
    widthPixels = output.width
    heightPixels = output.height
    if !isOfOneSize { notes.append("pictures of another size than the first one are scaled") }
    if output.isWithoutSound {
      notes.append("the sound is left out: an MP4 file can't hold it")
    }
    guard let sound = output.sound else { return }
    soundStreams = sound.streamCount
    notes += sound.leftOut
    if sound.damagedPackets > 0 {
      notes.append("\(sound.damagedPackets) packets of sound are damaged and left out")
    }
  }
}
