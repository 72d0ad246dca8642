/// Which tracks count at the end of a video.
public struct TrackSettings: Sendable, Equatable {
  /// Pictures in which a person has to be found, but never more than a quarter of the pictures that
  /// were searched: the face of a one-picture video counts.
  public var minimumFrames: Int

  /// How much less sure a track may be that is found in half of the pictures or more: a mistake
  /// doesn't last, and a face in poor light does.
  static let lastingTrackAllowance: Float = 0.1

  /// Mean score that a track needs, 0...1; `lastingTrackAllowance` less for a lasting one.
  public var minimumScore: Float

  /// How many tracks are kept: the longest, of equally long ones those with larger faces; 0 keeps
  /// all.
  public var maximumTracks: Int

  /// For how many pictures a face may be out of sight and still be the same track.
  public var maximumGap: Int

  /// Creates settings.
  public init(
    minimumFrames: Int = 3, minimumScore: Float = 0.9, maximumTracks: Int = 0, maximumGap: Int = 5
  ) {
    self.minimumFrames = minimumFrames
    self.minimumScore = minimumScore
    self.maximumTracks = maximumTracks
    self.maximumGap = maximumGap
  }

  /// Throws where a setting has no meaning.
  func validate() throws(FaceDetectionError) {
    for (name, value) in [
      ("minimum frames of a track", minimumFrames), ("maximum number of tracks", maximumTracks),
      ("maximum gap of a track", maximumGap),
    ] where value < 0 {
      throw FaceDetectionError(
        code: .invalidSettings, subject: name, message: "expected 0 or more, got \(value)")
    }
    guard minimumScore >= 0, minimumScore <= 1 else {
      throw FaceDetectionError(
        code: .invalidSettings, subject: "minimum score of a track",
        message: "expected a score between 0 and 1, got \(minimumScore); usual is 0.9")
    }
  }
}
