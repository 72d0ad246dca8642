import ArgumentParser
import Foundation
import Configuration

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Extracts the faces of a data set; run again, it goes on where it ended.",
    discussion: """
      Examples:
        extractor run pipelines/dfdc.yaml --input /data/dfdc --store /data/dfdc-faces
        extractor run pipelines/folders.yaml --input clips --store faces --workers 4
        extractor run pipelines/dfdc.yaml --input d --store s --set sampling.framesPerVideo=16
        extractor run pipelines/dfdc.yaml --input d --store s --part 2/8   (the 2nd of 8 hosts)

      Finished videos are skipped. Ctrl-C finishes the videos under way; a second one drops them.
      """)

  @Argument(help: "The pipeline file, e.g. pipelines/dfdc.yaml.", completion: .file())
  var pipeline: String

  @Option(help: "The data set's folder (for dataset csv: the file).", completion: .directory)
  var input: String?

  @Option(help: "The folder of the store; made if missing.", completion: .directory)
  var store: String?

  @Option(help: "Videos worked on at the same time; 0 is one per core.")
  var workers: Int?

  @Option(
    help: ArgumentHelp(
      "One setting of the pipeline file, e.g. sampling.framesPerVideo=16. May be repeated.",
      valueName: "key=value"))
  var set: [String] = []

  @Option(
    help: ArgumentHelp(
      "Do the i-th of n parts of the data set, for several hosts that fill one store.",
      valueName: "i/n"))
  var part: JobPart = JobPart(number: 1, count: 1)

  @Flag(help: "Try the videos again that failed before.")
  var retryFailed = false

  func run() throws {
    var overrides = set
    if let input { overrides.append("input=" + quoted(absolute(input))) }
    if let store { overrides.append("store=" + quoted(absolute(store))) }
    if let workers { overrides.append("workers=\(workers)") }
    let configuration = try ExtractConfiguration(contentsOf: pipeline, overrides: overrides)
    guard let input = configuration.input else {
      throw ValidationError("no input: say --input DIR, or set 'input' in \(pipeline)")
    }
    guard let store = configuration.store else {
      throw ValidationError("no store: say --store DIR, or set 'store' in \(pipeline)")
    }
    let job = ExtractionJob(
      configuration: configuration, input: input, store: store, part: part,
      retriesFailed: retryFailed)
    throw ExitCode(try job.run())
  }

  private func absolute(_ path: String) -> String {
    URL(fileURLWithPath: path).path
  }

  /// A YAML string in single quotes.
  private func quoted(_ text: String) -> String {
    "'" + text.replacingOccurrences(of: "'", with: "''") + "'"
  }
}

/// One of several equal parts of a data set, chosen by a hash of the videos' names.
struct JobPart: ExpressibleByArgument {
  /// From 1.
  var number: Int
  var count: Int

  init(number: Int, count: Int) {
    self.number = number
    self.count = count
  }

  init?(argument: String) {
    let fields = argument.split(separator: "/", omittingEmptySubsequences: false)
    guard fields.count == 2, let number = Int(fields[0]), let count = Int(fields[1]),
      (1...1000).contains(count), (1...count).contains(number)
    else { return nil }
    self.init(number: number, count: count)
  }

  var defaultValueDescription: String { "\(number)/\(count)" }

  /// The task's number in the store.
  var task: Int { number - 1 }

  /// Whether this part does the video: FNV-1a of the name, modulo the number of parts.
  func includes(_ name: String) -> Bool {
    guard count > 1 else { return true }
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return Int(hash % UInt64(count)) == number - 1
  }
}
