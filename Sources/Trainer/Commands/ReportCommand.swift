import CommandParts
import ArgumentParser
import Contract
import Foundation
import Reporting
import RunReports
import Terminal
import TrainingRun

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Writes the report of a run as one HTML file, or compares several runs.",
    discussion: """
      Examples:
        trainer report runs/dfdc
        trainer report runs/dfdc --store /data/moved/dfdc-faces
        trainer report runs/baseline runs/large --output comparison.html
        trainer report runs/baseline runs/large --json numbers.json

      Every training writes this report at its end. The page is one file that fetches nothing: \
      verdict, curves, ROC, calibration, the worst mistakes with class activation maps, and the \
      commands to repeat the run. Its plots are beside it as SVG files, in the folder plots. \
      Several runs are compared in one page.

      Everything comes from the folder of the run; the pictures come from the store that it was \
      trained on. The report names missing parts.

      Exit codes: 0 done; 1 failed; 64 wrong usage.
      """)

  @Argument(help: "Folders of runs.", completion: .directory)
  var runs: [String]

  @Option(help: "The store, if it has been moved since.", completion: .directory)
  var store: String?

  @Option(
    help: """
      The HTML file to write; report.html in the folder of the run, or with several runs in the \
      current one.
      """,
    completion: .file(extensions: ["html"]))
  var output: String?

  @OptionGroup var json: JSONOption

  func validate() throws {
    if runs.count > 1, store != nil {
      throw ValidationError("--store: a comparison of runs has no pictures; leave it out")
    }
    guard runs.count <= PlotColour.seriesCount else {
      throw ValidationError(
        "expected at most \(PlotColour.seriesCount) runs, as there are no more distinct colours, "
          + "got \(runs.count)")
    }
    if let output, output.isEmpty || output.hasSuffix("/") {
      throw ValidationError("--output: expected a file such as report.html, got '\(output)'")
    }
  }

  func run() throws {
    let destination = try json.begin()
    let recorded = try runs.map { try RecordedRun($0) }
    let path =
      output.map(CommandLinePath.absolute)
      ?? (recorded.count == 1 ? recorded[0].files.report : CommandLinePath.absolute("report.html"))
    if recorded.count == 1 {
      let pictures = ReportPictures(
        of: recorded[0], store: store.map(CommandLinePath.absolute))
      var report = RunReport(recorded[0], pictures)
      try ReportWriter.write(report.page(), to: path)
    } else {
      var report = ComparisonReport(recorded)
      try ReportWriter.write(report.page(), to: path)
    }
    StandardOutput.write("Report     \(path)")
    try destination?.write(RunSummaries(recorded, page: path), format: "runs/1")
  }
}
