internal import Foundation

/// Lines on standard output that arrive at once: Swift's own `print` keeps them back where the output
/// is a file or a pipe, so that they would come behind what goes to standard error.
public enum StandardOutput {
  /// Writes a line, or several that are joined by line feeds.
  public static func write(_ line: String = "") {
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
  }
}
