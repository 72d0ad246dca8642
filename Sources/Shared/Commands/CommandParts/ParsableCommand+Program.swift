package import ArgumentParser
internal import NeuralNetwork
internal import Terminal

extension ParsableCommand {
  /// Runs the command that the arguments name, as the whole program, and ends the process with the exit
  /// code of its error, or 0.
  ///
  /// - Parameters:
  ///   - prepare: Runs before the arguments are read.
  ///   - check: Throws if the command may not run here.
  ///   - conclude: Runs before the process ends: the message for the user and the exit code. The message
  ///     is nil if the command ends by an exit code of its own.
  package static func runAsProgram(
    prepare: () -> Void = {}, check: (any ParsableCommand) throws -> Void = { _ in },
    conclude: (_ message: String?, _ status: Int32) -> Void = { _, _ in }
  ) -> Never {
    Program.begin(failureStatus: ExitCode.failure.rawValue)
    prepare()
    let outcome: any Error
    do {
      try Processor.checkEnvironment()
      var command = try parseAsRoot()
      try check(command)
      try command.run()
      outcome = ExitCode.success
    } catch let error as KernelSelectionError {
      outcome = ValidationError(error.description)
    } catch {
      outcome = error
    }
    let status = exitCode(for: outcome).rawValue
    conclude(outcome is ExitCode ? nil : fullMessage(for: outcome), status)
    Program.end(
      fullMessage(for: outcome), status: status, failureStatus: ExitCode.failure.rawValue)
  }
}
