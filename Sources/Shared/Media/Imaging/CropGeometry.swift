/// How a face becomes a crop: everything that must be equal at training and at prediction time.
///
/// The value is written into `store.json`, copied into checkpoints and model files, and read back by
/// the detector.
public struct CropGeometry: Codable, Sendable, Equatable {
  /// How a crop is laid over the face.
  public enum Alignment: String, Codable, Sendable, CaseIterable {
    /// Similarity transform from the five landmarks to the canonical face: eyes level, face centred.
    case landmarks
    /// Upright square around the detector's box.
    case box
  }

  /// How a crop is laid over the face.
  public var alignment: Alignment

  /// Size of the crop relative to the face: 1 is the canonical face (or the box) itself, 1.3 shows
  /// 15% of it more on every side.
  public var margin: Double

  /// Width and height of a crop in pixels.
  public var sizePixels: Int

  /// Creates a crop geometry.
  public init(alignment: Alignment = .landmarks, margin: Double = 1.3, sizePixels: Int = 224) {
    self.alignment = alignment
    self.margin = margin
    self.sizePixels = sizePixels
  }
}
