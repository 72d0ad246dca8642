import Foundation
import TestSupport

/// The Python that reads and runs what is written: with onnx, onnxruntime, numpy and pillow.
enum PythonWithONNX {
  /// The interpreter; nil if `PYTHON_WITH_ONNX` names none.
  static let path = ProcessInfo.processInfo.environment["PYTHON_WITH_ONNX"]

  static var isThere: Bool { path != nil }

  /// A program that ended with another status than 0.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// Runs a script and gives its output.
  static func run(_ script: String, _ arguments: [String]) throws -> String {
    let process = Process()
    let output = Pipe()
    let errors = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try Data().write(to: errors)
    defer { try? FileManager.default.removeItem(at: errors) }
    process.executableURL = URL(fileURLWithPath: path ?? "")
    process.arguments = [script] + arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(description: String(decoding: try Data(contentsOf: errors), as: UTF8.self))
    }
    return String(decoding: data, as: UTF8.self)
  }
}
