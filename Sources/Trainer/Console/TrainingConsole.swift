import Foundation
import RunReports
import Terminal
import TrainingRun
import Workers

/// Shows a training: the table of epochs on standard output, the progress line on standard error.
/// Ctrl-C, SIGTERM and SIGHUP end it with a checkpoint, a second Ctrl-C or SIGTERM immediately.
final class TrainingConsole: TrainingObserver, ProgressConsole {
  let interruption = Interruption { request, signal in
    StandardError.write(
      request == .finish
        ? "\nEnding with a checkpoint; press Ctrl-C again to end at once."
        : "\nEnding; the steps after the last checkpoint are lost.")
    if request == .abandon { exit(128 + signal) }
    TrainingProcesses.endSoon()
  }
  let line = Locked<ProgressLine?>(nil)

  func observe(_ event: TrainingEvent) {
    switch event {
    case .damagedCheckpoint(let error):
      StandardOutput.write(
        "Damaged    \(error)\n           Continuing from the checkpoint before it.")
    case .started(let weights):
      for (index, line) in weights.enumerated() {
        StandardOutput.write((index == 0 ? "Start      " : "           ") + line)
      }
    case .resumed(let progress, let totalSteps, let note):
      StandardOutput.write(
        "Resume     epoch \(progress.epoch + 1), step \(progress.step) of \(totalSteps)")
      if let note { StandardOutput.write("Note       \(note)") }
    case .loopBegan(let progress, let totalSteps):
      StandardOutput.write("\n" + EpochTable.render(progress))
      line.withLock {
        $0 = ProgressLine(total: totalSteps, first: progress.step, unit: "steps")
      }
    case .stepped(let progress, let outcome, let throughput, let epochs):
      advance(
        to: progress.step,
        detail: "epoch \(min(progress.epoch + 1, epochs))/\(epochs)  loss "
          + TableCell.number(outcome.loss, 4) + "  "
          + TableCell.number(throughput.imagesPerSecond, 1) + " images/s  wait "
          + TableCell.percent(throughput.waitShare))
    case .validating(let step, let done, let total):
      advance(to: step, detail: "validating \(done)/\(total)")
    case .savingCheckpoint(let step):
      advance(to: step, detail: "writing a checkpoint")
    case .epochEnded(let record, let isBest):
      line.withLock { $0?.print(EpochTable.row(record, isBest: isBest)) }
    case .timeLimitReached:
      note("The time limit is reached; the same command with more time goes on.")
    case .patienceExhausted(let patience):
      note("No better validation in \(patience): training ends early.")
    case .steppedBack(let reason, let progress):
      note(
        reason.prefix(1).uppercased() + reason.dropFirst()
          + "; going back to step \(progress.step) with half the learning rate "
          + "(\(progress.recoveries) of 3).")
    case .loopEnded:
      end()
    case .foldBegan(let fold, let count, let summary):
      StandardOutput.write("\nFold \(fold) of \(count)\n\(summary)")
    case .foldsEnded(let result, let summary):
      StandardOutput.write("\n" + CrossValidationTable.render(result))
      if let summary { StandardOutput.write("\nAll folds\n\(summary)") }
    }
  }

  private func note(_ text: String) {
    line.withLock { $0?.note(text) }
  }
}
