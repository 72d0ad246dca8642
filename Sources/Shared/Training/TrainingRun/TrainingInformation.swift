package import Contract
package import Evaluation
package import Judging
package import Measure
package import ModelFiles
package import Shortcuts

/// How a model was trained, and its metrics: `training_info.json`.
package struct TrainingInformation: Codable {
  /// In version 1, `verdict` is the text of `summary`.
  package var formatVersion = 2
  package var software: String
  package var hardware: Hardware
  /// Whether the model can be trusted.
  package var verdict: ModelVerdict
  /// Reason for the verdict, in one line.
  package var summary: String
  package var model: ModelMetadata
  package var data: DataSummary
  /// The whole section `train:` of the configuration.
  package var configuration: String
  /// Every epoch, oldest first.
  package var curve: [EpochRecord]
  package var best: BestEpoch?
  /// Why training ended; nil if it has not, because of a time limit or because
  /// a checkpoint was exported.
  package var ending: String?
  package var trainedSeconds: Double
  /// Number of workers in the last run; nil in older files.
  package var workers: Int?
  /// Metrics on the validation split, to which temperature and threshold were fitted.
  package var validation: EvaluationReport?
  /// Metrics on the test split; nil if there is none.
  package var test: EvaluationReport?
  package var behaviour: BehaviourCheck
  /// The folds that the metrics of `validation` come from; nil if one network was measured.
  package var crossValidation: CrossValidationSummary?
  /// Whether the data's labels can be predicted without looking at faces; nil if that wasn't
  /// examined, and in older files.
  package var shortcuts: ShortcutAudit?
  /// Whether the model's scores follow such features; nil in the same cases as `shortcuts`.
  package var scoresAgainstFeatures: ScoreAudit?

  package init(
    software: String, hardware: Hardware, summary: String, model: ModelMetadata,
    data: DataSummary, configuration: String, curve: [EpochRecord], best: BestEpoch?,
    ending: String?, trainedSeconds: Double, workers: Int?, validation: EvaluationReport?,
    test: EvaluationReport?, behaviour: BehaviourCheck,
    crossValidation: CrossValidationSummary? = nil, shortcuts: ShortcutAudit? = nil,
    scoresAgainstFeatures: ScoreAudit? = nil
  ) {
    self.crossValidation = crossValidation
    self.software = software
    self.hardware = hardware
    verdict = behaviour.verdict
    self.summary = summary
    self.model = model
    self.data = data
    self.configuration = configuration
    self.curve = curve
    self.best = best
    self.ending = ending
    self.trainedSeconds = trainedSeconds
    self.workers = workers
    self.validation = validation
    self.test = test
    self.behaviour = behaviour
    self.shortcuts = shortcuts
    self.scoresAgainstFeatures = scoresAgainstFeatures
  }

  /// Reads a file of any version; the verdict is derived from its checks.
  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    formatVersion = try values.decode(Int.self, forKey: .formatVersion)
    software = try values.decode(String.self, forKey: .software)
    hardware = try values.decode(Hardware.self, forKey: .hardware)
    summary = try values.decode(String.self, forKey: formatVersion < 2 ? .verdict : .summary)
    model = try values.decode(ModelMetadata.self, forKey: .model)
    data = try values.decode(DataSummary.self, forKey: .data)
    configuration = try values.decode(String.self, forKey: .configuration)
    curve = try values.decode([EpochRecord].self, forKey: .curve)
    best = try values.decodeIfPresent(BestEpoch.self, forKey: .best)
    ending = try values.decodeIfPresent(String.self, forKey: .ending)
    trainedSeconds = try values.decode(Double.self, forKey: .trainedSeconds)
    workers = try values.decodeIfPresent(Int.self, forKey: .workers)
    validation = try values.decodeIfPresent(EvaluationReport.self, forKey: .validation)
    test = try values.decodeIfPresent(EvaluationReport.self, forKey: .test)
    behaviour = try values.decode(BehaviourCheck.self, forKey: .behaviour)
    crossValidation = try values.decodeIfPresent(
      CrossValidationSummary.self, forKey: .crossValidation)
    shortcuts = try values.decodeIfPresent(ShortcutAudit.self, forKey: .shortcuts)
    scoresAgainstFeatures = try values.decodeIfPresent(
      ScoreAudit.self, forKey: .scoresAgainstFeatures)
    verdict = behaviour.verdict
  }

  package func write(to path: String) throws { try InformationFile.write(self, to: path) }
}

extension TrainingInformation {
  /// The data that the training learned from.
  package var division: TrainingSetup.Division {
    guard let crossValidation else { return .sides }
    return .allFolds(
      crossValidation.folds.count,
      TrainingSetup.ChosenLength(
        epochs: crossValidation.epochs, videoLogLoss: best?.videoLogLoss ?? .infinity))
  }
}
