import TestSupport
import TrainingRun
import Foundation
import PipelineConfiguration
import Contract
import Testing

/// The package's root, three folders above this file.
let packageRoot = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

/// Reads `yaml` as `x.yaml` in the folder `/data/pipelines`.
func extract(_ yaml: String, set overrides: [String] = []) throws -> ExtractConfiguration {
  let document = try ConfigurationDocument(yaml: yaml, name: "x.yaml", folder: "/data/pipelines")
  return try ExtractConfiguration(document, overrides: overrides)
}

/// Reads the section `train:` of `yaml` as `extract` reads its own.
func train(_ yaml: String, set overrides: [String] = []) throws -> TrainingSettings {
  let document = try ConfigurationDocument(yaml: yaml, name: "x.yaml", folder: "/data/pipelines")
  return try TrainingSettings(document, overrides: overrides)
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

/// The text of the error that reading the section `train:` of `yaml` must throw.
func trainFailure(
  _ yaml: String, set overrides: [String] = [], sourceLocation: SourceLocation = #_sourceLocation
) -> String {
  let error = #expect(throws: ConfigurationError.self, sourceLocation: sourceLocation) {
    try train(yaml, set: overrides)
  }
  return error?.description ?? ""
}

/// The dotted names of a configuration's properties, those of its sections included.
func settingNames(of configuration: Any) -> [String] {
  Mirror(reflecting: configuration).children.flatMap { child -> [String] in
    let name = child.label ?? ""
    let mirror = Mirror(reflecting: child.value)
    guard mirror.displayStyle == .struct, !mirror.children.isEmpty, !(child.value is String) else {
      return [name]
    }
    return mirror.children.map { "\(name).\($0.label ?? "")" }
  }
}

/// Calls `body` with the path of a file of these bytes, and removes it after.
func withFile(_ bytes: [UInt8], _ body: (String) throws -> Void) throws {
  try withTemporaryDirectory { folder in
    try folder.write(Data(bytes), to: "x.yaml")
    try body(folder.path(of: "x.yaml"))
  }
}
