public import Contract

/// What is known of a video: of its times from its packets, and of its pictures from the container
/// until the first one is delivered, then from the pictures themselves.
public struct VideoInformation: Sendable, Equatable {
  /// Width of the displayed (stretched, rotated) picture in pixels.
  public var widthPixels: Int

  /// Height of the displayed (stretched, rotated) picture in pixels.
  public var heightPixels: Int

  /// Clockwise quarter turns from the coded to the displayed picture.
  public var quarterTurns: Int

  /// libavcodec's name of the codec, e.g. `h264`.
  public var codec: String

  /// Pictures that the stream presents.
  public var frameCount: Int

  /// Seconds from the first picture's presentation to the end of the last one's; nil for a still
  /// picture, and for numbered pictures of an unknown frame rate.
  public var durationSeconds: Double?

  /// Whether it is a still picture: a video of one frame because there is no more to it.
  public var isStill = false

  /// What the stream says of its pictures, and what was made of that.
  public var stream = StreamFacts()
}
