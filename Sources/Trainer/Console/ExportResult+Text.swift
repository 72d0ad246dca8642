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
}
