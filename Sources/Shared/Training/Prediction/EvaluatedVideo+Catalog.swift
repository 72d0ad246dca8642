package import Evaluation
package import TrainingData

extension SampleCatalog.Video {
  /// The video as metrics know it.
  package var evaluated: EvaluatedVideo {
    EvaluatedVideo(
      name: name, group: group, label: label, method: method, compression: compression)
  }
}
