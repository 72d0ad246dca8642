import ArgumentParser
import PipelineConfiguration
import Files
import Imaging
import Terminal
import TrainingData
import TrainingRun

struct PreviewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "preview",
    abstract: "Shows the pictures that a training would see, as a contact sheet.",
    discussion: """
      Examples:
        trainer preview pipelines/folders.yaml --store faces --output sheet.jpg
        trainer preview pipelines/folders.yaml --store faces --output blends.jpg \\
          --set selfBlending.share=1 --count 24

      A row shows a pair: the real picture, the fake, its mask if it is a blend of the real one \
      (selfBlending), four times their difference, and both as the network sees them. Without pairs \
      a row is one picture before and after augmentation. The pictures are those of the first batches.

      Exit codes: 0 the sheet is written; 1 failed; 64 wrong usage.
      """)

  @Argument(help: "The pipeline file, e.g. pipelines/folders.yaml.", completion: .file())
  var pipeline: String

  @Option(help: "The folder of the shard store.", completion: .directory)
  var store: String?

  @Option(
    help: "The sheet to write, a JPEG file.", completion: .file(extensions: ["jpg", "jpeg"]))
  var output: String

  @Option(help: "Rows of the sheet, 1 to 200.")
  var count = 12

  @Option(
    help: ArgumentHelp(
      "One setting of the pipeline file, e.g. selfBlending.share=1. May be repeated.",
      valueName: "key=value"))
  var set: [String] = []

  func validate() throws {
    guard (1...200).contains(count) else {
      throw ValidationError("--count: expected 1...200, got \(count)")
    }
  }

  func run() throws {
    try OutputPath.check(output)
    let configuration = try TrainingSettings(
      contentsOf: pipeline, overrides: set,
      arguments: store.map { [SettingArgument("store", path: $0, option: "--store")] } ?? [])
    guard let store = configuration.store else {
      throw ValidationError("no store: say --store DIR, or set 'store' in \(pipeline)")
    }
    let setup = try TrainingSetup(
      configuration, recorded: configuration.recorded, store: store, purpose: .preview)
    let examples = try setup.makePreview().examples(count)
    let columns = examples.first?.steps.count ?? 1
    let sheet = ContactSheet(
      sections: [
        .init(
          heading: "what the network is going to see", colour: SIMD3(60, 60, 80),
          cells: examples.flatMap(\.steps).map { .init(picture: $0.picture, caption: $0.caption) })
      ], columns: columns, cellPixels: 160)
    let path = CommandLinePath.absolute(output)
    try AtomicFile.write(JPEGEncoder(quality: 92).encode(sheet.render()), to: path)
    StandardOutput.write("\(examples.count) rows: \(path)")
  }
}
