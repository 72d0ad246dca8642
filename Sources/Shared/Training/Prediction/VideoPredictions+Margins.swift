internal import Contract
internal import Evaluation
package import TrainingData

extension VideoPredictions {
  /// Predictions of videos by margins alone, in the order in which `Predictor` gives them: the pictures
  /// of all videos, then where fakes were made of real ones, those of these.
  ///
  /// - Parameters:
  ///   - videos: positions in the catalog, ascending.
  ///   - areBlended: whether fakes made of the real videos were judged as well.
  /// - Returns: nil where there is another number of margins than of pictures.
  package init?(
    _ catalog: SampleCatalog, videos: [Int], areBlended: Bool, margins: [Double]
  ) {
    self.init()
    var rest = margins[...]
    for index in videos where catalog.videos[index].samples.isEmpty {
      videosWithoutFaces.append(catalog.videos[index].evaluated)
    }
    func append(_ index: Int, as video: EvaluatedVideo) -> Bool {
      for sample in catalog.videos[index].samples {
        guard let margin = rest.popFirst() else { return false }
        let known = catalog.sample(sample)
        frames.append(FramePrediction(video: video, frame: known.frame, margin: margin))
        faces.append(known.face)
      }
      return true
    }
    for index in videos {
      guard append(index, as: catalog.videos[index].evaluated) else { return nil }
    }
    for index in videos where areBlended && catalog.videos[index].label == .real {
      guard append(index, as: catalog.videos[index].evaluatedAsBlend) else { return nil }
    }
    guard rest.isEmpty else { return nil }
  }
}
