import ArgumentParser
import Foundation
import NeuralNetwork
import Terminal

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

      A training may be stopped at any moment, killed even; the same command goes on where it ended.

      Whatever judges a model says one of three words: sound, broken, cannot tell (too few people, one \
      class only, or another network).

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
    ])

  /// Runs the command.
  static func main() {
    Program.begin(failureStatus: ExitCode.failure.rawValue)
    TrainingProcesses.muteOthers()
    do {
      try Processor.checkEnvironment()
      var command = try parseAsRoot()
      try checkProcesses(command)
      try command.run()
      end(with: ExitCode.success)
    } catch let error as KernelSelectionError {
      end(with: ValidationError(error.description))
    } catch {
      end(with: error)
    }
  }

  /// Several processes train; what else they would do, each would do by itself.
  private static func checkProcesses(_ command: any ParsableCommand) throws {
    guard TrainingProcesses.launchedCount > 1, !(command is TrainCommand) else { return }
    throw ValidationError(
      "\(type(of: command).configuration.commandName ?? "this command") runs in one process, and "
        + "\(TrainingProcesses.launchedCount) were started; start it without mpirun or srun -n (only "
        + "train runs in several)")
  }

  /// Ends the process with what the error asks for: a help text, a message, an exit code.
  private static func end(with error: any Error) -> Never {
    let status = exitCode(for: error).rawValue
    // All processes of a training end with the same code; only what isn't a code is one's own failure.
    TrainingProcesses.end(
      failure: error is ExitCode ? nil : fullMessage(for: error), status: status)
    Program.end(
      fullMessage(for: error), status: exitCode(for: error).rawValue,
      failureStatus: ExitCode.failure.rawValue)
  }
}
