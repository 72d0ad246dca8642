package import Evaluation
package import Judging
package import Measure
package import ModelFiles

/// How a model came to be and what it is worth: `training_info.json`.
package struct TrainingInformation: Codable {
  package var formatVersion = 1
  package var software: String
  package var hardware: Hardware
  /// Verdict in one line.
  package var verdict: String
  package var model: ModelMetadata
  package var data: DataSummary
  /// The configuration's section `train:`, whole.
  package var configuration: String
  /// Every epoch, oldest first.
  package var curve: [EpochRecord]
  package var best: BestEpoch?
  /// Why training ended; nil where the time limit or an export of a checkpoint came first.
  package var ending: String?
  package var trainedSeconds: Double
  /// Workers of the last run; nil in older files.
  package var workers: Int?
  /// On the validation split, which also gave temperature and threshold.
  package var validation: EvaluationReport?
  /// On the test split; nil where there is none.
  package var test: EvaluationReport?
  package var behaviour: BehaviourCheck

  /// Writes the JSON file.
  package func write(to path: String) throws { try InformationFile.write(self, to: path) }
}
