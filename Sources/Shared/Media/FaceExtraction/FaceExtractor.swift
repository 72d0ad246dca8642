public import Contract
public import FaceDetection
public import Imaging
public import MediaDecoding
internal import Measure

extension VideoFrame: FramePicture {}

/// The way from a video file to aligned crops, the same for training and prediction.
///
/// Not Sendable: it owns a detector's and an encoder's memory, so each worker has its own.
public final class FaceExtractor {
  /// All that determines the crops.
  public let recipe: ExtractionRecipe
  /// Whether only what the chosen pictures need is decoded; changes no byte of the result.
  public let skipsUnneededFrames: Bool

  private let searcher: FaceSearcher
  private let encoder: JPEGEncoder

  /// Creates an extractor for one worker.
  ///
  /// - Parameters:
  ///   - weights: the detector's weights.
  ///   - recipe: what determines the crops.
  ///   - skipsUnneededFrames: decode only what the chosen pictures need; changes no byte of the
  ///     result.
  /// - Throws: `FaceDetectionError` where the recipe can't be followed, or names other weights.
  public init(
    weights: MTCNNWeights, recipe: ExtractionRecipe, skipsUnneededFrames: Bool = true
  ) throws {
    try Self.check(recipe, weights)
    self.recipe = recipe
    self.skipsUnneededFrames = skipsUnneededFrames
    searcher = try FaceSearcher(weights: weights, settings: recipe.search)
    encoder = try JPEGEncoder(quality: recipe.images.jpegQuality, chroma: recipe.images.chroma)
  }

  private static func check(_ recipe: ExtractionRecipe, _ weights: MTCNNWeights) throws {
    do throws(ContractError) {
      try recipe.validate()
    } catch {
      throw FaceDetectionError(
        code: .invalidSettings, subject: "extraction recipe", message: error.description)
    }
    if let known = recipe.detector.weights, known != weights.checksum {
      throw FaceDetectionError(
        code: .unexpectedWeights, subject: "weights of \(recipe.detector.name)",
        message: "expected those with the checksum \(known), which the recipe names, got "
          + "\(weights.checksum); other weights find other faces")
    }
  }

  /// Finds, follows and cuts out the faces of a video.
  ///
  /// - Parameters:
  ///   - path: path of the video file.
  ///   - isCancelled: asked between packets; a cancelled video throws `MediaError.Code.cancelled`.
  /// - Throws: `MediaError` where the video can't be read at all. Damage that leaves pictures to look
  ///   at is a note of the result.
  public func extract(
    path: String, isCancelled: () -> Bool = { false }
  ) throws -> VideoFaces {
    let reader = try VideoReader(
      path: path, pixels: recipe.pixels, skipsUnneededFrames: skipsUnneededFrames,
      isCancelled: isCancelled)
    let tracker = try FaceTracker(searcher: searcher, settings: recipe.tracks)
    var times = StageTimes()
    var pending: [PendingCrop] = []
    var number = 0
    let report = try reader.decodeFrames(
      count: recipe.sampling.framesPerVideo, isCancelled: isCancelled
    ) { frame in
      let start = ThreadCPUClock.seconds()
      let found = try tracker.process(frame, index: number)
      number += 1
      times.detect += ThreadCPUClock.seconds() - start - frame.conversionSeconds
      for tracked in found {
        if let crop = try crop(tracked, of: frame, &times) { pending.append(crop) }
      }
    }
    times.demux = report.demuxSeconds
    times.decode = report.decodeSeconds
    times.convert = report.convertSeconds
    let kept = Dictionary(
      uniqueKeysWithValues: tracker.finish().map { ($0.provisionalTrack, $0.track) })
    return assemble(reader, report, pending, kept, times)
  }

  /// Finds, follows and cuts out the faces of a video, as pixels.
  ///
  /// The pixels are those that training saw: of the JPEG file, decoded again.
  ///
  /// - Parameters:
  ///   - path: path of the video file.
  ///   - isCancelled: as in `extract`.
  /// - Returns: the faces, and the pixels of each of their crops.
  /// - Throws: as `extract`.
  package func extractPixels(
    path: String, isCancelled: () -> Bool = { false }
  ) throws -> (faces: VideoFaces, pixels: [PixelBuffer]) {
    let faces = try extract(path: path, isCancelled: isCancelled)
    let decoder = try JPEGDecoder()
    return (faces, try faces.crops.map { try decoder.decode($0.image.span.bytes) })
  }

  /// A crop whose track may still be dropped.
  private struct PendingCrop {
    var frame: Int
    var timestampSeconds: Double
    var detection: DetectedFace
    var track: Int
    var image: [UInt8]
  }

  /// - Returns: nil where the crop would show nothing of the picture.
  private func crop(
    _ tracked: TrackedFace, of frame: VideoFrame, _ times: inout StageTimes
  ) throws -> PendingCrop? {
    let convertedBefore = frame.conversionSeconds
    let start = ThreadCPUClock.seconds()
    guard let placement = recipe.geometry.placement(of: tracked.face) else { return nil }
    let region = placement.region(inWidth: frame.width, height: frame.height)
    guard !region.isEmpty else { return nil }
    let pixels = try frame.region(
      x: region.x, y: region.y, width: region.width, height: region.height)
    let picture = pixels.warped(
      sizePixels: recipe.geometry.sizePixels,
      by: placement.transform.translated(by: SIMD2(-Double(region.x), -Double(region.y))))
    let aligned = ThreadCPUClock.seconds()
    let image = try encoder.encode(picture)
    times.align += aligned - start - (frame.conversionSeconds - convertedBefore)
    times.encode += ThreadCPUClock.seconds() - aligned
    return PendingCrop(
      frame: frame.index, timestampSeconds: frame.timestampSeconds, detection: tracked.face,
      track: tracked.provisionalTrack, image: image)
  }

  private func assemble(
    _ reader: VideoReader, _ report: VideoReader.Report, _ pending: [PendingCrop],
    _ kept: [Int: Int], _ times: StageTimes
  ) -> VideoFaces {
    var crops: [FaceCrop] = []
    var frames = 0
    var lastFrame = -1
    let ordered = pending.compactMap { crop in kept[crop.track].map { (crop, $0) } }
      .sorted { ($0.0.frame, $0.1) < ($1.0.frame, $1.1) }
    for (crop, track) in ordered {
      let face = crop.frame == lastFrame ? (crops.last?.face ?? -1) + 1 : 0
      if crop.frame != lastFrame { frames += 1 }
      lastFrame = crop.frame
      crops.append(
        FaceCrop(
          frame: crop.frame, face: face, timestampSeconds: crop.timestampSeconds,
          detection: crop.detection, track: track, image: crop.image))
    }
    return VideoFaces(
      information: reader.information, crops: crops, framesSampled: report.deliveredFrames,
      framesWithFace: frames, facesFound: pending.count, trackCount: kept.count,
      notes: notes(reader, report, facesFound: pending.count, cropCount: crops.count),
      times: times)
  }

  private func notes(
    _ reader: VideoReader, _ report: VideoReader.Report, facesFound: Int, cropCount: Int
  ) -> [String] {
    var notes: [String] = []
    if let claimed = reader.claimedDurationSeconds {
      notes.append(
        "truncated: \(decimal(reader.information.durationSeconds)) of \(decimal(claimed)) seconds "
          + "can be read")
    }
    if report.damagedPackets > 0 {
      notes.append("damaged: \(report.damagedPackets) packets or pictures can't be decoded cleanly")
    }
    if report.deliveredFrames < report.chosenFrames {
      notes.append(
        "damaged: \(report.deliveredFrames) of \(report.chosenFrames) chosen pictures decoded")
    }
    if report.chosenFrames < recipe.sampling.framesPerVideo {
      notes.append(
        "short: \(report.chosenFrames) of \(recipe.sampling.framesPerVideo) pictures, the video has "
          + "\(reader.information.frameCount)")
    }
    if cropCount == 0 {
      notes.append(
        facesFound == 0
          ? "no face found in \(report.deliveredFrames) pictures"
          : "no face kept: \(facesFound) detections in tracks that are too short or too uncertain")
    }
    return notes
  }

  private func decimal(_ seconds: Double) -> String {
    let tenths = Int((seconds * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}
