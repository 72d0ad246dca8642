package import Evaluation
package import TrainingData
package import VideoCatalog

extension VideoLabel {
  /// Index of the class's logit.
  package var classIndex: Int { self == .fake ? 1 : 0 }

  /// The label as metrics name it.
  package var evaluationLabel: ClassLabel { self == .fake ? .fake : .real }
}

extension SampleCatalog.Video {
  /// The video as metrics know it.
  package var evaluated: EvaluatedVideo {
    EvaluatedVideo(
      name: name, group: group, label: label.evaluationLabel, method: method,
      compression: compression)
  }
}
