import CommandParts
import ArgumentParser
import ExtractionRun
import Foundation
import PrintableText
import ShardStore
import Terminal

struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Shows the progress of a store's tasks, and the command that completes it.",
    discussion: """
      Examples:
        extractor status /data/dfdc-faces
        watch -n 30 extractor status /data/dfdc-faces

      A run gives a sign of life every 20 seconds. A task is silent if its run has given none for \
      two minutes and has not reported its end: it was killed, or its machine is gone; run it again.

      Exit codes: 0 all tasks are done; 1 failed; 2 some are not; 64 wrong usage.
      """)

  @Argument(help: "The folder of the store.", completion: .directory)
  var store: String

  @OptionGroup var json: JSONOption

  func run() throws {
    let destination = try json.begin()
    let status = try StoreStatus(store: store)
    show(status)
    try destination?.write(Result(status), format: "store-status/1")
    if status.tasks(.done).count < status.tasks.count { throw ExitCode(2) }
  }

  private func show(_ status: StoreStatus) {
    var table = TextTable(header: [
      "task", "state", "videos", "of", "failed", "crops", "videos/h", "last sign", "host",
    ])
    // Tasks that have not begun have nothing to show; their numbers are below the table.
    for task in status.tasks where task.state != .missing {
      let content = task.content
      let rate = task.state == .running ? task.heartbeat?.rate : nil
      table.append([
        task.task.text, task.state.rawValue,
        "\((content?.finishedVideos ?? 0) + (content?.failedVideos ?? 0))",
        task.videos.map(String.init) ?? "-", "\(content?.failedVideos ?? 0)",
        "\(content?.samples ?? 0)", rate.map { String(format: "%.0f", 3600 * $0) } ?? "-",
        task.age.map { ProgressLine.duration($0) + " ago" } ?? "-",
        (task.heartbeat?.host ?? "-").printable,
      ])
    }
    StandardOutput.write(table.render())
    let counts = [StoreStatus.Task.State.done, .running, .silent, .stopped, .failed, .missing]
      .map { ($0.rawValue, status.tasks($0).count) }.filter { $0.1 > 0 }
    StandardOutput.write(
      "\n\(status.tasks.count) tasks: " + counts.map { "\($0.1) \($0.0)" }.joined(separator: ", "))
    if let rate = status.rate {
      let left = status.tasks(.running).compactMap(\.heartbeat)
        .reduce(0) { $0 + max(0, $1.videos - $1.videosDone) }
      StandardOutput.write(
        String(format: "%.0f videos an hour; ", 3600 * rate)
          + "running tasks have \(left) left, about "
          + ProgressLine.duration(Double(left) / rate))
    }
    let open = status.open.map(\.task)
    guard let first = open.first else { return }
    StandardOutput.write(
      "\nLeft to do: tasks \(StoreStatus.ranges(open.map(\.index))) (as in sbatch --array=...)")
    guard let command = status.command else { return }
    let words = (["extractor"] + command).map(\.shellWord)
    StandardOutput.write(
      ("  " + words.joined(separator: " ")
        + (status.tasks.count > 1 ? " --task \(first.text)" : "")).printable)
  }

  private struct Result: Encodable {
    struct Task: Encodable {
      var task: Int
      var state: StoreStatus.Task.State
      var finishedVideos: Int
      var failedVideos: Int
      var samples: Int
      var videos: Int?
      var secondsSinceSign: Double?
      var host: String?
      var videosPerSecond: Double?
    }

    var tasks: [Task]
    /// Tasks that are neither done nor running.
    var open: [Int]
    var command: [String]?

    init(_ status: StoreStatus) {
      tasks = status.tasks.map {
        Task(
          task: $0.task.index, state: $0.state, finishedVideos: $0.content?.finishedVideos ?? 0,
          failedVideos: $0.content?.failedVideos ?? 0, samples: $0.content?.samples ?? 0,
          videos: $0.videos, secondsSinceSign: $0.age, host: $0.heartbeat?.host,
          videosPerSecond: $0.state == .running ? $0.heartbeat?.rate : nil)
      }
      open = status.open.map(\.task.index)
      command = status.command
    }
  }
}
