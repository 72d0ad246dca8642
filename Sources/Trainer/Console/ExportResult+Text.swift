import PrintableText
import RunReports
import Terminal
import TrainingRun

extension ModelExport.Result {
  /// Prints what was measured, the verdict, and where the files are.
  func print() {
    StandardOutput.write(ResultTable(judgement).render())
    StandardOutput.write("\n" + verdictLine)
    if isExported {
      StandardOutput.write("Model      \(target.model)")
      if let path = target.safetensors { StandardOutput.write("           \(path)") }
    }
    if isTold { StandardOutput.write("Told in    \(target.information)") }
  }

  /// Shows what the model is worth and writes the report. A training isn't lost because its report can't
  /// be written: that is a note.
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
