internal import Foundation
package import ShardStore

/// Progress of a store's tasks, by their manifests and heartbeats.
package struct StoreStatus: Sendable {
  /// The status of one task.
  package struct Task: Sendable {
    /// The state of a task.
    package enum State: String, Encodable, Sendable {
      /// Nothing is left to do.
      case done
      /// A run gave a sign of life in the last two minutes.
      case running
      /// A run gave its last sign of life before that and no end: it was killed, or its machine is
      /// gone.
      case silent
      /// A run was asked to stop.
      case stopped
      /// A run ended with an error.
      case failed
      /// No run has begun.
      case missing
      /// Older software wrote it, which gives no sign of life.
      case unknown
    }

    package let task: JobTask
    package let state: State
    /// What it has written; nil if that is nothing.
    package let content: TaskContent?
    /// The last sign of life of its last run; nil if there is none.
    package let heartbeat: TaskHeartbeat?
    /// Seconds since that sign of life.
    package let age: Double?

    /// Number of videos of the task, as far as known: those in the store and those still to do.
    package var videos: Int? {
      guard let heartbeat else { return nil }
      let stored = (content?.finishedVideos ?? 0) + (content?.failedVideos ?? 0)
      return max(stored, stored + heartbeat.videos - heartbeat.videosDone)
    }
  }

  /// All tasks in order.
  package let tasks: [Task]

  /// Reads a store's status.
  ///
  /// - Parameter now: seconds since 1970.
  package init(
    store: String, now: Double = Date().timeIntervalSince1970
  ) throws(ShardStoreError) {
    let description = try StoreDescription(store: store)
    let contents = try TaskContent.all(inStore: store)
    let count = max(description.tasks ?? 1, (contents.map(\.task).max() ?? 0) + 1)
    tasks = (0..<count).map { index in
      let task = JobTask(index: index, count: count)
      let content = contents.first { $0.task == index }
      let heartbeat = TaskHeartbeat.read(task, inStore: store)
      let age = heartbeat.map { max(0, now - $0.writtenAt) }
      let state: Task.State =
        switch heartbeat?.state {
        case .running: heartbeat?.isAlive(now: now) == true ? .running : .silent
        case .stopped: .stopped
        case .failed: .failed
        case .done: .done
        case nil: content == nil ? .missing : .unknown
        }
      return Task(task: task, state: state, content: content, heartbeat: heartbeat, age: age)
    }
  }

  /// The tasks in a state.
  package func tasks(_ states: Task.State...) -> [Task] {
    tasks.filter { states.contains($0.state) }
  }

  /// The tasks that no run is doing and that aren't done.
  package var open: [Task] { tasks(.silent, .stopped, .failed, .missing, .unknown) }

  /// Videos per second of all running tasks; nil if unknown.
  package var rate: Double? {
    let rates = tasks(.running).compactMap(\.heartbeat?.rate)
    return rates.isEmpty ? nil : rates.reduce(0, +)
  }

  /// Arguments of the command that does a task; nil if no run has recorded them.
  package var command: [String]? { tasks.compactMap(\.heartbeat?.command).last }

  /// Numbers in the format of the engines of arrays: "3,5-7".
  package static func ranges(_ numbers: [Int]) -> String {
    var ranges: [ClosedRange<Int>] = []
    for number in numbers.sorted() {
      if let last = ranges.last, last.upperBound + 1 == number {
        ranges[ranges.count - 1] = last.lowerBound...number
      } else {
        ranges.append(number...number)
      }
    }
    return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
      .joined(separator: ",")
  }
}
