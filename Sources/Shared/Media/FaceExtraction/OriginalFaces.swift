package import FaceDetection
internal import MediaDecoding

/// The kept faces of a real video, for extracting the fakes made from it: a fake shows the same
/// people at the same positions and times, so they needn't be searched for again.
package struct OriginalFaces: Sendable, Equatable {
  /// A face of one picture.
  package struct Face: Sendable, Equatable {
    /// Index of the picture in the video, in order of presentation.
    package let frame: Int
    /// Presentation time in seconds after the video's first picture; nil if unknown.
    package let timestampSeconds: Double?
    /// The face, with the original's score.
    package let face: DetectedFace
    /// The track, one per person.
    package let track: Int

    package init(frame: Int, timestampSeconds: Double?, face: DetectedFace, track: Int) {
      self.frame = frame
      self.timestampSeconds = timestampSeconds
      self.face = face
      self.track = track
    }
  }

  package let name: String
  /// Width of its displayed picture in pixels.
  package let widthPixels: Int
  /// Height of its displayed picture in pixels.
  package let heightPixels: Int
  /// Duration in seconds; nil if unknown.
  package let durationSeconds: Double?
  /// Number of pictures that were searched.
  package let framesSampled: Int
  /// The kept faces by picture, in the order of their tracks.
  let pictures: [Int: [Face]]

  /// Largest difference of times that rounding explains: container formats count in milliseconds.
  static let toleranceSeconds = 0.002

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

  /// The faces for a picture of another video; nil if the picture's size or time differs from the
  /// original's.
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
