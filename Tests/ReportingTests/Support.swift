import Foundation

/// `Tests/Fixtures/reporting`.
let fixtures = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent()
  .appendingPathComponent("Fixtures/reporting")

/// The bytes of a file.
func contents(of path: String) throws -> [UInt8] {
  [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
}

/// The text of a file.
func text(of path: String) throws -> String {
  String(decoding: try contents(of: path), as: UTF8.self)
}

/// A Python with TensorBoard as an independent reader; the variable `PYTHON_WITH_TORCH` names it. A
/// test that needs it has `.enabled(if: Python.path != nil, "needs PYTHON_WITH_TORCH")`.
enum Python {
  static let path = ProcessInfo.processInfo.environment["PYTHON_WITH_TORCH"]

  struct Failure: Error {
    let status: Int32
  }

  /// Runs a script of the fixtures and returns its output.
  static func run(_ script: String, _ arguments: [String]) throws -> Data {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: path ?? "")
    process.arguments = [fixtures.appendingPathComponent(script).path] + arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(status: process.terminationStatus)
    }
    return data
  }
}
