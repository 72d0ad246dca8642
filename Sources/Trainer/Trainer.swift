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
        trainer report runs/dfdc
        trainer export --checkpoint runs/dfdc/checkpoints/best.pt --output fixed_deepfake_model.pt

      A training may be stopped at any moment, killed even; the same command goes on where it ended.

      Whatever judges a model says one of three words: sound, broken, cannot tell (too few people, one \
      class only, or another network).

      Exit codes: 0 done, the model is sound; 1 failed, or the model is broken; 3 trained, but the model \
      is broken; 4 done, but the data can't tell what the model is worth; 64 wrong usage; 130 or 143 \
      stopped by Ctrl-C or SIGTERM.
      """,
    version: softwareVersion,
    subcommands: [
      TrainCommand.self, EvaluateCommand.self, ReportCommand.self, DiagnoseCommand.self,
      RepairCommand.self, ExportCommand.self, BenchmarkCommand.self,
    ])

  /// Runs the command.
  static func main() {
    do {
      try Processor.checkEnvironment()
      var command = try parseAsRoot()
      try command.run()
      end(with: ExitCode.success)
    } catch let error as KernelSelectionError {
      end(with: ValidationError(error.description))
    } catch {
      end(with: error)
    }
  }

  /// Ends the process with what the error asks for: a help text, a message, an exit code. Messages
  /// repeat names of files, which must not command the terminal. Output that was lost is a failure.
  private static func end(with error: any Error) -> Never {
    let message = fullMessage(for: error)
    let code = exitCode(for: error)
    if !message.isEmpty {
      if code.isSuccess { StandardOutput.write(message) } else { StandardError.write(message) }
    }
    if code.isSuccess, let failure = StandardOutput.failure {
      StandardError.write("Error: " + failure)
      Foundation.exit(ExitCode.failure.rawValue)
    }
    Foundation.exit(code.rawValue)
  }
}
