import ArgumentParser
import Terminal

/// `--json`: as everywhere, but a line for each input.
struct JSONOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Write the answers as lines of JSON into this file; - is standard output, in place of the text.",
      valueName: "file"),
    completion: .file(extensions: ["jsonl", "json"]))
  var json: String?

  func validate() throws {
    if json == "" {
      throw ValidationError("--json: expected a file, or - for standard output, got nothing")
    }
  }

  /// Where the result goes; nil where nobody asked for it. To be called before the work, and before
  /// anything is printed.
  func begin() throws -> ResultDestination? {
    try json.map { try ResultDestination($0, .json) }
  }
}
