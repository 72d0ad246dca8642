import Foundation
import Testing

/// A folder of this machine mounted by way of sshfs, as from another machine: what two mounts show of
/// each other comes through caches and a server, and what a network file system lacks is lacking.
///
/// The server is OpenSSH's sftp-server, which sshfs starts itself: there is no sshd and no network.
final class NetworkMount {
  private static let server = "/usr/lib/openssh/sftp-server"
  private static let programs = ["/usr/bin/sshfs", "/usr/bin/fusermount3", "/usr/bin/fusermount"]

  /// Why there can be none here; nil where there can.
  static let obstacle: String? = {
    for path in [server, programs[0], "/dev/fuse"]
    where !FileManager.default.fileExists(atPath: path) {
      return "\(path) is missing (apt: sshfs, openssh-sftp-server)"
    }
    return getuid() == 0 ? nil : "mounting needs root"
  }()

  /// Where the folder is seen.
  let path: String

  private let process = Process()

  /// Mounts `folder` at `path`, an empty folder that is made.
  init(of folder: String, at path: String, options: [String] = []) throws {
    self.path = path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let starter = path + "-server"
    try Data("#!/bin/sh\nexec \(Self.server)\n".utf8).write(to: URL(fileURLWithPath: starter))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: starter)
    process.executableURL = URL(fileURLWithPath: Self.programs[0])
    // In the foreground: one that goes to the background keeps what Foundation waits for.
    process.arguments =
      ["local:" + folder, path, "-f", "-o", "ssh_command=" + starter]
      + options.flatMap { ["-o", $0] }
    process.standardInput = FileHandle.nullDevice
    try process.run()
    for _ in 0..<500 where process.isRunning && !isMounted { usleep(10_000) }
    try #require(isMounted, "sshfs can't mount \(path)")
  }

  private var isMounted: Bool {
    let mounts = (try? String(contentsOfFile: "/proc/mounts", encoding: .utf8)) ?? ""
    return mounts.contains(" \(path) fuse")
  }

  deinit {
    for program in Self.programs.dropFirst()
    where FileManager.default.fileExists(atPath: program) {
      let outcome = try? BuiltExecutable.run(
        ["-u", "-z", path], program: URL(fileURLWithPath: program))
      if outcome?.status == 0 { break }
    }
    process.terminate()
    process.waitUntilExit()
  }
}
