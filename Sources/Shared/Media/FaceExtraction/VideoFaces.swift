package import FaceDetection
package import MediaDecoding

/// One aligned face of one picture.
package struct FaceCrop: Sendable {
  /// Position of the picture among the video's, in order of presentation.
  package let frame: Int
  /// Position of the face among the picture's kept ones: by track.
  package let face: Int
  /// Presentation time in seconds after the video's first picture; nil where it isn't known.
  package let timestampSeconds: Double?
  /// Where the face is in the displayed picture; the square that was taken where nothing was
  /// detected.
  package let box: FaceBox
  /// How sure the detector is, 0...1; 1 where nothing was detected.
  package let score: Float
  /// Eyes, nose and corners of the mouth in the displayed picture; nil where nothing was detected.
  package let landmarks: FaceLandmarks?
  /// Which person: equal for the faces of one track, from 0.
  package let track: Int
  /// The crop as a JPEG file.
  package let image: [UInt8]
}

/// All faces of a video.
package struct VideoFaces: Sendable {
  /// What the packets tell of the video.
  package var information: VideoInformation
  /// The crops, by frame and face.
  package var crops: [FaceCrop]
  /// Pictures that were chosen; more than `framesSampled` where some could not be decoded.
  package var framesChosen: Int
  /// Pictures that were looked at.
  package var framesSampled: Int
  /// Pictures with at least one kept face.
  package var framesWithFace: Int
  /// Faces that were found, also those of tracks that were dropped.
  package var facesFound: Int
  /// Kept tracks.
  package var trackCount: Int
  /// In what the video falls short of what was asked, one remark each; empty for a sound video with
  /// faces.
  package var notes: [String]
  /// Name of the original that told where to look; nil where the video was searched.
  package var original: String?
  /// What it cost.
  package var times: StageTimes
  /// From which second on the video is damaged: where it is truncated, or where the first chosen picture
  /// could not be decoded. Nil for a sound video, and where times aren't known.
  package var firstLossSeconds: Double?
  /// Seconds that a header claims, where it claims more than can be read; nil where it doesn't.
  package var claimedSeconds: Double?
}
