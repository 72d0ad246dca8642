import PipelineConfiguration
import Foundation

/// Paths from the command line.
enum CommandLinePath {
  static func absolute(_ path: String) -> String { URL(fileURLWithPath: path).path }

  /// The absolute path as a YAML string in quotes.
  static func yaml(_ path: String) -> String { quotedYAML(absolute(path)) }
}
