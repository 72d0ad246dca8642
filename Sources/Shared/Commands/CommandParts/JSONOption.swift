package import ArgumentParser
package import Terminal

/// `--json`, the same in every command.
package struct JSONOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Write the result as JSON into this file; - is standard output, in place of the text.",
      valueName: "file"),
    completion: .file(extensions: ["json"]))
  package var json: String?

  package init() {}

  package func validate() throws {
    if json == "" {
      throw ValidationError("--json: expected a file, or - for standard output, got nothing")
    }
  }

  /// The destination of the result; nil without the option. Must be called before the work begins
  /// and before anything is printed.
  package func begin() throws -> ResultDestination? {
    try json.map { try ResultDestination($0, .json) }
  }
}
