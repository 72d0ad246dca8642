import Contract
import FaceDetection
import FaceExtraction
import Foundation
import MediaDecoding
import NeuralNetwork
import TestSupport
import Testing

/// Real fakes whose faces are looked for at the positions of their originals' faces.
@Suite(
  .enabled(if: Portrait.isPresent, "needs weights/; scripts/test or scripts/demo fetches it"),
  .enabled(if: SharedData.isPresent, "needs ../shared/data"))
struct OriginalFacesTests {
  private func path(_ sequence: String, _ name: String) throws -> String {
    try #require(SharedData.url).appendingPathComponent(
      "clips/faceforensics/\(sequence)/c23/videos/\(name).mp4"
    ).path
  }

  /// Landmarks are where a search finds them: 90% within 3% of the face's width (97.9% over all
  /// clips, docs/extraction.md), and the middle one within 1.5%.
  @Test(arguments: [
    ("183", "FaceSwap", "183_253"), ("481", "Deepfakes", "481_469"),
    ("585", "Deepfakes", "585_599"),
  ])
  func facesAreWhereASearchFindsThem(original: String, method: String, fake: String) throws {
    let worker = try FaceExtractor(
      weights: MTCNNWeights.load(directory: Portrait.weights, kernels: Processor.selected),
      recipe: ExtractionRecipe(
        sampling: FrameSampling(framesPerVideo: 24),
        search: FaceSearchSettings(reusesOriginals: true)))
    let known = try worker.extract(path: path("original_sequences/youtube", original))
    let video = try path("manipulated_sequences/" + method, fake)
    let searched = try worker.extract(path: video)
    let followed = try worker.extract(path: video, original: OriginalFaces(known))
    #expect(followed.original == "real.mp4")
    #expect(followed.trackCount == known.trackCount)
    var distances: [Float] = []
    for crop in followed.crops {
      let landmarks = try #require(crop.landmarks)
      let rivals = searched.crops.filter { $0.frame == crop.frame }
      let nearest = rivals.compactMap { other -> Float? in
        guard other.box.intersectionOverUnion(crop.box) > 0.3, let there = other.landmarks else {
          return nil
        }
        let all = zip(landmarks.points, there.points).map { (($0 - $1) * ($0 - $1)).sum() }
        return all.reduce(0) { $0 + $1.squareRoot() } / 5 / crop.box.width
      }.min()
      if let nearest { distances.append(nearest) }
    }
    distances.sort()
    #expect(distances.count >= 24)
    #expect(distances[distances.count / 2] < 0.015, "\(distances)")
    #expect(distances[distances.count * 9 / 10] < 0.03, "\(distances)")
  }
}

extension OriginalFaces {
  /// The faces of a video that was extracted just now, under the name `real.mp4`.
  init(_ faces: VideoFaces) throws {
    self.init(
      name: "real.mp4", widthPixels: faces.information.widthPixels,
      heightPixels: faces.information.heightPixels,
      durationSeconds: faces.information.durationSeconds, framesSampled: faces.framesSampled,
      faces: try faces.crops.map { crop in
        OriginalFaces.Face(
          frame: crop.frame, timestampSeconds: crop.timestampSeconds,
          face: DetectedFace(
            box: crop.box, score: crop.score, landmarks: try #require(crop.landmarks)),
          track: crop.track)
      })
  }
}
