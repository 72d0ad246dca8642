import Testing

@testable import ExtractionRun

/// The variables as the engines set them, by their manuals.
@Suite struct ArrayIndexTests {
  struct Job: Sendable, CustomTestStringConvertible {
    let engine: String
    let environment: [String: String]
    let index: Int
    var testDescription: String { engine }
  }

  static let jobs = [
    Job(
      engine: "Slurm, --array=0-7", environment: slurm(3, count: 8, minimum: 0), index: 3),
    // One task is repeated: COUNT is 1 and MIN is 2, and the task is still 2.
    Job(engine: "Slurm, --array=2", environment: slurm(2, count: 1, minimum: 2), index: 2),
    Job(engine: "Slurm, --array=0-7:2", environment: slurm(6, count: 4, minimum: 0), index: 6),
    Job(engine: "Kubernetes", environment: ["JOB_COMPLETION_INDEX": "0"], index: 0),
    Job(
      engine: "AWS Batch",
      environment: ["AWS_BATCH_JOB_ARRAY_INDEX": "7", "AWS_BATCH_JOB_ARRAY_SIZE": "8"], index: 7),
    Job(
      engine: "Grid Engine, -t 1-8",
      environment: [
        "SGE_TASK_ID": "1", "SGE_TASK_FIRST": "1", "SGE_TASK_LAST": "8", "SGE_TASK_STEPSIZE": "1",
      ], index: 0),
    Job(engine: "LSF, [1-8]", environment: ["LSB_JOBINDEX": "8"], index: 7),
    Job(engine: "PBS, -J 0-7", environment: ["PBS_ARRAY_INDEX": "5"], index: 5),
  ]

  private static func slurm(_ index: Int, count: Int, minimum: Int) -> [String: String] {
    [
      "SLURM_ARRAY_TASK_ID": "\(index)", "SLURM_ARRAY_TASK_COUNT": "\(count)",
      "SLURM_ARRAY_TASK_MIN": "\(minimum)", "SLURM_ARRAY_TASK_MAX": "\(minimum + count - 1)",
      "SLURM_ARRAY_TASK_STEP": "1", "LSB_JOBINDEX": "0", "SGE_TASK_ID": "undefined",
    ]
  }

  @Test(arguments: jobs) func theIndexIsTakenAsItIs(_ job: Job) throws {
    let found = try ArrayIndex(environment: job.environment, tasks: 8)
    #expect(found.task == JobTask(index: job.index, count: 8))
  }

  @Test func anotherBaseIsSubtracted() throws {
    let environment = Self.slurm(100, count: 8, minimum: 100)
    #expect(try ArrayIndex(environment: environment, tasks: 8, base: 100).task.index == 0)
    #expect(
      try ArrayIndex(environment: ["SGE_TASK_ID": "8"], tasks: 9, base: 0).task.index == 8)
  }

  /// A number of jobs that isn't that of the tasks gives a note, and changes nothing.
  @Test func aDifferingCountIsANote() throws {
    let one = try ArrayIndex(environment: Self.slurm(2, count: 1, minimum: 2), tasks: 8)
    #expect(one.note?.contains("has 1 jobs (SLURM_ARRAY_TASK_COUNT)") == true)
    #expect(try ArrayIndex(environment: Self.slurm(3, count: 8, minimum: 0), tasks: 8).note == nil)
  }

  @Test func whatIsNoTaskIsAnError() {
    func error(_ environment: [String: String], base: Int? = nil) -> ArrayIndexError? {
      do throws(ArrayIndexError) {
        _ = try ArrayIndex(environment: environment, tasks: 8, base: base)
        return nil
      } catch {
        return error
      }
    }
    #expect(error([:]) == .none(variables: ArrayIndex.variables))
    #expect(
      error(["SGE_TASK_ID": "undefined", "LSB_JOBINDEX": "0"])
        == .none(variables: ArrayIndex.variables))
    #expect(
      error(Self.slurm(8, count: 8, minimum: 1))
        == .outOfBounds("SLURM_ARRAY_TASK_ID=8", base: 0, tasks: 8))
    #expect(
      error(["JOB_COMPLETION_INDEX": "0"], base: 1)
        == .outOfBounds("JOB_COMPLETION_INDEX=0", base: 1, tasks: 8))
    #expect(
      error(["JOB_COMPLETION_INDEX": "-9223372036854775808"], base: 1)
        == .outOfBounds("JOB_COMPLETION_INDEX=-9223372036854775808", base: 1, tasks: 8))
    #expect(error(["PBS_ARRAY_INDEX": "two"]) == .noNumber("PBS_ARRAY_INDEX=two"))
    #expect(
      error(["PBS_ARRAY_INDEX": "2", "JOB_COMPLETION_INDEX": "2"])
        == .several(["JOB_COMPLETION_INDEX=2", "PBS_ARRAY_INDEX=2"]))
    for error in [
      error([:]), error(["PBS_ARRAY_INDEX": "two"]), error(["JOB_COMPLETION_INDEX": "9"]),
    ] {
      #expect(error?.description.contains("expected") == true)
    }
  }
}
