package import Contract
internal import Files

/// A folder of numbered pictures as one video. The pictures are its frames in the order of their
/// numbers; only the chosen ones are opened. They may differ in size.
package final class FrameFolder: FrameSource {
  /// What is known about the video; size, codec and the pictures' facts are known once one is
  /// delivered.
  package private(set) var information: VideoInformation

  /// Nil, as there is no header.
  package var claimedDurationSeconds: Double? { nil }

  private let path: String
  private let frames: [NumberedPictures.Picture]
  private let pixels: PixelInterpretation
  private let framesPerSecond: Double?
  private var sizes: Set<[Int]> = []

  /// Lists a folder.
  ///
  /// - Parameters:
  ///   - path: path of a folder with pictures whose names differ in a number only.
  ///   - pixels: how pictures are interpreted.
  ///   - framesPerSecond: frame rate that the numbers count; nil if unknown.
  package init(
    path: String, pixels: PixelInterpretation = PixelInterpretation(),
    framesPerSecond: Double? = nil
  ) throws(MediaError) {
    let series: NumberedPictures?
    do {
      series = try NumberedPictures(folder: path)
    } catch {
      throw MediaError(.unreadable, error.message + (error.cause.map { ": \($0)" } ?? ""))
    }
    guard let frames = series?.pictures, let first = frames.first, let last = frames.last else {
      throw MediaError(
        .notAVideo,
        "a folder, and not one of frames: expected pictures whose names differ in a number only, "
          + "such as 000.png and 001.png")
    }
    self.path = path
    self.frames = frames
    self.pixels = pixels
    self.framesPerSecond = framesPerSecond
    information = VideoInformation(
      widthPixels: 0, heightPixels: 0, quarterTurns: 0, codec: "unknown",
      frameCount: frames.count,
      durationSeconds: framesPerSecond.map { Double(last.number - first.number + 1) / $0 })
  }

  /// Decodes `count` frames, evenly spaced by their indices, and passes them to `body`.
  ///
  /// A picture that can't be read is counted as damaged and skipped; if none is left, the error is
  /// `MediaError.Code.noFrames`.
  package func decodeFrames(
    count: Int, isCancelled: () -> Bool = { false }, _ body: (VideoFrame) throws -> Void
  ) throws -> VideoReader.Report {
    precondition(count > 0, "at least one picture is asked for")
    let chosen = EvenSampling.positions(
      count: count, times: frames.indices.map { Int64($0) }, end: Int64(frames.count))
    return try decode(chosen, isCancelled, body)
  }

  /// Decodes every frame and passes all to `body`; otherwise as `decodeFrames`.
  package func decodeAllFrames(
    isCancelled: () -> Bool = { false }, _ body: (VideoFrame) throws -> Void
  ) throws -> VideoReader.Report {
    try decode(Array(frames.indices), isCancelled, body)
  }

  /// The presentation times of the frames; without a rate they are evenly spaced by index, at
  /// `assumedFramesPerSecond`.
  func presentation(assumedFramesPerSecond: Double) throws(MediaError) -> Presentation {
    let rate = framesPerSecond ?? assumedFramesPerSecond
    let seconds = frames.indices.map { position in
      Double(framesPerSecond == nil ? position : frames[position].number - frames[0].number) / rate
    }
    return try Presentation(seconds: seconds, lastSeconds: 1 / rate)
  }

  /// Decodes the frames at these indices.
  private func decode(
    _ chosen: [Int], _ isCancelled: () -> Bool, _ body: (VideoFrame) throws -> Void
  ) throws -> VideoReader.Report {
    var report = VideoReader.Report()
    report.chosenFrames = chosen.count
    for position in chosen {
      if isCancelled() { throw MediaError(.cancelled, "stopped while decoding") }
      var failure: (any Error)?
      do {
        report += try decode(position, isCancelled) { frame in
          do { try body(frame) } catch {
            failure = error
            throw error
          }
        }
      } catch {
        if let failure { throw failure }
        guard let problem = error as? MediaError, problem.code != .cancelled else { throw error }
        report.damagedPackets += 1
        report.firstDamage = report.firstDamage ?? "\(frames[position].name): \(problem.message)"
        report.firstLossSeconds = report.firstLossSeconds ?? seconds(at: position)
      }
    }
    guard report.deliveredFrames > 0 else {
      throw MediaError(
        .noFrames,
        "none of \(chosen.count) chosen pictures could be decoded (\(report.firstDamage ?? ""))")
    }
    return report
  }

  /// Decodes the picture at an index.
  private func decode(
    _ position: Int, _ isCancelled: () -> Bool, _ body: (VideoFrame) throws -> Void
  ) throws -> VideoReader.Report {
    let reader = try VideoReader(
      path: path + "/" + frames[position].name, pixels: pixels, isCancelled: isCancelled)
    let report = try reader.decodeFrames(count: 1, isCancelled: isCancelled) { frame in
      frame.index = position
      frame.timestampSeconds = seconds(at: position)
      try body(frame)
    }
    note(reader.information)
    return report
  }

  /// Presentation time of a frame in seconds after the first one's; nil if the rate is unknown.
  private func seconds(at position: Int) -> Double? {
    framesPerSecond.map { Double(frames[position].number - frames[0].number) / $0 }
  }

  /// Takes the information of the first picture, and the treatments and remarks of the others.
  private func note(_ picture: VideoInformation) {
    let isFirst = sizes.isEmpty
    sizes.insert([picture.widthPixels, picture.heightPixels])
    if isFirst {
      information.widthPixels = picture.widthPixels
      information.heightPixels = picture.heightPixels
      information.quarterTurns = picture.quarterTurns
      information.codec = picture.codec
      information.stream = picture.stream
      information.stream.framesPerSecond = framesPerSecond
      if framesPerSecond == nil {
        information.stream.remarks.append("numbered pictures without a frame rate: no times")
      }
      return
    }
    for treatment in picture.stream.treatment
    where !information.stream.treatment.contains(treatment) {
      information.stream.treatment.append(treatment)
    }
    let different = sizes.count > 1 ? ["pictures of different sizes"] : []
    for remark in picture.stream.remarks + different
    where !information.stream.remarks.contains(remark) {
      information.stream.remarks.append(remark)
    }
  }
}

extension VideoReader.Report {
  /// Adds the counts and times of another file, except for the number of chosen pictures.
  fileprivate static func += (left: inout VideoReader.Report, right: VideoReader.Report) {
    left.deliveredFrames += right.deliveredFrames
    left.decodedPackets += right.decodedPackets
    left.damagedPackets += right.damagedPackets
    left.demuxSeconds += right.demuxSeconds
    left.decodeSeconds += right.decodeSeconds
    left.convertSeconds += right.convertSeconds
  }
}
