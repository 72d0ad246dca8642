internal import Contract
package import Evaluation
package import TrainingData

extension SampleCatalog.Video {
  /// The video, as metrics represent it.
  package var evaluated: EvaluatedVideo {
    EvaluatedVideo(
      name: name, group: group, label: label, method: method, compression: compression,
      original: original, dataset: dataset)
  }

  /// A fake made from the video, as metrics represent it.
  package var evaluatedAsBlend: EvaluatedVideo {
    EvaluatedVideo(
      name: name + " (\(HeldOutBlends.method))", group: group, label: .fake,
      method: HeldOutBlends.method, compression: compression, original: name,
      dataset: dataset)
  }
}
