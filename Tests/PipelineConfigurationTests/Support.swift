import Foundation
import PipelineConfiguration
import Testing

/// The package's root, three folders above this file.
let packageRoot = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

/// Reads `yaml` as `x.yaml` in the folder `/data/pipelines`.
func extract(_ yaml: String, set overrides: [String] = []) throws -> ExtractConfiguration {
  let document = try ConfigurationDocument(yaml: yaml, name: "x.yaml", folder: "/data/pipelines")
  return try ExtractConfiguration(document, overrides: overrides)
}

/// The text of the error that reading `yaml` must throw.
func failure(
  _ yaml: String, set overrides: [String] = [], sourceLocation: SourceLocation = #_sourceLocation
) -> String {
  let error = #expect(throws: ConfigurationError.self, sourceLocation: sourceLocation) {
    try extract(yaml, set: overrides)
  }
  return error?.description ?? ""
}

/// Calls `body` with the path of a file of these bytes, and removes it after.
func withFile(_ bytes: [UInt8], _ body: (String) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  let file = folder.appendingPathComponent("x.yaml")
  try Data(bytes).write(to: file)
  try body(file.path)
}
