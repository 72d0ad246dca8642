package import Contract

/// What is known about a video. Its times come from its packets; facts about its pictures come from
/// the container until the first one is delivered, then from the pictures themselves.
package struct VideoInformation: Sendable, Equatable {
  /// Width of the displayed (stretched, rotated) picture in pixels.
  package var widthPixels: Int

  /// Height of the displayed (stretched, rotated) picture in pixels.
  package var heightPixels: Int

  /// Clockwise rotation from the coded to the displayed picture, in units of 90 degrees.
  package var quarterTurns: Int

  /// libavcodec's name of the codec, e.g. `h264`.
  package var codec: String

  /// Number of pictures that the stream presents.
  package var frameCount: Int

  /// Seconds from the first picture's presentation to the end of the last one's; nil for a still
  /// picture, and for numbered pictures of an unknown frame rate.
  package var durationSeconds: Double?

  /// Whether it is a still picture, which is a video of one frame.
  package var isStill = false

  /// What the stream says about its pictures, and how they were treated.
  package var stream = StreamFacts()
}
