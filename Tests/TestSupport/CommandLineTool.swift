package import Foundation

/// A program of the system that tests use as an independent referee.
///
/// A test that needs one carries `.enabled(if: CommandLineTool.ffmpeg != nil, "needs ffmpeg")`.
package struct CommandLineTool: Sendable {
  /// Encodes and decodes (Debian package `ffmpeg`); nil where it isn't on the path.
  package static let ffmpeg = CommandLineTool("ffmpeg")

  /// Lists packets and pictures (Debian package `ffmpeg`); nil where it isn't on the path.
  package static let ffprobe = CommandLineTool("ffprobe")

  /// A program that ended with another status than 0.
  package struct Failure: Error, CustomStringConvertible {
    /// The command and what it wrote to its standard error.
    package let description: String
  }

  /// The program.
  package let executable: URL

  /// Finds a program on the search path.
  package init?(_ name: String) {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    let candidates = folders.map { URL(fileURLWithPath: "\($0)/\(name)") }
    guard
      let found = candidates.first(where: {
        FileManager.default.isExecutableFile(atPath: $0.path)
      })
    else { return nil }
    executable = found
  }

  /// Runs the program and gives what it wrote to its standard output.
  @discardableResult
  package func run(_ arguments: [String]) throws -> Data {
    let errors = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try Data().write(to: errors)
    defer { try? FileManager.default.removeItem(at: errors) }
    let process = Process()
    let output = Pipe()
    process.executableURL = executable
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      let text = String(decoding: try Data(contentsOf: errors), as: UTF8.self)
      throw Failure(
        description: "\(executable.lastPathComponent) \(arguments.joined(separator: " ")): "
          + "status \(process.terminationStatus): \(text.suffix(2000))")
    }
    return data
  }
}
