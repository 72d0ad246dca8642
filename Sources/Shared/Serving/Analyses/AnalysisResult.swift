package import Contract

/// What a worker found of an input.
package struct AnalysisResult: Codable, Sendable, Equatable {
  /// The answer, as `detector predict` gives it; its `input` is the client's name for the file.
  package var finding: VideoFinding
  /// The model that gave it.
  package var model: ModelSummary
  /// What people can see of the input.
  package var media: Media
  /// The judged faces, in the order of the finding: face by face, frame by frame.
  package var crops: [Crop]

  /// What people can see of the input.
  package struct Media: Codable, Sendable, Equatable {
    /// What a browser is given: a video, or a picture.
    package var kind: Kind
    /// MIME type of what a browser is given.
    package var type: String
    /// Whether that is the upload itself, and not a preview made of it.
    package var isOriginal: Bool
    /// How far the preview is; `ready` for an original.
    package var preview: Preview

    /// What it is.
    package enum Kind: String, Codable, Sendable, CaseIterable { case video, picture }

    /// How far a preview is.
    package enum Preview: String, Codable, Sendable, CaseIterable { case making, ready, failed }

    package init(kind: Kind, type: String, isOriginal: Bool, preview: Preview) {
      self.kind = kind
      self.type = type
      self.isOriginal = isOriginal
      self.preview = preview
    }
  }

  /// A judged face in one picture: what `frames/{index}.jpg` shows.
  package struct Crop: Codable, Sendable, Equatable {
    /// Number of the face's track.
    package var track: Int
    /// Position of the picture in the video.
    package var frame: Int
    /// Presentation time; nil where it isn't known.
    package var seconds: Double?
    /// The probability that this crop is fake; nil where the network computes no number.
    package var probability: Double?
    /// Places the crop in the picture: a point (x, y) of the crop, in pixels of a square of `side`,
    /// lies at (a x - b y + tx, b x + a y + ty). Holds a, b, tx, ty; nil where that isn't known.
    package var transform: [Double]?
    /// Side of the crop in pixels.
    package var side: Int
    /// Where in the crop the network sees what decides: `width` x `height` values, row by row, from -1
    /// (real) to 1 (fake), relative to the strongest of the video; nil without a map.
    package var heat: Heat?

    /// A small map over a crop.
    package struct Heat: Codable, Sendable, Equatable {
      package var width: Int
      package var height: Int
      package var values: [Float]

      package init(width: Int, height: Int, values: [Float]) {
        self.width = width
        self.height = height
        self.values = values
      }
    }

    package init(
      track: Int, frame: Int, seconds: Double?, probability: Double?, transform: [Double]?,
      side: Int, heat: Heat?
    ) {
      self.track = track
      self.frame = frame
      self.seconds = seconds
      self.probability = probability
      self.transform = transform
      self.side = side
      self.heat = heat
    }
  }

  package init(finding: VideoFinding, model: ModelSummary, media: Media, crops: [Crop]) {
    self.finding = finding
    self.model = model
    self.media = media
    self.crops = crops
  }
}
