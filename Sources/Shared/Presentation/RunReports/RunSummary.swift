package import Contract
package import Evaluation
internal import Judging
internal import TrainingRun

/// Results of runs, for programs: the JSON of `trainer report`.
package struct RunSummaries: Encodable {
  package struct Run: Encodable {
    /// Distinct name, see `ComparisonReport.named`.
    package var name: String
    package var folder: String
    /// Whether the model can be trusted; nil if no model was judged.
    package var verdict: ModelVerdict?
    /// Reason for the verdict, in one line.
    package var summary: String?
    /// The side of the split that the verdict is based on: test, if it has both classes.
    package var side: String?
    /// Metrics on that side.
    package var report: EvaluationReport?
    /// The epoch whose weights were judged, counted from 1.
    package var bestEpoch: Int?
    /// Number of epochs trained.
    package var epochs: Int
    /// Reasons for missing parts, a sentence each.
    package var gaps: [String]
  }

  package var runs: [Run]
  /// Path of the page that was written.
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
