package import Contract
package import Diagnosis
package import Evaluation
package import Measure
package import ModelFiles

/// How a model was repaired, with its metrics before and after: `fixed_training_info.json`.
package struct RepairInformation: Encodable {
  /// In version 1, `verdict` is the text of `summary`.
  package var formatVersion = 2
  package var software: String
  package var hardware: Hardware
  /// Whether the repaired model can be trusted.
  package var verdict: ModelVerdict
  /// Reason for the verdict, in one line.
  package var summary: String
  /// Path of the broken file.
  package var source: String
  /// Diagnosis of the broken file.
  package var diagnosis: ModelDiagnosis
  package var model: ModelMetadata
  package var data: DataSummary
  /// How the statistics were estimated; nil if those of the file were kept.
  package var estimation: ModelRepair.Estimation?
  /// Whether the two outputs were exchanged.
  package var swappedClasses: Bool
  /// Metrics with the statistics of the file, or with mean 0 and variance 1 if it has none.
  package var before: ModelRepair.Measurement
  package var after: ModelRepair.Measurement
  package var behaviour: BehaviourCheck

  package func write(to path: String) throws { try InformationFile.write(self, to: path) }
}
