import CommandParts
import ArgumentParser
import Contract
import ExtractionRun
import Files
import Foundation
import Imaging
import PrintableText
import ShardStore
import Shortcuts
import Terminal
import TrainingData
import VideoCatalog
import Workers

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Shows what a store holds; draws a contact sheet of its crops.",
    discussion: """
      Examples:
        extractor inspect /data/dfdc-faces
        extractor inspect /data/dfdc-faces --contact-sheet sheet.jpg
        extractor inspect /data/dfdc-faces --json - | jq .counts
        extractor inspect /data/dfdc-faces --shortcuts

      --shortcuts examines whether real and fake can be told apart without looking at faces, by \
      size, compression, borders and the like: docs/shortcuts.md says how, and what to do about it.

      Exit codes: 0 done; 1 failed, or something of the store is lost; 64 wrong usage. With --shortcuts \
      also 3 a shortcut was found; 4 there are too few people to tell; 129, 130 or 143 stopped by SIGHUP, \
      Ctrl-C or SIGTERM.
      """)

  @Argument(help: "The folder of the store.", completion: .directory)
  var store: String

  @Option(
    help: "Draw crops, real above fake, into this JPEG file.",
    completion: .file(extensions: ["jpg"]))
  var contactSheet: String?

  @Option(help: "Largest number of crops of each label on the contact sheet.")
  var crops: Int = 40

  @Flag(help: "Search for features that tell real from fake without looking at faces.")
  var shortcuts = false

  @Option(help: "Threads that search for shortcuts; 0 is one per core.")
  var workers: Int = 0

  @OptionGroup var json: JSONOption

  func validate() throws {
    guard (1...1000).contains(crops) else {
      throw ValidationError("--crops: expected 1...1000, got \(crops)")
    }
    guard (0...1024).contains(workers) else {
      throw ValidationError("--workers: expected 0...1024, got \(workers)")
    }
  }

  func run() throws {
    let destination = try json.begin()
    let reader = try ShardReader(directory: store, allowLosses: true)
    var summary = StoreSummary(reader)
    if shortcuts { summary.shortcuts = try audit() }
    StandardOutput.write(summary.text)
    try destination?.write(summary, format: "store-summary/1")
    if let contactSheet { try draw(contactSheet, reader) }
    guard reader.findings.isEmpty else { throw ExitCode.failure }
    guard let audit = summary.shortcuts else { return }
    switch audit.outcome {
    case .none: break
    case .found: throw ExitCode(3)
    case .cannotTell: throw ExitCode(4)
    }
  }

  private func audit() throws -> ShortcutAudit {
    let console = InspectionConsole()
    do {
      let catalog = try SampleCatalog(directory: store, workerCount: workers)
      let collector = try TraitCollector(catalog, workerCount: workers)
      return try ShortcutAudit(
        collector.collect(collector.chosen, observer: console), workerCount: workers,
        observer: console)
    } catch is WorkStopped {
      throw ExitCode(128 + (console.signal ?? SIGINT))
    }
  }

  private func draw(_ contactSheet: String, _ reader: ShardReader) throws {
    let picture = try ContactSheetMaker(reader: reader, limit: crops).sheet().render()
    let file = try JPEGEncoder(quality: 90).encode(picture)
    try AtomicFile.write(file, to: contactSheet)
    StandardOutput.write("\nContact sheet: \(contactSheet) (\(picture.width)x\(picture.height))")
  }
}

/// The content of a store, counted.
private struct StoreSummary: Codable {
  struct Count: Codable {
    var label: VideoLabel
    var split: DatasetSplit?
    var method: String?
    var compression: String?
    var videos = 0
    var failed = 0
    var withoutFace = 0
    var crops = 0
  }

  var formatVersion: Int
  var geometry: CropGeometry
  var settings: [String: String]
  var shards: [String]
  var videos: Int
  var crops: Int
  var groups: Int
  var counts: [Count]
  var streams: StreamSummary
  /// Features that predict labels without looking at faces; nil without `--shortcuts`.
  var shortcuts: ShortcutAudit?
  /// Lost parts of the store, and parts of other stores.
  var findings: [StoreFinding]
  var unknowns: [String]

  init(_ reader: ShardReader) {
    formatVersion = reader.description.formatVersion
    geometry = reader.description.geometry
    settings = Dictionary(
      reader.description.recipe.settings.map { ($0.name, $0.value ?? "unknown") },
      uniquingKeysWith: { first, _ in first })
    settings["dataset"] = reader.description.dataset
    shards = reader.shards.map(\.fileName)
    videos = reader.videos.count
    crops = reader.videos.reduce(0) { $0 + $1.record.images }
    groups = Set(reader.videos.map(\.record.group)).count
    findings = reader.findings
    unknowns = reader.description.unknowns
    streams = StreamSummary(reader.videos.map(\.record))
    var counts: [[String]: Count] = [:]
    for video in reader.videos {
      let record = video.record
      let key = [
        record.label == .real ? "0" : "1", record.split?.rawValue ?? "", record.method ?? "",
        record.compression ?? "",
      ]
      var count =
        counts[key]
        ?? Count(
          label: record.label, split: record.split, method: record.method,
          compression: record.compression)
      count.videos += 1
      count.crops += record.images
      if record.state == .failed {
        count.failed += 1
      } else if record.images == 0 {
        count.withoutFace += 1
      }
      counts[key] = count
    }
    self.counts = counts.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
  }

  var text: String {
    var table = TextTable(header: [
      "label", "split", "method", "compression", "videos", "failed", "no face", "crops",
    ])
    for count in counts {
      table.append([
        count.label.rawValue, count.split?.rawValue ?? "-", count.method ?? "-",
        count.compression ?? "-", "\(count.videos)", "\(count.failed)", "\(count.withoutFace)",
        "\(count.crops)",
      ])
    }
    return """
      \(videos) videos in \(groups) groups, \(crops) crops, \(shards.count) shards
      Crops: \(geometry)

      \(table.render())

      \(streams.text)
      """ + (shortcuts.map { "\n\n" + $0.text } ?? "") + losses
  }

  private var losses: String {
    var lines = unknowns
    lines += findings.prefix(50).map { "\($0)".printable }
    if findings.count > 50 {
      lines.append("... and \(findings.count - 50) more; --json - prints all")
    }
    if !findings.isEmpty {
      lines.append(
        "NOT SOUND. Put back what is missing from a copy; or run the command that made the store "
          + "again with --redo-damaged.")
    }
    return lines.isEmpty ? "" : "\n\n" + lines.joined(separator: "\n")
  }
}
