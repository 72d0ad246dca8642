internal import Analyses

/// Tells everybody who follows an analysis how far it is.
actor AnalysisHub {
  private var followers: [AnalysisID: [Int: AsyncStream<AnalysisUpdate>.Continuation]] = [:]
  private var latest: [AnalysisID: AnalysisProgress] = [:]
  private var next = 0
  private var isStopped = false

  /// What is said of an analysis from here on; it ends with the last update, or when nothing can follow.
  /// Only the newest update waits for a slow reader.
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

  /// Where the worker of an analysis is; nil where none works on it.
  func progress(of id: AnalysisID) -> AnalysisProgress? { latest[id] }

  /// How many follow an analysis.
  var followerCount: Int { followers.values.reduce(0) { $0 + $1.count } }

  /// Tells those who follow an analysis.
  func publish(_ analysis: Analysis, progress: AnalysisProgress? = nil) {
    let update = AnalysisUpdate(analysis, progress: progress)
    latest[analysis.id] = update.isLast ? nil : progress
    for continuation in followers[analysis.id, default: [:]].values {
      continuation.yield(update)
      if update.isLast { continuation.finish() }
    }
  }

  /// Ends what is said of an analysis that was deleted.
  func end(_ id: AnalysisID) {
    latest[id] = nil
    for continuation in followers[id, default: [:]].values { continuation.finish() }
  }

  /// Ends all that is said: the server stops.
  func endAll() {
    isStopped = true
    for continuation in followers.values.flatMap(\.values) { continuation.finish() }
  }

  private func forget(_ id: AnalysisID, _ key: Int) {
    followers[id]?[key] = nil
    if followers[id]?.isEmpty == true { followers[id] = nil }
  }
}
