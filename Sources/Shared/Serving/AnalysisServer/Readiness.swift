internal import Workers

/// Whether the server can do what it is there for.
final class Readiness: Sendable {
  private let state = Locked((workers: 0, isListening: false, isStopping: false))

  /// A worker has loaded the model.
  func workerStarted() { state.withLock { $0.workers += 1 } }

  /// Clients can connect.
  func listeningBegan() { state.withLock { $0.isListening = true } }

  /// Whether clients could ever connect.
  var isListening: Bool { state.withLock { $0.isListening } }

  /// The server stops.
  func stop() { state.withLock { $0.isStopping = true } }

  /// Whether a worker has ever loaded the model.
  var hasWorked: Bool { state.withLock { $0.workers > 0 } }

  /// Whether the server stops.
  var isStopping: Bool { state.withLock { $0.isStopping } }

  /// Whether a worker has been ready, and the server doesn't stop.
  var isReady: Bool { state.withLock { $0.workers > 0 && !$0.isStopping } }
}
