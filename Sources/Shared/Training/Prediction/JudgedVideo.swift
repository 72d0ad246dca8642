package import Contract
package import FaceExtraction
package import MediaDecoding

/// A judged video with the crops that the answer is based on.
package struct JudgedVideo: Sendable {
  package var finding: VideoFinding
  /// The judged crops, ordered by frame and face.
  package let crops: [Crop]
  package let information: VideoInformation

  package struct Crop: Sendable {
    /// The crop, with its frame and position.
    package let face: FaceCrop
    /// Logit of fake minus logit of real.
    package let margin: Double
  }
}
