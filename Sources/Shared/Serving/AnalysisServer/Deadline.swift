internal import Workers

/// Calls a closure when the time is over, unless it is set again or cancelled before.
final class Deadline: Sendable {
  private let timer = Locked<Task<Void, Never>?>(nil)
  private let end: @Sendable () -> Void

  init(end: @escaping @Sendable () -> Void) { self.end = end }

  /// Starts the time, or starts it again.
  func set(seconds: Double) {
    let task = Task { [end] in
      do { try await Task.sleep(for: .seconds(seconds)) } catch { return }
      end()
    }
    replace(task)
  }

  /// Cancels the call.
  func cancel() { replace(nil) }

  private func replace(_ task: Task<Void, Never>?) {
    let former = timer.withLock { timer in
      defer { timer = task }
      return timer
    }
    former?.cancel()
  }
}
