internal import Workers

/// Whether the server can serve.
final class Readiness: Sendable {
  private let state = Locked((workers: 0, isListening: false, isStopping: false))

  /// Records that a worker has loaded the model.
  func workerStarted() { state.withLock { $0.workers += 1 } }

  /// Records that clients can connect.
  func listeningBegan() { state.withLock { $0.isListening = true } }

  /// Whether the server has begun to listen.
  var isListening: Bool { state.withLock { $0.isListening } }

  /// Records that the server stops.
  func stop() { state.withLock { $0.isStopping = true } }

  /// Whether a worker has ever loaded the model.
  var hasWorked: Bool { state.withLock { $0.workers > 0 } }

  /// Whether the server stops.
  var isStopping: Bool { state.withLock { $0.isStopping } }

  /// Whether a worker has ever loaded the model, and the server doesn't stop.
  var isReady: Bool { state.withLock { $0.workers > 0 && !$0.isStopping } }
}
