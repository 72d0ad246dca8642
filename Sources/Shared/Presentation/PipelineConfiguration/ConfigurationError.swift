internal import PrintableText

/// Why a configuration can't be used. It carries all problems of one reading, so that a file with
/// three mistakes needs one correction, not three runs.
package struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kind of a problem.
  package enum Code: Sendable, Equatable {
    /// The file is missing, not readable, too large or not text.
    case unreadableFile
    /// The text is not YAML, or YAML of a form that is refused (aliases, tags).
    case syntax
    /// One mapping has a key twice.
    case duplicateKey
    /// A key that no setting has.
    case unknownKey
    /// A value of a wrong type, out of its range, or contradicting another one.
    case wrongValue
    /// A setting that has no default is not given.
    case missingValue
    /// An override that is not of the form `key=value`.
    case malformedOverride
  }

  /// One problem and its place.
  package struct Problem: Sendable, Equatable, CustomStringConvertible {
    /// The kind of the problem.
    package let code: Code

    /// Where it stands.
    package let place: ConfigurationPlace

    /// What is wrong, what was expected, and what to try.
    package let message: String

    /// `pipelines/dfdc.yaml:12:5: message`.
    package var description: String { "\(place): \(message)".printable }
  }

  /// The problems, at least one: those with a line first, in the order of the file.
  package let problems: [Problem]

  /// One line for each problem; a long list is cut and says so.
  package var description: String {
    let shown = problems.prefix(Self.shownProblems).map(\.description)
    let hidden = problems.count - shown.count
    let rest = hidden > 0 ? ["and \(hidden) more"] : []
    return (shown + rest).joined(separator: "\n")
  }

  private static let shownProblems = 20

  init(_ code: Code, at place: ConfigurationPlace, _ message: String) {
    problems = [Problem(code: code, place: place, message: message)]
  }

  init(problems: [Problem]) {
    precondition(!problems.isEmpty, "an error needs a problem")
    // The sort is stable: problems of one place stay in the order of their discovery.
    self.problems = problems.sorted { $0.place.order < $1.place.order }
  }
}

/// Where a setting was read from.
package enum ConfigurationPlace: Sendable, Equatable, CustomStringConvertible {
  /// A position in a file; line and column count from 1, columns in Unicode scalars.
  case position(file: String, line: Int, column: Int)
  /// A file as a whole.
  case file(String)
  /// The command line's option `--set`.
  case option
  /// Another option of the command line, e.g. `--workers`.
  case argument(String)

  /// `file:line:column`, `file`, `--set` or another option.
  package var description: String {
    switch self {
    case .position(let file, let line, let column): "\(file):\(line):\(column)"
    case .file(let file): file
    case .option: "--set"
    case .argument(let name): name
    }
  }

  /// Whether it is the command line, where relative paths start at the working directory.
  var isCommandLine: Bool {
    switch self {
    case .option, .argument: true
    case .position, .file: false
    }
  }

  /// Sorts by position; what has none comes after.
  var order: (Int, Int) {
    switch self {
    case .position(_, let line, let column): (line, column)
    case .file: (.max, 0)
    case .option: (.max, 1)
    case .argument: (.max, 2)
    }
  }
}
