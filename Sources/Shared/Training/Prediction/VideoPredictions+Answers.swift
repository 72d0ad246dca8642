internal import Contract
internal import Evaluation
package import TrainingData

extension VideoPredictions {
  /// Makes predictions from answers in the order of `Predictor`: the pictures of all videos, then
  /// those of the fakes made from real videos, if there are any.
  ///
  /// - Parameters:
  ///   - videos: Indices in the catalog, ascending.
  ///   - areBlended: Whether fakes made from the real videos were judged as well.
  /// - Returns: Nil if the number of answers differs from that of pictures.
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

/// The answer for one picture.
package struct PictureAnswer: Equatable {
  /// Logit of fake minus logit of real.
  package var margin: Double
  /// Blur of the inner face; nil if it wasn't measured.
  package var blur: Double?

  package init(margin: Double, blur: Double?) {
    self.margin = margin
    self.blur = blur
  }
}
