import Foundation
import Testing

/// A Slurm cluster on this machine (scripts/slurm-cluster); it ends with its owner.
final class SlurmCluster {
  private static let programs = ["slurmctld", "slurmd", "munged", "sbatch", "scontrol"]

  /// Why there can be none here; nil where there can.
  static let obstacle: String? = {
    let folders = ["/usr/bin/", "/usr/sbin/", "/usr/local/bin/", "/usr/local/sbin/"]
    for program in programs
    where !folders.contains(where: { FileManager.default.isExecutableFile(atPath: $0 + program) }) {
      return "\(program) is missing (apt: slurm-wlm, munge)"
    }
    return getuid() == 0 ? nil : "its nodes need root"
  }()

  private let folder: String

  /// Starts a controller and nodes of one core each.
  init(_ folder: String, nodes: Int) throws {
    self.folder = folder
    let outcome = try bash("'\(Self.script)' up '\(folder)' \(nodes) >'\(folder).log' 2>&1")
    let log = (try? String(contentsOfFile: folder + ".log", encoding: .utf8)) ?? ""
    try #require(outcome.status == 0, "\(log)")
  }

  deinit { _ = try? bash("'\(Self.script)' down '\(folder)'") }

  private static var script: String {
    BuiltExecutable.packageFolder.appendingPathComponent("scripts/slurm-cluster").path
  }

  /// Runs a line of the shell. Daemons that it starts must not keep what Foundation waits for: each of
  /// them closes the descriptors that it gets beyond the standard ones.
  private func bash(
    _ line: String, environment: [String: String] = [:]
  ) throws -> BuiltExecutable.Outcome {
    var environment = environment
    environment["SLURM_CONF"] = folder + "/slurm.conf"
    return try BuiltExecutable.run(
      [
        "-c",
        "for f in /proc/self/fd/*; do n=${f##*/}; [ $n -gt 2 ] && eval \"exec $n>&-\"; done; "
          + line,
      ],
      program: URL(fileURLWithPath: "/bin/bash"), environment: environment)
  }

  /// Submits a job; gives its number.
  func submit(_ arguments: [String], environment: [String: String]) throws -> String {
    let words = arguments.map { "'\($0)'" }.joined(separator: " ")
    let outcome = try bash("sbatch --parsable \(words)", environment: environment)
    try #require(outcome.status == 0, "\(outcome.errors)")
    return outcome.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// The states of a job, or of the jobs of an array.
  func states(_ job: String) throws -> [String] { try values("JobState", of: job) }

  /// How often jobs of an array began anew.
  func restarts(_ job: String) throws -> Int {
    try values("Restarts", of: job).compactMap(Int.init).reduce(0, +)
  }

  private func values(_ key: String, of job: String) throws -> [String] {
    let outcome = try bash("scontrol show job \(job)")
    try #require(outcome.status == 0, "\(outcome.errors)")
    return outcome.output.split(whereSeparator: \.isWhitespace)
      .filter { $0.hasPrefix(key + "=") }.map { String($0.dropFirst(key.count + 1)) }
  }

  /// Waits until something is so.
  func wait(seconds: Int, _ isSo: () throws -> Bool) throws {
    for _ in 0..<(seconds * 4) {
      if try isSo() { return }
      usleep(250_000)
    }
    let queue = try bash("squeue -a; tail -n 30 '\(folder)'/log/slurmctld.log").output
    Issue.record("not so after \(seconds) seconds: \(queue)")
  }
}
