public import FaceDetection
public import Imaging
public import MediaDecoding
internal import WorkerPool

extension VideoFrame: FramePicture {}

/// The way from a video file to aligned crops, the same for training and prediction.
///
/// Not Sendable: it owns a detector's and an encoder's memory, so each worker has its own.
public final class FaceExtractor {
  /// What determines the crops.
  public let settings: FaceExtractionSettings

  private let tracker: FaceTracker
  private let encoder: JPEGEncoder

  /// Creates an extractor for one worker.
  public init(weights: MTCNNWeights, settings: FaceExtractionSettings) throws {
    self.settings = settings
    tracker = try FaceTracker(
      weights: weights, search: settings.search, tracks: settings.tracks)
    encoder = try JPEGEncoder(quality: settings.jpegQuality)
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
      path: path, skipsUnneededFrames: settings.skipsUnneededFrames, isCancelled: isCancelled)
    tracker.reset()
    var times = StageTimes()
    var pending: [PendingCrop] = []
    let report = try reader.decodeFrames(
      count: settings.framesPerVideo, isCancelled: isCancelled
    ) { frame in
      let start = ThreadCPUClock.seconds()
      let found = try tracker.process(frame)
      let detected = ThreadCPUClock.seconds()
      times.detect += detected - start - frame.conversionSeconds
      for (face, track) in found {
        pending.append(try crop(face, track: track, of: frame, &times))
      }
    }
    times.demux = report.demuxSeconds
    times.decode = report.decodeSeconds
    times.convert = report.convertSeconds
    return assemble(reader, report, pending, times)
  }

  /// A crop whose track may still be dropped.
  private struct PendingCrop {
    var frame: Int
    var timestampSeconds: Double
    var detection: DetectedFace
    var track: Int
    var image: [UInt8]
  }

  private func crop(
    _ face: DetectedFace, track: Int, of frame: VideoFrame, _ times: inout StageTimes
  ) throws -> PendingCrop {
    let convertedBefore = frame.conversionSeconds
    let start = ThreadCPUClock.seconds()
    let picture = try frame.aligned(face, settings.geometry)
    let aligned = ThreadCPUClock.seconds()
    let image = try encoder.encode(picture)
    times.align += aligned - start - (frame.conversionSeconds - convertedBefore)
    times.encode += ThreadCPUClock.seconds() - aligned
    return PendingCrop(
      frame: frame.index, timestampSeconds: frame.timestampSeconds, detection: face, track: track,
      image: image)
  }

  private func assemble(
    _ reader: VideoReader, _ report: VideoReader.Report, _ pending: [PendingCrop],
    _ times: StageTimes
  ) -> VideoFaces {
    let kept = tracker.finish()
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
      framesWithFace: frames, facesFound: pending.count, trackCount: Set(kept.values).count,
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
    if report.chosenFrames < settings.framesPerVideo {
      notes.append(
        "short: \(report.chosenFrames) of \(settings.framesPerVideo) pictures, the video has "
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
