internal import Workers

/// Does something when its time is over, unless that is moved or cancelled before.
final class Deadline: Sendable {
  private let timer = Locked<Task<Void, Never>?>(nil)
  private let end: @Sendable () -> Void

  init(end: @escaping @Sendable () -> Void) { self.end = end }

  /// Begins anew.
  func set(seconds: Double) {
    let task = Task { [end] in
      do { try await Task.sleep(for: .seconds(seconds)) } catch { return }
      end()
    }
    replace(task)
  }

  /// Nothing will be done.
  func cancel() { replace(nil) }

  private func replace(_ task: Task<Void, Never>?) {
    let former = timer.withLock { timer in
      defer { timer = task }
      return timer
    }
    former?.cancel()
  }
}
