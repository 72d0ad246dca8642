package import Contract

/// What is known of a video: of its times from its packets, and of its pictures from the container
/// until the first one is delivered, then from the pictures themselves.
package struct VideoInformation: Sendable, Equatable {
  /// Width of the displayed (stretched, rotated) picture in pixels.
  package var widthPixels: Int

  /// Height of the displayed (stretched, rotated) picture in pixels.
  package var heightPixels: Int

  /// Clockwise quarter turns from the coded to the displayed picture.
  package var quarterTurns: Int

  /// libavcodec's name of the codec, e.g. `h264`.
  package var codec: String

  /// Pictures that the stream presents.
  package var frameCount: Int

  /// Seconds from the first picture's presentation to the end of the last one's; nil for a still
  /// picture, and for numbered pictures of an unknown frame rate.
  package var durationSeconds: Double?

  /// Whether it is a still picture: a video of one frame because there is no more to it.
  package var isStill = false

  /// What the stream says of its pictures, and what was made of that.
  package var stream = StreamFacts()
}
