internal import Contract
internal import Evaluation
package import TrainingData

extension VideoPredictions {
  /// Predictions of videos by answers alone, in the order in which `Predictor` gives them: the pictures
  /// of all videos, then where fakes were made of real ones, those of these.
  ///
  /// - Parameters:
  ///   - videos: positions in the catalog, ascending.
  ///   - areBlended: whether fakes made of the real videos were judged as well.
  /// - Returns: nil where there is another number of answers than of pictures.
  package init?(
    _ catalog: SampleCatalog, videos: [Int], areBlended: Bool, answers: [PictureAnswer]
  ) {
    self.init()
    var rest = answers[...]
    for index in videos where catalog.videos[index].samples.isEmpty {
      videosWithoutFaces.append(catalog.videos[index].evaluated)
    }
    func append(_ index: Int, as video: EvaluatedVideo) -> Bool {
      for sample in catalog.videos[index].samples {
        guard let answer = rest.popFirst() else { return false }
        let known = catalog.sample(sample)
        frames.append(
          FramePrediction(
            video: video, frame: known.frame, margin: answer.margin, blur: answer.blur))
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

/// What there is to keep of a picture that was judged.
package struct PictureAnswer: Equatable {
  /// Logit of fake minus logit of real.
  package var margin: Double
  /// How blurred its inner face is; nil where that wasn't measured.
  package var blur: Double?

  package init(margin: Double, blur: Double?) {
    self.margin = margin
    self.blur = blur
  }
}
