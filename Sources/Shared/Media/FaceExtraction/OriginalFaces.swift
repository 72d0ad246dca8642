package import FaceDetection
internal import MediaDecoding

/// The kept faces of a real video, for what was made from it: a fake shows the same people at the same
/// places at the same times, which needn't be searched for again.
package struct OriginalFaces: Sendable, Equatable {
  /// A face of one picture.
  package struct Face: Sendable, Equatable {
    /// Position of the picture among the video's, in order of presentation.
    package let frame: Int
    /// Presentation time in seconds after the video's first picture; nil where it isn't known.
    package let timestampSeconds: Double?
    /// The face, with the original's score.
    package let face: DetectedFace
    /// Which person.
    package let track: Int

    /// Creates a face.
    package init(frame: Int, timestampSeconds: Double?, face: DetectedFace, track: Int) {
      self.frame = frame
      self.timestampSeconds = timestampSeconds
      self.face = face
      self.track = track
    }
  }

  /// Name of the original.
  package let name: String
  /// Width of its displayed picture in pixels.
  package let widthPixels: Int
  /// Height of its displayed picture in pixels.
  package let heightPixels: Int
  /// Seconds that it lasts; nil where that isn't known.
  package let durationSeconds: Double?
  /// Pictures that were looked at.
  package let framesSampled: Int
  /// The kept faces by picture, in the order of their tracks.
  let pictures: [Int: [Face]]

  /// Differences of times up to this are those of rounding: container formats count in milliseconds.
  static let toleranceSeconds = 0.002

  /// Creates the faces of an original.
  package init(
    name: String, widthPixels: Int, heightPixels: Int, durationSeconds: Double?,
    framesSampled: Int, faces: [Face]
  ) {
    self.name = name
    self.widthPixels = widthPixels
    self.heightPixels = heightPixels
    self.durationSeconds = durationSeconds
    self.framesSampled = framesSampled
    pictures = Dictionary(grouping: faces, by: \.frame).mapValues {
      $0.sorted { $0.track < $1.track }
    }
  }

  /// Whether a video lasts as long as the original.
  func lastsAsLong(as information: VideoInformation) -> Bool {
    guard let one = durationSeconds, let other = information.durationSeconds else {
      return durationSeconds == nil && information.durationSeconds == nil
    }
    return abs(one - other) <= Self.toleranceSeconds
  }

  /// The faces at a picture of another video; nil where that isn't the picture of the original, by size
  /// and time.
  func faces(at frame: VideoFrame) -> [Face]? {
    guard frame.width == widthPixels, frame.height == heightPixels else { return nil }
    guard let faces = pictures[frame.index], let first = faces.first else { return [] }
    switch (first.timestampSeconds, frame.timestampSeconds) {
    case (nil, nil): return faces
    case (let one?, let other?): return abs(one - other) <= Self.toleranceSeconds ? faces : nil
    default: return nil
    }
  }
}
