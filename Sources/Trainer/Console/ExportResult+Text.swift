import PrintableText
import RunReports
import Terminal
import TrainingRun

extension ModelExport.Result {
  /// Prints the metrics, the verdict, and the paths of the files.
  func print() {
    StandardOutput.write(ResultTable(judgement).render())
    StandardOutput.write("\n" + verdictLine)
    if isExported {
      StandardOutput.write("Model      \(target.model)")
      if let path = target.safetensors { StandardOutput.write("           \(path)") }
    }
    if isInformationWritten { StandardOutput.write("Details    \(target.information)") }
  }

  /// Prints the result and writes the report. If the report can't be written, that is only a note,
  /// because the training has succeeded.
  func finish(_ files: RunFiles, _ setup: TrainingSetup) {
    print()
    do {
      let run = try RecordedRun(files.path)
      var report = RunReport(run, ReportPictures(of: run, setup: setup))
      try ReportWriter.write(report.page(), to: run.files.report)
      StandardOutput.write("Report     \(run.files.report)")
    } catch {
      StandardError.write("The report can't be written: \(error)")
      StandardError.write("Try: trainer report \(files.path.shellWord)")
    }
  }
}
