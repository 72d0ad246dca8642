internal import Files
internal import Foundation
internal import Workers

/// The sign of life of a task's run: `task-003-heartbeat.json` in the store's folder, rewritten at
/// every `interval` while it runs, and once at its end.
package struct TaskHeartbeat: Codable, Sendable, Equatable {
  /// State of a run.
  package enum State: String, Codable, Sendable {
    /// It is running, or was killed.
    case running
    /// It was asked to stop.
    case stopped
    /// An error ended it.
    case failed
    /// It has nothing left to do.
    case done
  }

  /// Seconds between two signs of life.
  package static let interval = 20.0

  package var state: State
  /// The machine's name.
  package var host: String
  /// The process on that machine.
  package var process: Int32
  /// When the run began, in seconds since 1970.
  package var startedAt: Double
  /// When this was written, in seconds since 1970.
  package var writtenAt: Double
  /// Number of videos that the run had to do at its beginning.
  package var videos: Int
  /// Number of these that it has done.
  package var videosDone: Int
  /// Whether it writes on a scratch disk and publishes whole shards.
  package var isStaged: Bool
  /// Arguments of the command that continues the task, without the task itself.
  package var command: [String]

  /// Videos per second; nil before the first one is done.
  package var rate: Double? {
    let seconds = writtenAt - startedAt
    return videosDone > 0 && seconds > 0 ? Double(videosDone) / seconds : nil
  }

  /// Seconds without a sign of life after which a run counts as gone.
  package static let patience = 6 * interval

  /// Whether the run seems to be running: its last sign of life is recent and, if it is on this
  /// machine, its process exists.
  package func isAlive(now: Double = Date().timeIntervalSince1970) -> Bool {
    guard state == .running, now - writtenAt < Self.patience else { return false }
    return host != ProcessInfo.processInfo.hostName || kill(process, 0) == 0 || errno != ESRCH
  }

  private static let maximumBytes = 1 << 20

  private static func path(_ task: JobTask, _ store: String) -> String {
    let digits = String(task.index)
    return store + "/task-" + String(repeating: "0", count: 3 - digits.count) + digits
      + "-heartbeat.json"
  }

  /// Reads the last sign of life of a task's last run; nil if there is none that can be read.
  package static func read(_ task: JobTask, inStore store: String) -> TaskHeartbeat? {
    guard
      let bytes = try? FileSystem.contents(of: path(task, store), maximumBytes: maximumBytes)
    else { return nil }
    return try? JSONDecoder().decode(TaskHeartbeat.self, from: Data(bytes))
  }

  fileprivate func write(_ task: JobTask, inStore store: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let bytes = [UInt8](try encoder.encode(self))
    try AtomicFile.write(bytes, to: Self.path(task, store), isDurable: false)
  }
}

/// Writes the heartbeat of a task's run while it lives.
///
/// A sign of life that can't be written, e.g. on a full disk, is left out: the run itself meets the
/// same problem when it writes to the store.
///
/// Sendable because `heartbeat` is locked and the timer, never replaced, is only cancelled, which
/// Dispatch allows on any thread.
final class TaskPulse: @unchecked Sendable {
  private let task: JobTask
  private let store: String
  private let heartbeat: Locked<TaskHeartbeat>
  private let timer: any DispatchSourceTimer

  /// Writes the first sign of life.
  init(
    _ task: JobTask, store: String, videos: Int, isStaged: Bool = false, command: [String]
  ) {
    self.task = task
    self.store = store
    let now = Date().timeIntervalSince1970
    heartbeat = Locked(
      TaskHeartbeat(
        state: .running, host: ProcessInfo.processInfo.hostName,
        process: ProcessInfo.processInfo.processIdentifier, startedAt: now, writtenAt: now,
        videos: videos, videosDone: 0, isStaged: isStaged, command: command))
    timer = DispatchSource.makeTimerSource()
    timer.schedule(deadline: .now() + TaskHeartbeat.interval, repeating: TaskHeartbeat.interval)
    timer.setEventHandler { [weak self] in self?.beat() }
    beat()
    timer.resume()
  }

  /// Counts a video that was done.
  func countVideo() { heartbeat.withLock { $0.videosDone += 1 } }

  /// Writes the last sign of life.
  func end(_ state: TaskHeartbeat.State) {
    timer.cancel()
    heartbeat.withLock { $0.state = state }
    beat()
  }

  private func beat() {
    // Under the lock, so that a late sign of life never comes after the last one.
    heartbeat.withLock { heartbeat in
      heartbeat.writtenAt = Date().timeIntervalSince1970
      try? heartbeat.write(task, inStore: store)
    }
  }
}
