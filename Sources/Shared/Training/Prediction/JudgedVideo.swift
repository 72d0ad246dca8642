package import Contract
package import FaceExtraction
package import MediaDecoding

/// A judged video with the crops that the answer rests on, for those who want to see them.
package struct JudgedVideo: Sendable {
  /// The answer.
  package var finding: VideoFinding
  /// The crops that were judged, by frame and face, with the network's margins.
  package let crops: [Crop]
  /// What the packets and pictures tell of the video.
  package let information: VideoInformation

  /// A crop that was judged.
  package struct Crop: Sendable {
    /// The crop, and where it was seen.
    package let face: FaceCrop
    /// Logit of fake minus logit of real.
    package let margin: Double
  }
}
