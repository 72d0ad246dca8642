package import Analyses

/// How far an analysis is, as clients that follow it are told.
package struct AnalysisUpdate: Codable, Sendable, Equatable {
  /// How far it is.
  package var state: Analysis.State
  /// Its place in the queue, 1 for the next one; nil unless it waits.
  package var position: Int?
  /// What is being done; nil unless it runs or its preview is being made.
  package var stage: AnalysisProgress.Stage?
  /// How much of that is done, 0...1; nil where that isn't known.
  package var share: Double?
  /// How far the preview is; nil before there is an answer.
  package var preview: AnalysisResult.Media.Preview?

  /// Whether nothing will follow.
  var isLast: Bool { state == .failed || (state == .done && preview != .making) }

  init(_ analysis: Analysis, progress: AnalysisProgress? = nil, position: Int? = nil) {
    state = analysis.state
    self.position = analysis.state == .queued ? position : nil
    stage = progress?.stage
    share = progress?.share
    preview = analysis.result?.media.preview
  }
}
