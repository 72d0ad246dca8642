/// The index of a task, from the environment variable that the engine of an array of jobs sets.
///
/// Only the index is used. The size of an array and its first index say nothing about the division
/// of the data set: an array that repeats only job 2 has the size 1 and begins at 2. (Formats:
/// manuals of the engines.)
package struct ArrayIndex: Sendable, Equatable {
  /// An engine's variable.
  private struct Source {
    let engine: String
    let variable: String
    /// The engine's index of the first task, by default.
    let base: Int
    /// The variable's value outside of an array; nil if it is not set there.
    var outside: String?
    /// The variable with the number of jobs in the array; nil if there is none.
    var count: String?
  }

  private static let sources = [
    Source(
      engine: "Slurm", variable: "SLURM_ARRAY_TASK_ID", base: 0, count: "SLURM_ARRAY_TASK_COUNT"),
    Source(engine: "Kubernetes", variable: "JOB_COMPLETION_INDEX", base: 0),
    Source(
      engine: "AWS Batch", variable: "AWS_BATCH_JOB_ARRAY_INDEX", base: 0,
      count: "AWS_BATCH_JOB_ARRAY_SIZE"),
    Source(engine: "Grid Engine", variable: "SGE_TASK_ID", base: 1, outside: "undefined"),
    Source(engine: "LSF", variable: "LSB_JOBINDEX", base: 1, outside: "0"),
    Source(engine: "PBS", variable: "PBS_ARRAY_INDEX", base: 0),
  ]

  /// Names of the variables that are read.
  package static var variables: [String] { sources.map(\.variable) }

  package let task: JobTask
  /// The variable and its value: "SLURM_ARRAY_TASK_ID=2".
  package let origin: String
  /// A sentence about a possible mistake; nil if there is none.
  package let note: String?

  /// Finds the index.
  ///
  /// - Parameters:
  ///   - environment: variables of the process.
  ///   - tasks: how many tasks the data set is divided into, 1...1000.
  ///   - base: the array's index of the first task; nil for the engine's own, which is 1 for Grid
  ///     Engine and LSF, otherwise 0.
  /// - Throws: `ArrayIndexError` if no variable or more than one is set, or if the value is not the
  ///   index of one of the tasks.
  package init(
    environment: [String: String], tasks: Int, base: Int? = nil
  ) throws(ArrayIndexError) {
    let found = Self.sources.compactMap { source in
      environment[source.variable].flatMap { $0 == source.outside ? nil : (source, $0) }
    }
    guard let (source, text) = found.first else { throw .none(variables: Self.variables) }
    let origins = found.map { "\($0.0.variable)=\($0.1)" }
    guard found.count == 1 else { throw .several(origins) }
    guard let number = Int(text) else { throw .noNumber(origins[0]) }
    let first = base ?? source.base
    let (index, overflow) = number.subtractingReportingOverflow(first)
    guard !overflow, (0..<tasks).contains(index) else {
      throw .outOfBounds(origins[0], base: first, tasks: tasks)
    }
    task = JobTask(index: index, count: tasks)
    origin = origins[0]
    note = source.count.flatMap { variable in
      environment[variable].flatMap { count in
        count == "\(tasks)"
          ? nil
          : "the array of \(source.engine) has \(count) jobs (\(variable)), the data set \(tasks) tasks; "
            + "that is right where some tasks are done again"
      }
    }
  }
}

/// Why an array's index can't be used.
package enum ArrayIndexError: Error, Equatable, CustomStringConvertible {
  /// None of these variables is set.
  case none(variables: [String])
  /// More than one is set.
  case several([String])
  /// The value is no whole number.
  case noNumber(String)
  /// The index is that of no task.
  case outOfBounds(String, base: Int, tasks: Int)

  /// What was expected and got, and what to try.
  package var description: String {
    switch self {
    case .none(let variables):
      "--tasks: expected the task's index in the environment, as jobs of an array have it ("
        + variables.joined(separator: ", ")
        + "), got none of them; say --task 0/N outside of an array"
    case .several(let origins):
      "--tasks: expected the index of one array, got " + origins.joined(separator: " and ")
        + "; say --task I/N"
    case .noNumber(let origin):
      "--tasks: expected a whole number, got \(origin)"
    case .outOfBounds(let origin, let base, let tasks):
      "--tasks: expected an index of \(base)...\(base + tasks - 1), got \(origin); for an array that "
        + "begins elsewhere, say where with --task-base"
    }
  }
}
