internal import Analyses

/// Sends the progress of analyses to their followers.
actor AnalysisHub {
  private var followers: [AnalysisID: [Int: AsyncStream<AnalysisUpdate>.Continuation]] = [:]
  private var latest: [AnalysisID: AnalysisProgress] = [:]
  private var next = 0
  private var isStopped = false

  /// Updates of an analysis from now on. The stream ends after the last update, when the analysis
  /// is deleted, and when the server stops. Only the newest update is kept for a slow reader.
  func follow(_ id: AnalysisID) -> AsyncStream<AnalysisUpdate> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: AnalysisUpdate.self, bufferingPolicy: .bufferingNewest(1))
    guard !isStopped else {
      continuation.finish()
      return stream
    }
    let key = next
    next += 1
    followers[id, default: [:]][key] = continuation
    continuation.onTermination = { [weak self] _ in
      Task { [weak self] in await self?.forget(id, key) }
    }
    return stream
  }

  /// Progress of an analysis; nil if no worker has it.
  func progress(of id: AnalysisID) -> AnalysisProgress? { latest[id] }

  /// Number of followers of all analyses.
  var followerCount: Int { followers.values.reduce(0) { $0 + $1.count } }

  /// Sends an update to the followers of an analysis.
  func publish(_ analysis: Analysis, progress: AnalysisProgress? = nil) {
    let update = AnalysisUpdate(analysis, progress: progress)
    latest[analysis.id] = update.isLast ? nil : progress
    for continuation in followers[analysis.id, default: [:]].values {
      continuation.yield(update)
      if update.isLast { continuation.finish() }
    }
  }

  /// Ends the streams of an analysis that was deleted.
  func end(_ id: AnalysisID) {
    latest[id] = nil
    for continuation in followers[id, default: [:]].values { continuation.finish() }
  }

  /// Ends all streams, because the server stops.
  func endAll() {
    isStopped = true
    for continuation in followers.values.flatMap(\.values) { continuation.finish() }
  }

  private func forget(_ id: AnalysisID, _ key: Int) {
    followers[id]?[key] = nil
    if followers[id]?.isEmpty == true { followers[id] = nil }
  }
}
