internal import Foundation
internal import PrintableText

/// Lines on standard output that arrive at once: Swift's own `print` keeps them back where the output
/// is a file or a pipe, so that they would come after what goes to standard error.
public enum StandardOutput {
  /// Writes a line, or several that are joined by line feeds. What a terminal would obey is escaped.
  public static func write(_ line: String = "") {
    FileHandle.standardOutput.write(Data((line.printableLines + "\n").utf8))
  }
}

/// Lines on standard error.
public enum StandardError {
  /// Writes a line, or several that are joined by line feeds. What a terminal would obey is escaped.
  public static func write(_ line: String = "") {
    FileHandle.standardError.write(Data((line.printableLines + "\n").utf8))
  }
}
