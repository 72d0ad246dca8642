package import Contract
package import Diagnosis
package import Evaluation
package import Measure
package import ModelFiles

/// How a model was repaired, and what it was worth before and after: `fixed_training_info.json`.
package struct RepairInformation: Encodable {
  /// Version 1 has the verdict's line as `verdict`.
  package var formatVersion = 2
  package var software: String
  package var hardware: Hardware
  /// Whether the repaired model can be trusted.
  package var verdict: ModelVerdict
  /// What the verdict rests on, in one line.
  package var summary: String
  /// The broken file.
  package var source: String
  /// What was wrong with it.
  package var diagnosis: ModelDiagnosis
  package var model: ModelMetadata
  package var data: DataSummary
  /// How the statistics were estimated; nil where they were sound.
  package var estimation: ModelRepair.Estimation?
  /// Whether the two answers were exchanged.
  package var swappedClasses: Bool
  /// With the statistics as they were in the file, or with mean 0 and variance 1 where there were none.
  package var before: ModelRepair.Measurement
  package var after: ModelRepair.Measurement
  package var behaviour: BehaviourCheck

  /// Writes the JSON file.
  package func write(to path: String) throws { try InformationFile.write(self, to: path) }
}
