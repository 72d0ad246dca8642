import ArgumentParser
import Terminal

/// `--json`, with one line per input.
struct JSONLinesOption: ParsableArguments {
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

  /// The destination of the result; nil without the option. Must be called before the work begins
  /// and before anything is printed.
  func begin() throws -> ResultDestination? {
    try json.map { try ResultDestination($0, .json) }
  }
}
