import ArgumentParser
import ExtractionRun
import Foundation
import PrintableText
import Terminal

/// The options that choose one of several tasks.
struct TaskOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Do task i of the n that the data set is divided into, counted from 0.", valueName: "i/n"),
    transform: { text in
      guard let task = JobTask(text) else { throw Self.wrong(text, first: 0) }
      return task
    })
  var task: JobTask?

  @Option(
    help: ArgumentHelp(
      "Divide the data set into n tasks and do the one with the index of this array job.",
      discussion: """
        The index comes from the environment, as Slurm, Kubernetes, AWS Batch, Grid Engine, LSF \
        and PBS set it; the number of jobs in the array makes no difference.
        """, valueName: "n"))
  var tasks: Int?

  @Option(
    help: ArgumentHelp(
      "The index of the array's first job, if it is not the scheduler's usual one.",
      valueName: "index"))
  var taskBase: Int?

  @Option(
    help: ArgumentHelp("The same as --task, counted from 1: 1/8 to 8/8.", valueName: "i/n"),
    transform: { text in
      guard let task = JobTask(part: text) else { throw Self.wrong(text, first: 1) }
      return task
    })
  var part: JobTask?

  @Option(
    help: ArgumentHelp(
      "Write shards in this folder, on a disk of this machine, and publish them whole in the store.",
      discussion: """
        For stores on shared file systems: nothing in the store is locked or mapped, and a task \
        that runs twice does no harm. Shards are published when they are full, every 15 minutes, \
        and at the end. For one of several tasks the default is TMPDIR, if set; otherwise shards \
        are written in the store.
        """, valueName: "folder"),
    completion: .directory)
  var scratch: String?

  func validate() throws {
    guard scratch != "" else { throw ValidationError("--scratch: expected a folder, got nothing") }
    guard [task != nil, tasks != nil, part != nil].count(where: { $0 }) <= 1 else {
      throw ValidationError("--task, --tasks and --part: expected at most one of them")
    }
    guard taskBase == nil || tasks != nil else {
      throw ValidationError("--task-base: it says where the array of --tasks begins; say --tasks")
    }
    if let tasks, !(1...JobTask.maximumCount).contains(tasks) {
      throw ValidationError("--tasks: expected 1...\(JobTask.maximumCount), got \(tasks)")
    }
  }

  /// The chosen task; nil for all.
  func chosen() throws -> JobTask? {
    guard let tasks else { return task ?? part }
    let index: ArrayIndex
    do throws(ArrayIndexError) {
      index = try ArrayIndex(
        environment: ProcessInfo.processInfo.environment, tasks: tasks, base: taskBase)
    } catch {
      throw ValidationError(error.description)
    }
    StandardOutput.write("Task \(index.task.text), by \(index.origin)".printable)
    if let note = index.note { StandardOutput.write("Note: \(note)".printable) }
    return index.task
  }

  /// The scratch folder; nil if shards are written in the store.
  ///
  /// - Parameter task: The chosen task; nil for all.
  func scratchFolder(for task: JobTask?) -> String? {
    if let scratch { return URL(fileURLWithPath: scratch).path }
    guard let task, task.count > 1, let folder = ProcessInfo.processInfo.environment["TMPDIR"],
      folder.hasPrefix("/")
    else { return nil }
    return folder
  }

  private static func wrong(_ text: String, first: Int) -> ValidationError {
    ValidationError(
      "expected I/N with N of 1...\(JobTask.maximumCount) and I of \(first)...N\(first == 0 ? "-1" : ""), "
        + "such as \(first)/8, got \(text)")
  }
}
