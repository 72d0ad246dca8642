package import Analyses

/// Progress of an analysis, as clients that follow it receive it.
package struct AnalysisUpdate: Codable, Sendable, Equatable {
  package var state: Analysis.State
  /// Position in the queue, 1 for the next one; nil unless the analysis is queued.
  package var position: Int?
  /// Current stage; nil unless the analysis runs or its preview is being made.
  package var stage: AnalysisProgress.Stage?
  /// Completed share of the stage, 0...1; nil if unknown.
  package var share: Double?
  /// State of the preview; nil before there is an answer.
  package var preview: AnalysisResult.Media.Preview?

  /// Whether no update will follow.
  var isLast: Bool { state == .failed || (state == .done && preview != .making) }

  init(_ analysis: Analysis, progress: AnalysisProgress? = nil, position: Int? = nil) {
    state = analysis.state
    self.position = analysis.state == .queued ? position : nil
    stage = progress?.stage
    share = progress?.share
    preview = analysis.result?.media.preview
  }
}
