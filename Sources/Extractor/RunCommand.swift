import ArgumentParser
import PipelineConfiguration
import ExtractionRun
import Foundation
import PrintableText
import ShardStore
import Terminal
import VideoCatalog

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Extracts the faces of a data set; run again, it goes on where it ended.",
    discussion: """
      Examples:
        extractor run pipelines/dfdc.yaml --input /data/dfdc --store /data/dfdc-faces
        extractor run pipelines/folders.yaml --input clips --store faces --workers 4
        extractor run pipelines/pictures.yaml --input portraits --store faces
        extractor run pipelines/dfdc.yaml --input d --store s --set sampling.framesPerVideo=16

      Several machines fill one store as tasks of an array of jobs (docs/cluster.md), started by \
      hand or with the index from the job scheduler:

        extractor run pipelines/dfdc.yaml --input d --store s --task 0/8
        sbatch --array=0-49 --wrap "extractor run p.yaml --input d --store s --tasks 50"
        extractor status s
        extractor report s

      Fakes are in the task of their original, so tasks differ in size: take more tasks than \
      machines. The number of tasks belongs to the store and can't be changed later. Without \
      --task all missing tasks are done, one after the other.

      A store that has lost something (a shard, or what an older copy of one lacks) or that is \
      damaged is refused: exit code 1. Put back what is missing, or:

        extractor run pipelines/dfdc.yaml --input d --store s --redo-damaged

      Finished videos are skipped. Ctrl-C finishes the videos in progress; a second one drops \
      them. A terminal that is closed (SIGHUP) counts as the first one, unless the command was \
      started by nohup.
      """)

  @Argument(help: "The pipeline file, e.g. pipelines/dfdc.yaml.", completion: .file())
  var pipeline: String

  @Option(help: "The data set's folder (for dataset csv: the file).", completion: .directory)
  var input: String?

  @Option(help: "The folder of the store; created if missing.", completion: .directory)
  var store: String?

  @Option(help: "Videos extracted at the same time; 0 is one per core.")
  var workers: Int?

  @Option(
    help: ArgumentHelp(
      "One setting of the pipeline file, e.g. sampling.framesPerVideo=16. May be repeated.",
      valueName: "key=value"))
  var set: [String] = []

  @OptionGroup var tasks: TaskOptions

  @Flag(help: "Try videos again that failed before.")
  var retryFailed = false

  @Flag(
    help: ArgumentHelp(
      "First check the whole store; extract damaged and lost videos again.",
      discussion: """
        Damaged videos are taken out of their shards, and shards that can't be used are set aside \
        as *.damaged; sound videos stay. With --task, only that task is checked.
        """))
  var redoDamaged = false

  func run() throws {
    let configuration = try ExtractConfiguration(
      contentsOf: pipeline, overrides: set,
      arguments: [
        input.map { SettingArgument("input", path: $0, option: "--input") },
        store.map { SettingArgument("store", path: $0, option: "--store") },
        workers.map { SettingArgument("workers", integer: $0, option: "--workers") },
      ].compactMap(\.self))
    guard let input = configuration.input else {
      throw ValidationError("no input: say --input DIR, or set 'input' in \(pipeline)")
    }
    guard let store = configuration.store else {
      throw ValidationError("no store: say --store DIR, or set 'store' in \(pipeline)")
    }
    StandardOutput.isLog = true
    let task = try tasks.chosen()
    let console = ExtractionConsole(input: input)
    let job = ExtractionJob(
      settings: ExtractionJob.Settings(
        dataset: configuration.dataset.rawValue, input: input,
        weights: configuration.detection.weights,
        reading: InputReading(
          numberedPictures: configuration.numberedPictures.rawValue,
          framesPerSecond: configuration.sampling.framesPerSecond),
        skipsUnneededFrames: configuration.sampling.skipUnneededFrames,
        workers: configuration.workers,
        maximumShardBytes: configuration.shards.maximumMebibytes << 20,
        recorded: configuration.resultSettings, task: task,
        scratch: tasks.scratchFolder(for: task), command: try goingOn(input: input, store: store),
        retriesFailed: retryFailed,
        redoesDamaged: redoDamaged),
      store: store, observer: console)
    let videos = try catalog(configuration, input: input)
    let report: ExtractionReport
    do {
      report = try job.run(videos) { configuration.recipe(detectorWeights: $0) }
    } catch let error as ShardStoreError where error.code == .cancelled {
      StandardOutput.write("Stopped while the store was checked. Run the same command again.")
      throw ExitCode(128 + (console.signal ?? SIGINT))
    }
    try show(report, store: store, console)
  }

  private func catalog(
    _ configuration: ExtractConfiguration, input: String
  ) throws -> VideoCatalog {
    guard let kind = CatalogKind(rawValue: configuration.dataset.rawValue) else {
      throw ValidationError(
        "dataset: there is no catalog of kind \(configuration.dataset.rawValue)")
    }
    return try VideoCatalog.load(
      kind: kind, input: input,
      options: CatalogOptions(
        unlabelled: configuration.unlabelled == .skip ? .skip : .fail,
        methods: configuration.methods, compressions: configuration.compressions,
        label: configuration.label,
        numberedPictures: configuration.numberedPictures == .single ? .single : .frames,
        folderLabels: FolderLabels(
          real: configuration.folders.real, fake: configuration.folders.fake),
        csv: CSVSettings(
          path: configuration.csv.path, label: configuration.csv.label,
          fake: configuration.csv.fake, group: configuration.csv.group,
          split: configuration.csv.split, folder: configuration.csv.folder)))
  }

  private func show(
    _ report: ExtractionReport, store: String, _ console: ExtractionConsole
  ) throws {
    StandardOutput.write("\n" + report.table())
    let lines = report.problemLines()
    if !lines.isEmpty { StandardOutput.write("\n" + lines.joined(separator: "\n")) }
    StandardOutput.write("\n" + "Report: \(store)/\(report.fileName)".printable)
    if let signal = console.signal, report.pending > 0 {
      StandardOutput.write(
        "\nStopped. Run the same command again to go on with the other \(report.pending) videos.")
      throw ExitCode(128 + signal)
    }
    if report.hasProblems { throw ExitCode(2) }
  }

  /// The arguments that continue the same work, without the task.
  private func goingOn(input: String, store: String) throws -> [String] {
    var arguments = ["run", try absolute(pipeline), "--input", input, "--store", store]
    if let workers { arguments += ["--workers", "\(workers)"] }
    if let scratch = tasks.scratch { arguments += ["--scratch", try absolute(scratch)] }
    return arguments + set.flatMap { ["--set", $0] }
  }

  private func absolute(_ path: String) throws -> String {
    guard !path.isEmpty else { throw ValidationError("a path is empty") }
    return URL(fileURLWithPath: path).path
  }
}
