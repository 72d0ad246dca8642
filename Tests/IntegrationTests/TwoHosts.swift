import Foundation
import TestSupport

/// Two hosts on this machine, see scripts/two-hosts: a cable between two network namespaces.
struct TwoHosts {
  let folder: String

  private static let script = BuiltExecutable.packageFolder
    .appendingPathComponent("scripts/two-hosts").path

  /// Why there are none here; nil where they can be made.
  static let reasonAgainst: String? = {
    guard geteuid() == 0 else { return "network namespaces need root" }
    let program = "/bin/bash"
    let outcome = try? BuiltExecutable.run(
      [
        "-c",
        "command -v ip && command -v mpirun.openmpi && exec 3<>/dev/net/tun && "
          + "ip netns add dd-probe-$$ && ip netns del dd-probe-$$ && "
          + "unshare --uts --mount mount --bind /etc/hosts /etc/hosts",
      ], program: URL(fileURLWithPath: program))
    guard outcome?.status == 0 else {
      return "network namespaces or TAP devices can't be made here (apt: iproute2, openmpi-bin): "
        + "\(outcome?.errors ?? "")"
    }
    return nil
  }()

  private func run(_ arguments: [String]) throws {
    // The program lies beside the test bundle.
    let delayLine = TrainingRun.trainer.deletingLastPathComponent()
      .appendingPathComponent("DelayLine").path
    let outcome = try BuiltExecutable.run(
      arguments, program: URL(fileURLWithPath: Self.script),
      environment: ["DELAY_LINE": delayLine])
    guard outcome.status == 0 else {
      throw Failure(description: "two-hosts \(arguments): \(outcome.output) \(outcome.errors)")
    }
  }

  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// Makes the hosts, and takes them away again.
  ///
  /// - Parameters:
  ///   - megabits: what the cable carries in a second; nil is without a limit.
  ///   - microseconds: how long it takes, where it has a limit.
  func whileUp<Value>(
    megabits: Int? = nil, microseconds: Int = 0, _ body: () throws -> Value
  ) throws -> Value {
    defer { try? run(["down", folder]) }
    try run(["up", folder] + (megabits.map { ["\($0)", "\(microseconds)"] } ?? []))
    return try body()
  }

  func cut() throws { try run(["cut", folder]) }

  /// Trains in so many processes, in turn on both hosts.
  func train(
    _ run: TrainingRun, processes: Int, flags: [String] = [],
    whileRunning: (pid_t) throws -> Void = { _ in }
  ) throws -> BuiltExecutable.Outcome {
    try BuiltExecutable.run(
      ["mpirun", folder, "\(processes)", TrainingRun.trainer.path] + run.arguments + flags,
      program: URL(fileURLWithPath: Self.script), whileRunning: whileRunning)
  }
}
