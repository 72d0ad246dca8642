/// What is found of one input: the answer that people and programs get.
package struct VideoFinding: Codable, Sendable, Equatable {
  /// Path of the input, as the user named it.
  package var input: String
  /// Why it could not be read at all; nil where it was judged. The rest is empty then.
  package var error: String?
  /// What is said of it; nil where it could not be read.
  package var verdict: VideoVerdict?
  /// The calibrated probability that it is fake, 0...1; nil without a face, and where the network
  /// computes no number.
  package var probability: Double?
  /// Why it can't be told; empty beside `real` and `fake`.
  package var doubts: [Doubt] = []
  /// What else a reader should know: of the video, and of a model that isn't known to be sound.
  package var remarks: [String] = []
  /// What was looked at; nil where it could not be read.
  package var video: Video?
  /// The faces, by track.
  package var faces: [Face] = []

  /// What was looked at.
  package struct Video: Codable, Sendable, Equatable {
    /// Size of the displayed picture in pixels.
    package var width: Int
    /// See `width`.
    package var height: Int
    /// Length in seconds; nil for a picture, and for numbered pictures without a frame rate.
    package var seconds: Double?
    /// Pictures that it has.
    package var frames: Int
    /// Pictures that were looked at.
    package var framesLookedAt: Int
    /// Pictures with a face.
    package var framesWithFace: Int
    /// Pictures whose faces were judged: as many as in the training's evaluations, spread over those with
    /// a face.
    package var framesJudged: Int
    /// From which second on it is damaged; nil where it isn't, or where that isn't known.
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
    /// Number of the track, from 0.
    package var track: Int
    /// What is said of this face alone.
    package var verdict: VideoVerdict
    /// The calibrated probability of this face alone; nil where the network computes no number.
    package var probability: Double?
    /// Why it can't be told of this face.
    package var doubts: [Doubt]
    /// Median of the shorter side in the displayed picture, in pixels.
    package var sizePixels: Double
    /// Median blur of its crops, about -8 (sharp) to -1 (blurred).
    package var blur: Double
    /// Median brightness of its crops, 0...255.
    package var brightness: Double
    /// Where it was seen and what the network says of it there, by frame.
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
    /// Position of the picture among the video's, in order of presentation.
    package var frame: Int
    /// Presentation time in seconds after the first picture; nil where it isn't known.
    package var seconds: Double?
    /// Left, top, right and bottom of the face in the displayed picture, in pixels.
    package var box: [Double]
    /// The probability that this crop is fake; nil where the network computes no number.
    package var probability: Double?
    /// Logit of fake minus logit of real; nil where it isn't finite.
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

  /// An input that could not be read.
  package init(input: String, error: String) {
    self.input = input
    self.error = error
  }

  /// An input of which nothing is known yet.
  package init(input: String) { self.input = input }
}
