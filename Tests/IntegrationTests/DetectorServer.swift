import Foundation
import Testing

/// A web server on a free port of this machine.
enum DetectorServer {
  /// Starts a server, gives its address to `body` when it takes requests, and stops it.
  static func serving(
    data: String, model: String = DetectorModels.model, flags: [String] = [],
    _ body: (_ address: String) throws -> Void
  ) throws {
    let process = Process()
    let output = Pipe()
    process.executableURL = DetectorModels.detector
    process.arguments =
      [
        "serve", model, "--data", data, "--port", "0", "--weights", BuiltExecutable.weights.path,
      ] + flags
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    try process.run()
    defer {
      process.terminate()
      process.waitUntilExit()
    }
    var text = ""
    while !text.contains("\n") {
      let data = output.fileHandleForReading.availableData
      try #require(!data.isEmpty, "the server ended: \(text)")
      text += String(decoding: data, as: UTF8.self)
    }
    let address = try #require(
      text.split(separator: ",").first?.split(separator: " ").last.map { String($0) })
    try body(address)
  }
}
