package import Contract
package import FaceDetection
package import Imaging
package import MediaDecoding
internal import Measure

extension VideoFrame: FramePicture {}

/// The way from a video to aligned crops, the same for training and prediction.
///
/// Not Sendable: it owns a detector's and an encoder's memory, so each worker has its own.
package final class FaceExtractor {
  /// All that determines the crops.
  package let recipe: ExtractionRecipe
  /// Whether pictures that the chosen ones don't need are left undecoded; changes no byte of the
  /// result.
  package let skipsUnneededFrames: Bool

  /// Nil if whole pictures are the crops.
  private let searcher: FaceSearcher?
  private let encoder: JPEGEncoder

  /// Creates an extractor for one worker.
  ///
  /// - Parameters:
  ///   - weights: the detector's weights; nil if the recipe needs no detector.
  ///   - recipe: what determines the crops.
  ///   - skipsUnneededFrames: decode only the pictures that the chosen ones need; changes no byte
  ///     of the result.
  /// - Throws: `FaceDetectionError` if the recipe can't be followed, or names other weights.
  package init(
    weights: MTCNNWeights?, recipe: ExtractionRecipe, skipsUnneededFrames: Bool = true
  ) throws {
    let detector = try Self.checked(recipe, weights)
    self.recipe = recipe
    self.skipsUnneededFrames = skipsUnneededFrames
    searcher = try detector.map { try FaceSearcher(weights: $0, settings: recipe.search) }
    encoder = try JPEGEncoder(quality: recipe.images.jpegQuality, chroma: recipe.images.chroma)
  }

  /// - Returns: the weights that the recipe needs; nil if it needs no detector.
  private static func checked(
    _ recipe: ExtractionRecipe, _ weights: MTCNNWeights?
  ) throws -> MTCNNWeights? {
    do throws(ContractError) {
      try recipe.validate()
    } catch {
      throw FaceDetectionError(
        code: .invalidSettings, subject: "extraction recipe", message: error.description)
    }
    guard recipe.needsDetector else { return nil }
    guard let weights else {
      throw FaceDetectionError(
        code: .unexpectedWeights, subject: "weights of \(recipe.detector.name)",
        message: "expected the detector's weights, which the recipe needs, got none")
    }
    if let known = recipe.detector.weights, known != weights.checksum {
      throw FaceDetectionError(
        code: .unexpectedWeights, subject: "weights of \(recipe.detector.name)",
        message: "expected those with the checksum \(known), which the recipe names, got "
          + "\(weights.checksum); other weights find other faces")
    }
    return weights
  }

  /// Finds, follows and cuts out the faces of a video.
  ///
  /// - Parameters:
  ///   - path: path of the video: a file, or a folder of numbered pictures.
  ///   - framesPerSecond: frame rate of a folder of frames; nil if unknown. Changes no crop.
  ///   - original: the faces of the real video that this one was made from. If both have pictures
  ///     of the same size at the same times, faces are looked for at the original's positions, and
  ///     in the surroundings every `fullSearchInterval` pictures; if a face isn't found there, this
  ///     video is searched like any other. Used only by recipes that reuse originals.
  ///   - isCancelled: called between packets; a cancelled video throws `MediaError.Code.cancelled`.
  ///   - progress: called after each picture with the number of pictures so far.
  /// - Throws: `MediaError` if the video can't be read at all. A damaged video gives notes in the
  ///   result if some of its pictures can be decoded.
  package func extract(
    path: String, framesPerSecond: Double? = nil, original: OriginalFaces? = nil,
    isCancelled: () -> Bool = { false }, progress: (Int) -> Void = { _ in }
  ) throws -> VideoFaces {
    func open() throws(MediaError) -> any FrameSource {
      try openFrames(
        path: path, pixels: recipe.pixels, framesPerSecond: framesPerSecond,
        skipsUnneededFrames: skipsUnneededFrames, isCancelled: isCancelled)
    }
    var source = try open()
    var times = StageTimes()
    if let original, let searcher, recipe.search.reusesOriginals,
      !original.pictures.isEmpty, original.lastsAsLong(as: source.information)
    {
      let faces = try takeOver(original, into: source, searcher, &times, isCancelled: isCancelled)
      if let faces { return faces }
      source = try open()
    }
    let tracker = try searcher.map {
      try FaceTracker(searcher: $0, settings: recipe.tracks)
    }
    var pending: [PendingCrop] = []
    var number = 0
    let report = try source.decodeFrames(
      count: recipe.sampling.framesPerVideo, isCancelled: isCancelled
    ) { frame in
      defer {
        number += 1
        progress(number)
      }
      guard let tracker else {
        pending.append(try wholePicture(of: frame, &times))
        return
      }
      let start = ThreadCPUClock.seconds()
      let found = try tracker.process(frame, index: number)
      times.detect += ThreadCPUClock.seconds() - start - frame.conversionSeconds
      for tracked in found {
        if let crop = try crop(tracked, of: frame, &times) { pending.append(crop) }
      }
    }
    times.add(report)
    let kept = tracker.map { tracker in
      Dictionary(
        uniqueKeysWithValues: tracker.finish().map { ($0.provisionalTrack, $0.track) })
    }
    return assemble(source, report, pending, kept ?? [0: 0], times)
  }

  /// A picture of a fake differs from its original's in size or time, or has a face elsewhere.
  private struct Disagreement: Error {}

  /// Finds the faces of a video at the positions of its original's faces, with the original's
  /// tracks.
  ///
  /// - Returns: nil if the pictures of the two differ in size, time or number, or if a search
  ///   doesn't find a face at its position.
  private func takeOver(
    _ original: OriginalFaces, into source: any FrameSource, _ searcher: FaceSearcher,
    _ times: inout StageTimes, isCancelled: () -> Bool
  ) throws -> VideoFaces? {
    var pending: [PendingCrop] = []
    var (withFaces, number) = (0, 0)
    var follower = FaceFollower(searcher)
    let report: VideoReader.Report
    do {
      report = try source.decodeFrames(
        count: recipe.sampling.framesPerVideo, isCancelled: isCancelled
      ) { frame in
        defer { number += 1 }
        guard let expected = original.faces(at: frame) else { throw Disagreement() }
        if expected.isEmpty { return }
        let start = ThreadCPUClock.seconds()
        let isConfirmation = withFaces % searcher.settings.fullSearchInterval == 0
        let own = try follower.faces(expected, in: frame, searches: isConfirmation)
        times.detect += ThreadCPUClock.seconds() - start - frame.conversionSeconds
        guard !isConfirmation || own.allSatisfy({ $0 != nil }) else { throw Disagreement() }
        withFaces += 1
        for (face, own) in zip(expected, own) {
          let tracked = TrackedFace(face: own ?? face.face, provisionalTrack: face.track)
          if let crop = try crop(tracked, of: frame, &times) { pending.append(crop) }
        }
      }
    } catch is Disagreement {
      return nil
    }
    times.add(report)
    guard number == original.framesSampled, withFaces == original.pictures.count else { return nil }
    let tracks = Set(pending.map(\.track))
    var faces = assemble(
      source, report, pending, Dictionary(uniqueKeysWithValues: tracks.map { ($0, $0) }), times)
    faces.original = original.name
    return faces
  }

  /// Finds, follows and cuts out the faces of a video, as pixels.
  ///
  /// The pixels are those that training sees: the crop's JPEG file, decoded.
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
    var timestampSeconds: Double?
    var box: FaceBox
    var score: Float
    var landmarks: FaceLandmarks?
    var track: Int
    var image: [UInt8]
  }

  /// - Returns: nil if the crop would show nothing of the picture.
  private func crop(
    _ tracked: TrackedFace, of frame: VideoFrame, _ times: inout StageTimes
  ) throws -> PendingCrop? {
    let convertedBefore = frame.conversionSeconds
    let start = ThreadCPUClock.seconds()
    guard let placement = recipe.geometry.placement(of: tracked.face) else { return nil }
    let fill = recipe.geometry.fill
    let region = placement.region(inWidth: frame.width, height: frame.height, fill: fill)
    guard !region.isEmpty else { return nil }
    let pixels = try frame.region(
      x: region.x, y: region.y, width: region.width, height: region.height)
    let picture = pixels.warped(
      sizePixels: recipe.geometry.sizePixels,
      by: placement.transform.translated(by: SIMD2(-Double(region.x), -Double(region.y))),
      fill: fill)
    let aligned = ThreadCPUClock.seconds()
    let image = try encoder.encode(picture)
    times.align += aligned - start - (frame.conversionSeconds - convertedBefore)
    times.encode += ThreadCPUClock.seconds() - aligned
    return PendingCrop(
      frame: frame.index, timestampSeconds: frame.timestampSeconds, box: tracked.face.box,
      score: tracked.face.score, landmarks: tracked.face.landmarks,
      track: tracked.provisionalTrack, image: image)
  }

  /// The largest square in the middle of the picture, resized: the one crop of a picture that is a
  /// face crop already.
  private func wholePicture(
    of frame: VideoFrame, _ times: inout StageTimes
  ) throws -> PendingCrop {
    let convertedBefore = frame.conversionSeconds
    let start = ThreadCPUClock.seconds()
    let side = min(frame.width, frame.height)
    let (x, y) = ((frame.width - side) / 2, (frame.height - side) / 2)
    let square = try frame.region(x: x, y: y, width: side, height: side)
    let size = recipe.geometry.sizePixels
    let picture = square.resized(width: size, height: size)
    let resized = ThreadCPUClock.seconds()
    let image = try encoder.encode(picture)
    times.align += resized - start - (frame.conversionSeconds - convertedBefore)
    times.encode += ThreadCPUClock.seconds() - resized
    return PendingCrop(
      frame: frame.index, timestampSeconds: frame.timestampSeconds,
      box: FaceBox(x1: Float(x), y1: Float(y), x2: Float(x + side), y2: Float(y + side)), score: 1,
      landmarks: nil, track: 0, image: image)
  }

  private func assemble(
    _ source: any FrameSource, _ report: VideoReader.Report, _ pending: [PendingCrop],
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
          box: crop.box, score: crop.score, landmarks: crop.landmarks, track: track,
          image: crop.image))
    }
    return VideoFaces(
      information: source.information, crops: crops, framesChosen: report.chosenFrames,
      framesSampled: report.deliveredFrames,
      framesWithFace: frames, facesFound: pending.count, trackCount: kept.count,
      notes: notes(source, report, facesFound: pending.count, cropCount: crops.count),
      times: times,
      firstLossSeconds: report.firstLossSeconds
        ?? source.claimedDurationSeconds.flatMap { _ in source.information.durationSeconds },
      claimedSeconds: source.claimedDurationSeconds)
  }
}
