/// The result for one input: the answer that people and programs get.
package struct VideoFinding: Codable, Sendable, Equatable {
  /// Path of the input, as the user named it.
  package var input: String
  /// Why the input could not be read; nil if it was judged. With an error all other values are
  /// empty.
  package var error: String?
  /// The verdict; nil if the input could not be read.
  package var verdict: VideoVerdict?
  /// The calibrated probability that the video is fake, 0...1; nil without a face, and if it isn't
  /// finite.
  package var probability: Double?
  /// Why there is no verdict; empty for `real` and `fake`.
  package var doubts: [Doubt] = []
  /// What else a reader should know about the video, and about a model that isn't known to be
  /// sound.
  package var remarks: [String] = []
  /// Facts about the video; nil if it could not be read.
  package var video: Video?
  /// The faces, by track.
  package var faces: [Face] = []

  /// Facts about the video, and how much of it was searched.
  package struct Video: Codable, Sendable, Equatable {
    /// Size of the displayed picture in pixels.
    package var width: Int
    /// See `width`.
    package var height: Int
    /// Length in seconds; nil for a picture, and for numbered pictures without a frame rate.
    package var seconds: Double?
    /// Number of frames in the video.
    package var frames: Int
    /// Number of frames that were searched for faces.
    package var framesLookedAt: Int
    /// Number of frames with a face.
    package var framesWithFace: Int
    /// Number of frames whose faces were judged: as many as in the evaluations of the training,
    /// spread over the frames with a face.
    package var framesJudged: Int
    /// Time in seconds from which the video is damaged; nil if it isn't, or if the time is unknown.
    package var damagedFromSeconds: Double?

    package init(
      width: Int, height: Int, seconds: Double?, frames: Int, framesLookedAt: Int,
      framesWithFace: Int, framesJudged: Int, damagedFromSeconds: Double?
    ) {
      self.width = width
      self.height = height
      self.seconds = seconds
      self.frames = frames
      self.framesLookedAt = framesLookedAt
      self.framesWithFace = framesWithFace
      self.framesJudged = framesJudged
      self.damagedFromSeconds = damagedFromSeconds
    }
  }

  /// One face, followed over the video.
  package struct Face: Codable, Sendable, Equatable {
    /// Index of the track, from 0.
    package var track: Int
    /// The verdict on this face alone.
    package var verdict: VideoVerdict
    /// The calibrated probability of this face alone; nil if it isn't finite.
    package var probability: Double?
    /// Why there is no verdict on this face.
    package var doubts: [Doubt]
    /// Median of the face's shorter side in the displayed picture, in pixels.
    package var sizePixels: Double
    /// Median blur of its crops, about -8 (sharp) to -1 (blurred).
    package var blur: Double
    /// Median brightness of its crops, 0...255.
    package var brightness: Double
    /// Position and probability of the face, by frame.
    package var frames: [Frame]

    package init(
      track: Int, verdict: VideoVerdict, probability: Double?, doubts: [Doubt], sizePixels: Double,
      blur: Double, brightness: Double, frames: [Frame]
    ) {
      self.track = track
      self.verdict = verdict
      self.probability = probability
      self.doubts = doubts
      self.sizePixels = sizePixels
      self.blur = blur
      self.brightness = brightness
      self.frames = frames
    }
  }

  /// One face in one picture.
  package struct Frame: Codable, Sendable, Equatable {
    /// Index of the frame in presentation order.
    package var frame: Int
    /// Presentation time in seconds after the first frame; nil if unknown.
    package var seconds: Double?
    /// Left, top, right and bottom of the face in the displayed picture, in pixels.
    package var box: [Double]
    /// The probability that this crop is fake; nil if it isn't finite.
    package var probability: Double?
    /// Logit of fake minus logit of real; nil if it isn't finite.
    package var margin: Double?

    package init(frame: Int, seconds: Double?, box: [Double], probability: Double?, margin: Double?)
    {
      self.frame = frame
      self.seconds = seconds
      self.box = box
      self.probability = probability
      self.margin = margin
    }
  }

  package init(input: String, error: String) {
    self.input = input
    self.error = error
  }

  /// Creates an empty result, to be filled.
  package init(input: String) { self.input = input }
}
