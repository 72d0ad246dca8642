/// What a video's stream says about its pictures, and how they were treated. Names are those of
/// FFmpeg, e.g. `yuv420p10le` or `arib-std-b67`; nil means unknown.
///
/// The facts don't influence the crops. They are recorded so that differences between real and fake
/// videos that have nothing to do with faces can be found.
package struct StreamFacts: Codable, Sendable, Equatable {
  /// Pictures per second on average, rounded to 1/1000.
  package var framesPerSecond: Double?
  /// Bits per second of the video stream, from the packets' sizes.
  package var bitsPerSecond: Int?
  /// Format of the decoded samples.
  package var pixelFormat: String?
  /// Transfer function.
  package var transfer: String?
  /// Primaries.
  package var primaries: String?
  /// Matrix from RGB to the coded components.
  package var matrix: String?
  /// `tv` (limited) or `pc` (full).
  package var range: String?
  /// `progressive`, `tff` (top field first) or `bff`.
  package var fieldOrder: String?
  /// Ratio of a pixel's width to its height, e.g. `16:11`.
  package var sampleAspectRatio: String?
  /// Whether the display matrix mirrors the picture.
  package var isMirrored: Bool?
  /// Treatment of the pictures before the search for faces, e.g. `tone-mapped from arib-std-b67`;
  /// empty if they were taken as they are.
  package var treatment: [String]
  /// What couldn't be applied or is contradictory, and how it was interpreted.
  package var remarks: [String]

  package init(
    framesPerSecond: Double? = nil, bitsPerSecond: Int? = nil, pixelFormat: String? = nil,
    transfer: String? = nil, primaries: String? = nil, matrix: String? = nil, range: String? = nil,
    fieldOrder: String? = nil, sampleAspectRatio: String? = nil, isMirrored: Bool? = nil,
    treatment: [String] = [], remarks: [String] = []
  ) {
    self.framesPerSecond = framesPerSecond
    self.bitsPerSecond = bitsPerSecond
    self.pixelFormat = pixelFormat
    self.transfer = transfer
    self.primaries = primaries
    self.matrix = matrix
    self.range = range
    self.fieldOrder = fieldOrder
    self.sampleAspectRatio = sampleAspectRatio
    self.isMirrored = isMirrored
    self.treatment = treatment
    self.remarks = remarks
  }
}
