/// What is known of a video before a picture is decoded, from its packets and not from its header's
/// claims.
public struct VideoInformation: Sendable, Equatable {
  /// Width of the displayed (rotated) picture in pixels.
  public var widthPixels: Int

  /// Height of the displayed (rotated) picture in pixels.
  public var heightPixels: Int

  /// Clockwise quarter turns from the coded to the displayed picture, from the display matrix.
  public var quarterTurns: Int

  /// libavcodec's name of the codec, e.g. `h264`.
  public var codec: String

  /// Pictures that the stream presents.
  public var frameCount: Int

  /// Seconds from the first picture's presentation to the end of the last one's.
  public var durationSeconds: Double
}
