import CommandParts
import ArgumentParser
import ExtractionRun
import Foundation
import PrintableText
import ShardStore
import Terminal

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Combines the reports of a store's tasks, and finds equal videos in the whole store.",
    discussion: """
      Examples:
        extractor report /data/dfdc-faces
        extractor report /data/dfdc-faces --json report.json

      Each task of a store writes a report (extraction-report-003.json). This command combines \
      them: what was extracted, skipped and incomplete, and videos with exactly the pictures of \
      another one. The result is written to extraction-report.json in the store's folder.

      Exit codes: 0 every video is extracted; 1 failed; 2 tasks are missing, or videos failed or \
      are incomplete; 64 wrong usage.
      """)

  @Argument(help: "The folder of the store.", completion: .directory)
  var store: String

  @Option(help: "Threads that search for equal videos; 0 is one per core.")
  var workers: Int = 0

  @OptionGroup var json: JSONOption

  func validate() throws {
    guard (0...1024).contains(workers) else {
      throw ValidationError("--workers: expected 0...1024, got \(workers)")
    }
  }

  func run() throws {
    let destination = try json.begin()
    let (report, missing) = try ExtractionReport.ofAllTasks(store: store, workers: workers)
    StandardOutput.write(report.table())
    let lines = report.problemLines()
    if !lines.isEmpty { StandardOutput.write("\n" + lines.joined(separator: "\n")) }
    if !missing.isEmpty {
      StandardOutput.write(
        "\nNo report yet of tasks \(StoreStatus.ranges(missing)); extractor status shows them")
    }
    StandardOutput.write("\n" + "Report: \(store)/\(report.fileName)".printable)
    try destination?.write(report, format: "extraction-report/1")
    if report.hasProblems || report.pending > 0 || !missing.isEmpty { throw ExitCode(2) }
  }
}
