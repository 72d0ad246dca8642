import Foundation

/// The extractor as `swift test` built it, run as a user would.
struct BuiltExecutable {
  /// What a finished run left.
  struct Outcome {
    /// Exit status; 128 + n after signal n, as a shell gives it.
    var status: Int32
    /// Standard output.
    var output: String
    /// Standard error.
    var errors: String
  }

  /// Folder of the checkout.
  static let packageFolder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Folder with MTCNN's weights.
  static let weights = packageFolder.appendingPathComponent("weights/mtcnn")

  /// Folder with the portraits that sample clips are made of.
  static let portraits = packageFolder.appendingPathComponent("weights/portraits")

  static var hasWeights: Bool {
    FileManager.default.fileExists(atPath: weights.appendingPathComponent("onet.pt").path)
  }

  /// The executable lies beside the test bundle.
  static var extractor: URL {
    URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
      .appendingPathComponent("extractor")
  }

  /// Runs a program to its end.
  ///
  /// - Parameters:
  ///   - environment: variables that it gets besides those of the tests.
  ///   - whileRunning: called with the process identifier once it runs, e.g. to send a signal.
  static func run(
    _ arguments: [String], program: URL = extractor, environment: [String: String] = [:],
    whileRunning: (pid_t) throws -> Void = { _ in }
  ) throws -> Outcome {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("run-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    // Files instead of pipes: nothing has to be drained while the process runs.
    let outputFile = folder.appendingPathComponent("output")
    let errorFile = folder.appendingPathComponent("errors")
    for file in [outputFile, errorFile] { try Data().write(to: file) }
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.currentDirectoryURL = packageFolder
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: outputFile)
    process.standardError = try FileHandle(forWritingTo: errorFile)
    try process.run()
    try whileRunning(process.processIdentifier)
    process.waitUntilExit()
    let status = process.terminationStatus
    return Outcome(
      status: process.terminationReason == .exit ? status : 128 + status,
      output: String(decoding: try Data(contentsOf: outputFile), as: UTF8.self),
      errors: String(decoding: try Data(contentsOf: errorFile), as: UTF8.self))
  }

  /// Runs the extractor.
  static func extract(
    _ pipeline: String, input: String, store: String, workers: Int = 2, set: [String] = [],
    flags: [String] = [], environment: [String: String] = [:],
    whileRunning: (pid_t) throws -> Void = { _ in }
  ) throws -> Outcome {
    try run(
      [
        "run", "pipelines/\(pipeline).yaml", "--input", input, "--store", store, "--workers",
        "\(workers)",
      ] + set.flatMap { ["--set", $0] } + flags, environment: environment,
      whileRunning: whileRunning)
  }
}
