package import Contract
package import Evaluation
internal import Judging
internal import TrainingRun

/// What runs are worth, for programs: the JSON of `trainer report`.
package struct RunSummaries: Encodable {
  /// A run.
  package struct Run: Encodable {
    /// What tells it from the others.
    package var name: String
    /// Its folder.
    package var folder: String
    /// Whether its model can be trusted; nil where no model was judged.
    package var verdict: ModelVerdict?
    /// What the verdict rests on, in one line.
    package var summary: String?
    /// The side of the split that the verdict rests on: test, where it has both classes.
    package var side: String?
    /// What was measured on that side.
    package var report: EvaluationReport?
    /// The epoch whose weights were judged, from 1.
    package var bestEpoch: Int?
    /// Epochs that were trained.
    package var epochs: Int
    /// Why something is missing, a sentence each.
    package var gaps: [String]
  }

  /// The runs, as they were named.
  package var runs: [Run]
  /// The page that was written.
  package var page: String

  package init(_ runs: [RecordedRun], page: String) {
    self.page = page
    self.runs = ComparisonReport.named(runs).map { run in
      Run(
        name: run.name, folder: run.files.path, verdict: run.information?.verdict,
        summary: run.information?.summary, side: run.decisive?.name, report: run.decisive?.report,
        bestEpoch: run.information?.best?.epoch, epochs: run.curve.count, gaps: run.gaps)
    }
  }
}
