package import Contract
internal import ModelFiles

extension ModelSummary {
  package init(_ model: DetectorModel) {
    let calibration = model.metadata.calibration
    self.init(
      file: model.path, verdict: model.metadata.verdict?.verdict,
      reason: model.metadata.verdict?.reason, score: calibration.score,
      threshold: calibration.threshold, lowerBound: calibration.lowerBound,
      upperBound: calibration.upperBound)
  }
}
