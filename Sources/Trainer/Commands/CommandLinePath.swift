import PipelineConfiguration
import Foundation

/// Paths from the command line.
enum CommandLinePath {
  static func absolute(_ path: String) -> String { URL(fileURLWithPath: path).path }
}
