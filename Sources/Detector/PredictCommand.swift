import CommandParts
import ArgumentParser
import Contract
import FaceDetection
import Files
import Foundation
import NeuralNetwork
import Prediction
import PrintableText
import Reporting
import Terminal
import VerdictReports
import VideoCatalog
import Workers

struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Judges videos, pictures and folders of them.",
    discussion: """
      Examples:
        detector predict model.pt clip.mp4
        detector predict model.pt clip.mp4 --report clip.html --annotate out.mp4
        detector predict model.pt clips/ portrait.jpg frames/000/ --workers 4
        detector predict model.pt --list paths.txt --csv answers.csv
        find . -name '*.mp4' | detector predict model.pt --list - --json answers.jsonl
        detector predict model.pt clip.mp4 --json - | jq .verdict

      Each input gets one of three answers: real, fake, cannot tell; with the calibrated probability \
      that it is fake. The answer is "cannot tell" if that probability is between the bounds in \
      the model file, or if there is too little to see: no face, faces too rare, small, blurred or \
      dark, a video too short or too damaged. The reason is always given.

      Faces are cut out by the recipe in the model file; a model without one is refused. A model \
      whose file says that it is broken is used with --force only.

      --json writes a line of JSON for each input (format prediction/1), --csv a row; with - they go to \
      standard output, in place of the text.

      Exit codes: 0 done, whatever the verdicts; 1 failed, or no input could be read; 2 done, but some \
      inputs could not be read; 64 wrong usage; 129, 130 or 143 stopped by SIGHUP, Ctrl-C or SIGTERM.
      """)

  @Argument(help: "The model file, model.pt of a training.", completion: .file())
  var model: String

  @Argument(help: "Videos, pictures, folders of numbered pictures, or folders of all these.")
  var inputs: [String] = []

  @Option(
    help: ArgumentHelp(
      "A file with the path of an input in each line; - is standard input.", valueName: "file"),
    completion: .file())
  var list: String?

  @OptionGroup var json: JSONLinesOption

  @Option(
    help: ArgumentHelp(
      "Write a row for each input into this CSV file; - is standard output, in place of the text.",
      valueName: "file"), completion: .file(extensions: ["csv"]))
  var csv: String?

  @Option(
    help: ArgumentHelp(
      "Write the answer as a page with timeline, decisive pictures and heat maps; with several inputs a "
        + "folder of pages.", valueName: "file.html"), completion: .file(extensions: ["html"]))
  var report: String?

  @Option(
    help: ArgumentHelp(
      "Write the video with boxes, probabilities and heat maps, with its sound, as H.264; for a "
        + "picture, a JPEG file. With several inputs a folder.", valueName: "out.mp4"),
    completion: .file(extensions: ["mp4"]))
  var annotate: String?

  @Option(help: "Threads, which judge several inputs at a time; 0 is one per core.")
  var workers = 0

  @Option(
    help: ArgumentHelp(
      "The folder of the face detector's weights; weights/mtcnn here or beside the program without it.",
      valueName: "dir"), completion: .directory)
  var weights: String?

  @Flag(help: "Use a model even if its file says that it is broken.")
  var force = false

  func validate() throws {
    guard (0...1024).contains(workers) else {
      throw ValidationError("--workers: expected 0...1024, got \(workers)")
    }
    guard !inputs.isEmpty || list != nil else {
      throw ValidationError("no input: name a video, a picture or a folder, or say --list FILE")
    }
    if csv == "" {
      throw ValidationError("--csv: expected a file, or - for standard output, got nothing")
    }
    if annotate == "" {
      throw ValidationError("--annotate: expected a file or a folder, got nothing")
    }
    if report == "" { throw ValidationError("--report: expected a file or a folder, got nothing") }
    if let csv, csv == json.json {
      throw ValidationError("--csv, --json: expected two files, got '\(csv)' for both")
    }
  }

  func run() throws {
    let destination = try json.begin()
    let table = try csv.map {
      try ResultDestination($0, .table(firstColumn: AnswerTable.columns[0]))
    }
    let model = try DetectorModel(contentsOf: self.model, force: force)
    let videos = try InputVideos(inputs + listed())
    for note in videos.notes { StandardError.write("Note: \(note)".printable) }
    for folder in videos.emptyFolders {
      StandardError.write("Warning: \(folder): it contains no video or picture".printable)
    }
    guard !videos.paths.isEmpty else { throw CommandError("there is no video or picture to judge") }
    let reports = try report.map {
      try OutputFiles($0, option: "--report", ending: ".html", inputs: videos.paths)
    }
    let annotations = try annotate.map {
      try OutputFiles(
        $0, option: "--annotate", ending: ".annotated.mp4", pictureEnding: ".annotated.jpg",
        inputs: videos.paths)
    }
    if annotate != nil, !VideoAnnotator.isAvailable {
      throw CommandError("--annotate: this FFmpeg has no libx264, which writes the videos")
    }
    let count = WorkerPool(workerCount: workers).workerCount
    try NetworkMemory.check(
      PredictionRun.memory(model, inputs: videos.paths.count, workers: count),
      for: "the network", remedy: "take fewer --workers")
    let detector =
      model.recipe.needsDetector
      ? try MTCNNWeights.load(
        directory: try DetectorWeights.folder(weights), kernels: Processor.selected) : nil
    if let caution = model.caution { StandardError.write("Warning: \(caution)".printable) }
    let modelDate = FileDay.text(of: self.model)
    let console = ConsoleObserver()
    let writer = AnswerWriter(
      model, json: destination, csv: table, isDetailed: videos.paths.count == 1, console: console)
    let run = PredictionRun(model, detector: detector, workers: count, observer: console)
    try console.exiting {
      try run.run(videos.paths) { index, finding, judged, judge in
        if let judged, let reports {
          let page = try VideoReport(
            judged, VideoEvidence(judged, by: judge), model: model, modelDate: modelDate
          ).page()
          try AtomicFile.write(text: page.html, to: reports.paths[index])
        }
        if let judged, let annotations {
          let notes = try VideoAnnotator(
            judged, maps: judge.activationMaps(of: judged.crops), model: model
          ).write(
            to: annotations.paths[index], threads: max(count / videos.paths.count, 1),
            isCancelled: { console.shallStop },
            progress: { written, all in
              guard videos.paths.count == 1 else { return }
              console.advance(to: 0, detail: "drawing \(written) of \(all) pictures")
            })
          for note in notes { StandardError.write("Note: \(finding.input): \(note)".printable) }
        }
        try writer.append(finding, at: index)
      }
    }
    let (judged, failed) = try writer.finish()
    if let annotate { StandardOutput.write("Annotated  \(annotate)".printable) }
    if let report { StandardOutput.write("Report     \(report)".printable) }
    if judged == 0 { throw ExitCode.failure }
    if failed > 0 || !videos.emptyFolders.isEmpty { throw ExitCode(2) }
  }

  /// The paths of `--list`.
  private func listed() throws -> [String] {
    guard let list else { return [] }
    let data =
      list == "-"
      ? try FileHandle.standardInput.read(upToCount: Self.maximumListBytes + 1) ?? Data()
      : try read(list)
    guard data.count <= Self.maximumListBytes else {
      throw CommandError("\(list): expected a list of at most \(Self.maximumListBytes) bytes")
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw CommandError("\(list): expected paths in UTF-8, one in each line")
    }
    return text.split(whereSeparator: \.isNewline).map { String($0) }
      .filter { !$0.allSatisfy(\.isWhitespace) }
  }

  private func read(_ path: String) throws -> Data {
    let file = try OpenFile(path, .read)
    return Data(try file.read(count: Self.maximumListBytes + 1, at: 0))
  }

  private static let maximumListBytes = 64 << 20
}
