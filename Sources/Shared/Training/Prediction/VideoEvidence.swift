internal import Contract
internal import FaceExtraction
package import NeuralNetwork

/// The crops of a video with the strongest evidence for fake and for real, and their class
/// activation maps.
package struct VideoEvidence: Sendable {
  package struct Item: Sendable {
    package let crop: JudgedVideo.Crop
    package let map: ActivationMap
  }

  /// One element per face, in the order of the finding's faces.
  package let faces: [Face]

  /// The extreme crops of a face.
  package struct Face: Sendable {
    /// Crops with the strongest evidence for fake, the strongest first.
    package let mostFake: [Item]
    /// Crops with the strongest evidence for real, the strongest first,
    /// without those in `mostFake`.
    package let leastFake: [Item]
  }

  /// Chooses the crops and computes their maps.
  ///
  /// - Parameters:
  ///   - count: Number of crops for each answer, per face.
  ///   - mostFaces: Largest number of faces; the first ones are taken.
  package init(_ judged: JudgedVideo, by judge: VideoJudge, count: Int = 3, mostFaces: Int = 4)
    throws
  {
    faces = try judged.finding.faces.prefix(mostFaces).map { face in
      let crops = judged.crops.filter { $0.face.track == face.track && $0.margin.isFinite }
        .sorted { ($0.margin, $0.face.frame) < ($1.margin, $1.face.frame) }
      let fakeCount = min(count, (crops.count + 1) / 2)
      let chosen =
        crops.suffix(fakeCount).reversed() + crops.prefix(min(count, crops.count - fakeCount))
      let items = zip(chosen, try judge.activationMaps(of: Array(chosen))).map {
        Item(crop: $0, map: $1)
      }
      return Face(
        mostFake: Array(items.prefix(fakeCount)), leastFake: Array(items.dropFirst(fakeCount)))
    }
  }
}
