package import Contract

/// The result of a worker for an input.
package struct AnalysisResult: Codable, Sendable, Equatable {
  /// The answer, as `detector predict` gives it; its `input` is the client's name for the file.
  package var finding: VideoFinding
  /// The model that gave the answer.
  package var model: ModelSummary
  package var media: Media
  /// The judged faces, in the order of the finding: face by face, frame by frame.
  package var crops: [Crop]

  /// The file that browsers show.
  package struct Media: Codable, Sendable, Equatable {
    package var kind: Kind
    /// MIME type.
    package var type: String
    /// Whether the file is the upload itself rather than a preview made from it.
    package var isOriginal: Bool
    /// State of the preview; `ready` for an original.
    package var preview: Preview

    package enum Kind: String, Codable, Sendable, CaseIterable { case video, picture }

    package enum Preview: String, Codable, Sendable, CaseIterable { case making, ready, failed }

    package init(kind: Kind, type: String, isOriginal: Bool, preview: Preview) {
      self.kind = kind
      self.type = type
      self.isOriginal = isOriginal
      self.preview = preview
    }
  }

  /// A judged face in one frame, which `frames/{index}.jpg` shows.
  package struct Crop: Codable, Sendable, Equatable {
    /// Index of the face's track.
    package var track: Int
    /// Index of the frame in the video.
    package var frame: Int
    /// Presentation time; nil if unknown.
    package var seconds: Double?
    /// Probability that this crop is fake; nil if the network's output is NaN.
    package var probability: Double?
    /// Transform from the crop to the frame: a point (x, y) of the crop, in pixels of a square of
    /// `side`, lies at (a x - b y + tx, b x + a y + ty). Holds a, b, tx, ty; nil if unknown.
    package var transform: [Double]?
    /// Side of the crop in pixels.
    package var side: Int
    /// Class activation map: `width` x `height` values, row by row, from -1 (real) to 1 (fake),
    /// relative to the largest magnitude of the track; nil if there is no map.
    package var heat: Heat?

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
