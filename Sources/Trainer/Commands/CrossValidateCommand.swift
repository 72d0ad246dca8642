import CommandParts
import ArgumentParser
import Contract
import CrossValidation
import Evaluation
import PipelineConfiguration
import PrintableText
import RunReports
import Terminal
import TrainingRun
import Workers

struct CrossValidateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "crossvalidate",
    abstract: "Measures every video by a network that has not seen its people, then trains on all.",
    discussion: """
      Examples:
        trainer crossvalidate pipelines/folders.yaml --store faces --run runs/a
        trainer crossvalidate pipelines/folders.yaml --store faces --run runs/b --folds 10 \\
          --set epochs=10
        trainer crossvalidate pipelines/dfdc.yaml --store faces --run runs/c --fold 2
        trainer crossvalidate pipelines/dfdc.yaml --store faces --run runs/d --measure-only

      People are divided into folds with about the same share of each class and method. For each \
      fold a network learns from all others and judges it after every epoch. All answers together \
      choose the number of epochs, the temperature, the threshold and the bounds of "cannot tell", \
      and give the numbers in training_info.json. The model then learns from all people for as \
      many epochs. It takes as long as one training for each fold, and one more; with few people \
      it is the only way to numbers that don't depend on chance.

      Each fold is a separate run, in RUN/fold-1 and so on. After a stop or a kill, the same \
      command continues. With --fold only one fold is trained, so that folds can be jobs on \
      several machines with a common folder; the command without --fold then does the rest.

      The data set's own test videos are in no fold (with data.split: dataset), and are measured \
      with the model at the end.

      Exit codes: 0 trained, the model is sound, or measured as asked; 1 failed; 3 trained, but the \
      model is broken and was not exported; 4 trained and exported, but the data can't tell whether the \
      model is a detector; 64 wrong usage; 129, 130 or 143 stopped by SIGHUP, Ctrl-C or SIGTERM.
      """)

  @OptionGroup var options: TrainingOptions

  @Option(help: "Number of folds.")
  var folds = 5

  @Option(help: "Train this fold alone, from 1; without it, all that are not trained yet.")
  var fold: Int?

  @Flag(help: "Measure the folds and end, without a training on all of them.")
  var measureOnly = false

  func validate() throws {
    guard (2...10_000).contains(folds) else {
      throw ValidationError("--folds: expected 2...10000, got \(folds)")
    }
    if fold != nil, measureOnly {
      throw ValidationError("--fold and --measure-only exclude each other")
    }
    if let fold, !(1...folds).contains(fold) {
      throw ValidationError("--fold: expected 1...\(folds), got \(fold)")
    }
  }

  func run() throws {
    let configuration = try options.settings()
    guard configuration.data.shuffleShards == nil else {
      throw ValidationError(TrainingSettings.Data.shuffleShardsNote)
    }
    try MemoryCheck.start(workers: configuration.workers, reading: nil)
    let store = try options.store(of: configuration)
    let run = try options.run(of: configuration)
    StandardOutput.isLog = true
    let console = TrainingConsole()
    do {
      let outcome = try CrossValidation(
        configuration, recorded: configuration.recorded, store: store, folder: run, folds: folds,
        force: options.force, observer: console
      ).run(
        only: fold.map { $0 - 1 }, measuresOnly: measureOnly, onExport: { $0.finish($1, $2) })
      try end(outcome, run, console)
    } catch is WorkStopped {
      throw ExitCode(console.interruption.exitCode)
    }
  }

  private func end(
    _ outcome: CrossValidation.Outcome, _ run: String, _ console: TrainingConsole
  ) throws {
    switch outcome {
    case .stopped(let progress):
      StandardOutput.write(
        "Stopped at step \(progress.step); the same command goes on from there.")
      throw ExitCode(console.interruption.exitCode)
    case .foldEnded:
      StandardOutput.write(
        "Fold \(fold ?? 0) of \(folds) has ended. When all have, the same command without --fold "
          + "measures them together and trains the model.")
    case .measured:
      StandardOutput.write("Details    \(run)/crossvalidation.json, \(run)/predictions.csv")
    case .ended(.alreadyEnded(_, let model, let verdict)):
      StandardOutput.write("This run has ended already; its model is \(model).")
      StandardOutput.write(verdict.line("trainer report \(run.shellWord) shows the reasons."))
      try verdict.endCommand(brokenCode: 3)
    case .ended(.judged(let result)):
      try result.judgement.behaviour.verdict.endCommand(brokenCode: 3)
    case .ended(.judgedByFirst(let verdict)):
      try verdict.endCommand(brokenCode: 3)
    case .ended(.stopped), .ended(.foldEnded):
      break
    }
  }
}
