import Diagnosis
import Evaluation
import Files
import Foundation
import ModelFiles

/// How a model was repaired, and what it was worth before and after: `fixed_training_info.json`.
struct RepairInformation: Codable {
  var formatVersion = 1
  var software: String
  var hardware: Hardware
  /// Verdict in one line.
  var verdict: String
  /// The broken file.
  var source: String
  /// What was wrong with it.
  var diagnosis: ModelDiagnosis
  var model: ModelMetadata
  var data: TrainingInformation.DataSummary
  var estimation: ModelRepair.Estimation
  /// With the statistics as they were in the file, or with mean 0 and variance 1 where there were none.
  var before: ModelRepair.Measurement
  var after: ModelRepair.Measurement
  var behaviour: BehaviourCheck

  /// Writes the JSON file.
  func write(to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.write([UInt8](encoder.encode(self)), to: path)
  }
}
