/// How a crop is made of a face; equal at training and at prediction time.
///
/// The value is written into `store.json`, copied into checkpoints and model files, and read back
/// by the detector.
package struct CropGeometry: ContractValue {
  /// How a crop is aligned with the face.
  package enum Alignment: String, ContractChoice {
    /// Similarity transform from the five landmarks to the canonical face: eyes level, face
    /// centred.
    case landmarks
    /// Upright square around the detector's box.
    case box
    /// Pictures are crops of faces already: no face is detected, and the largest square in the
    /// middle of a picture is resized. Stretching would change the face's shape.
    case whole = "none"
  }

  /// What a crop shows where it reaches beyond its picture.
  package enum Fill: String, ContractChoice {
    case black
    /// The picture's mirror image, in which its outermost row and column aren't repeated (OpenCV's
    /// `BORDER_REFLECT_101`).
    case reflect
  }

  package var alignment: Alignment

  /// Size of the crop relative to the face: 1 is the canonical face (or the box) itself, 1.3 adds
  /// 15% of it on every side. Unused for whole pictures.
  package var margin: Double

  /// Width and height of a crop in pixels.
  package var sizePixels: Int

  /// Unused for whole pictures.
  package var fill: Fill

  /// Largest width and height of a crop in pixels.
  package static let maximumSizePixels = 4096

  package init(
    alignment: Alignment = .landmarks, margin: Double = 1.3, sizePixels: Int = 224,
    fill: Fill = .black
  ) {
    self.alignment = alignment
    self.margin = margin
    self.sizePixels = sizePixels
    self.fill = fill
  }

  private enum CodingKeys: String, CodingKey {
    case alignment, margin, sizePixels, fill
  }

  /// Reads a geometry; throws if a value is out of range. Without `fill`, which older software
  /// didn't write, it is black.
  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    alignment = try values.decode(Alignment.self, forKey: .alignment)
    margin = try values.decodeNumber(.margin)
    sizePixels = try values.decodeWhole(.sizePixels)
    fill = try values.decodeIfPresent(Fill.self, forKey: .fill) ?? .black
    try validate(readFrom: decoder)
  }

  /// Writes the geometry. Black is left out, as older software doesn't know `fill`.
  package func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(alignment, forKey: .alignment)
    try values.encode(margin, forKey: .margin)
    try values.encode(sizePixels, forKey: .sizePixels)
    if fill != .black { try values.encode(fill, forKey: .fill) }
  }

  package func validate() throws(ContractError) {
    try require(margin, in: 0.1...100, "margin", "times the face")
    try require(sizePixels, in: 1...Self.maximumSizePixels, "sizePixels", "pixels")
  }
}

extension CropGeometry: CustomStringConvertible {
  /// For example "224x224 pixels, aligned by landmarks, margin 1.3".
  package var description: String {
    "\(sizePixels)x\(sizePixels) pixels, "
      + (alignment == .whole
        ? "whole pictures" : "aligned by \(alignment.rawValue), margin \(margin)")
      + (fill == .black ? "" : ", reflected at the border of the picture")
  }
}
