import ArgumentParser
import CommandParts
import Terminal
import TrainingRun

/// Trains, evaluates and exports the network.
@main
struct Trainer: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trainer",
    abstract: "Trains a deepfake detector from a shard store of face crops.",
    discussion: """
      From a store to a model that can be trusted:

        trainer train pipelines/dfdc.yaml --store /data/dfdc-faces --run runs/dfdc
        trainer evaluate --model runs/dfdc/model.pt --store /data/dfdc-faces
        trainer crossvalidate pipelines/folders.yaml --store faces --run runs/own   (few people)
        trainer report runs/dfdc
        trainer export --checkpoint runs/dfdc/checkpoints/best.pt --output fixed_deepfake_model.pt

      A training may be stopped or killed at any moment; the same command goes on where it ended.

      Every verdict on a model is one of three words: sound, broken, cannot tell (too few people, \
      one class only, or another network).

      Exit codes: 0 done, the model is sound; 1 failed, or the model is broken, or the result can't be \
      printed; 3 trained, but the model is broken; 4 done, but the data can't tell what the model is \
      worth; 64 wrong usage; 129, 130 or 143 stopped by SIGHUP, Ctrl-C or SIGTERM.
      """,
    version: softwareVersion,
    subcommands: [
      TrainCommand.self, CrossValidateCommand.self, PreviewCommand.self, EvaluateCommand.self,
      ReportCommand.self,
      DiagnoseCommand.self,
      RepairCommand.self, ExportCommand.self, BenchmarkCommand.self, TuneCommand.self,
      SettingsCommand<TrainingSettings>.self,
    ])

  static func main() {
    runAsProgram(
      prepare: TrainingProcesses.muteOthers, check: checkProcesses,
      // All processes of a training end with the same code; only another error is a failure of this one.
      conclude: TrainingProcesses.end)
  }

  /// Throws if several processes were started for a command other than train, which
  /// each would run alone.
  private static func checkProcesses(_ command: any ParsableCommand) throws {
    guard TrainingProcesses.launchedCount > 1, !(command is TrainCommand) else { return }
    throw ValidationError(
      "\(type(of: command).configuration.commandName ?? "this command") runs in one process, and "
        + "\(TrainingProcesses.launchedCount) were started; start it without mpirun or srun -n (only "
        + "train runs in several)")
  }
}
