package import FaceDetection
package import MediaDecoding

/// One aligned face of one picture.
package struct FaceCrop: Sendable {
  /// Index of the picture in the video, in order of presentation.
  package let frame: Int
  /// Index of the face among the kept faces of the picture, which are sorted by track.
  package let face: Int
  /// Presentation time in seconds after the video's first picture; nil if unknown.
  package let timestampSeconds: Double?
  /// Box of the face in the displayed picture; without detection, the square that was cut out.
  package let box: FaceBox
  /// Confidence of the detector, 0...1; 1 without detection.
  package let score: Float
  /// Eyes, nose and corners of the mouth in the displayed picture; nil without detection.
  package let landmarks: FaceLandmarks?
  /// The track, one per person, from 0.
  package let track: Int
  /// The crop as a JPEG file.
  package let image: [UInt8]
}

/// All faces of a video.
package struct VideoFaces: Sendable {
  /// What the packets say about the video.
  package var information: VideoInformation
  /// The crops, by frame and face.
  package var crops: [FaceCrop]
  /// Number of chosen pictures; larger than `framesSampled` if some could not be decoded.
  package var framesChosen: Int
  /// Number of chosen pictures that were decoded.
  package var framesSampled: Int
  /// Number of pictures with at least one kept face.
  package var framesWithFace: Int
  /// Number of faces found, including those of dropped tracks.
  package var facesFound: Int
  /// Number of kept tracks.
  package var trackCount: Int
  /// Notes on damage and shortage, one for each; empty for an undamaged, long enough video with
  /// faces.
  package var notes: [String]
  /// Name of the original whose faces were reused; nil if the video was searched.
  package var original: String?
  /// CPU times of the stages.
  package var times: StageTimes
  /// The second from which on the video is damaged: where it is truncated, or where the
  /// first chosen picture could not be decoded. Nil for an undamaged video, or if times are
  /// unknown.
  package var firstLossSeconds: Double?
  /// Duration in seconds that a header claims, if it claims more than can be read; else nil.
  package var claimedSeconds: Double?
}
