import CommandParts
import ArgumentParser
import PipelineConfiguration
import Contract
import ExtractionRun
import FaceDetection
import FaceExtraction
import Foundation
import Measure
import MediaDecoding
import NeuralNetwork
import ShardStore
import Terminal
import VideoCatalog
import Workers

struct BenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark",
    abstract: "Measures CPU seconds per clip and stage, and those of ffmpeg for decoding the clip.",
    discussion: """
      Each round runs `ffmpeg -threads 1 -i CLIP -f null -` and then the whole extraction with one \
      worker, in turn; medians of the rounds are shown. Afterwards all clips are extracted with two \
      workers, to measure peak memory.

      Examples:
        extractor benchmark clips/*.mp4 --rounds 5
        extractor benchmark clips/*.mp4 --json benchmark.json
      """)

  @Argument(help: "Video files.", completion: .file())
  var clips: [String]

  @Option(help: "A pipeline file with the settings to measure.", completion: .file())
  var pipeline: String = "pipelines/folders.yaml"

  @Option(
    help: ArgumentHelp("One setting, e.g. sampling.framesPerVideo=16.", valueName: "key=value"))
  var set: [String] = []

  @Option(help: "Rounds; medians are shown.")
  var rounds: Int = 3

  @OptionGroup var json: JSONOption

  func validate() throws {
    guard (1...100).contains(rounds) else {
      throw ValidationError("--rounds: expected 1...100, got \(rounds)")
    }
    guard !clips.isEmpty else { throw ValidationError("no clip: name one or more video files") }
  }

  func run() throws {
    let destination = try json.begin()
    let configuration = try ExtractConfiguration(contentsOf: pipeline, overrides: set)
    let weights =
      configuration.recipe(detectorWeights: nil).needsDetector
      ? try MTCNNWeights.load(
        directory: configuration.detection.weights, kernels: Processor.selected) : nil
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("extractor-benchmark-\(getpid())").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let benchmark = Benchmark(
      configuration: configuration, weights: weights, folder: folder, rounds: rounds)
    let progress = ProgressLine(total: clips.count * rounds, unit: "rounds")
    var results: [Benchmark.Result] = []
    for clip in clips {
      results.append(
        try benchmark.measure(clip) { round in
          progress.update(done: results.count * rounds + round, detail: "")
        })
    }
    progress.finish()
    let peak = try benchmark.peakMebibytes(clips: clips, workers: 2)
    StandardOutput.write(Benchmark.table(results))
    StandardOutput.write("\nPeak memory with 2 workers: \(peak) MiB")
    try destination?.write(
      Report(clips: results, peakMebibytes: peak), format: "extraction-benchmark/1")
  }

  private struct Report: Encodable {
    var clips: [Benchmark.Result]
    /// Peak memory of the process while two workers extracted all clips.
    var peakMebibytes: Int
  }
}

/// Measures the whole extraction of single clips.
struct Benchmark {
  /// Medians of one clip.
  struct Result: Codable {
    var clip: String
    var widthPixels: Int
    var heightPixels: Int
    var videoFrames: Int
    var crops: Int
    /// Nil if ffmpeg could not be run.
    var ffmpegCPUSeconds: Double?
    var cpuSeconds: Double
    var wallSeconds: Double
    /// Median over the rounds of (extraction's CPU / ffmpeg's CPU) within a round.
    var ratio: Double?
    var stageSeconds: [String: Double]
  }

  let configuration: ExtractConfiguration
  let weights: MTCNNWeights?
  let folder: String
  let rounds: Int

  private static let stageNames = [
    "demux", "decode", "convert", "detect", "align", "encode", "store",
  ]

  /// Measures one clip in alternating rounds.
  func measure(_ clip: String, afterRound: (Int) -> Void) throws -> Result {
    let extractor = try makeExtractor()
    var ffmpeg: [Double] = []
    var cpu: [Double] = []
    var wall: [Double] = []
    var stages: [String: [Double]] = [:]
    var faces: VideoFaces?
    for round in 1...rounds {
      if let cost = MeasuredProcess.run(
        "ffmpeg", ["-threads", "1", "-i", clip, "-f", "null", "-"]), cost.exitStatus == 0
      {
        ffmpeg.append(cost.cpuSeconds)
      }
      let (clock, cpuStart) = (Stopwatch(), ProcessCPUClock.seconds())
      let result = try extractor.extract(path: clip)
      let extracted = ThreadCPUClock.seconds()
      try store(result, clip, store: "\(folder)/\(UUID().uuidString)")
      stages["store", default: []].append(ThreadCPUClock.seconds() - extracted)
      cpu.append(ProcessCPUClock.seconds() - cpuStart)
      wall.append(clock.seconds)
      for (name, seconds) in result.times.stages { stages[name, default: []].append(seconds) }
      faces = result
      afterRound(round)
    }
    let ratios = ffmpeg.count == cpu.count ? zip(cpu, ffmpeg).map { $0 / $1 } : []
    return Result(
      clip: URL(fileURLWithPath: clip).lastPathComponent,
      widthPixels: faces?.information.widthPixels ?? 0,
      heightPixels: faces?.information.heightPixels ?? 0,
      videoFrames: faces?.information.frameCount ?? 0, crops: faces?.crops.count ?? 0,
      ffmpegCPUSeconds: ffmpeg.isEmpty ? nil : median(ffmpeg), cpuSeconds: median(cpu),
      wallSeconds: median(wall), ratio: ratios.isEmpty ? nil : median(ratios),
      stageSeconds: stages.mapValues(median))
  }

  private func makeExtractor() throws -> FaceExtractor {
    try FaceExtractor(
      weights: weights, recipe: configuration.recipe(detectorWeights: weights?.checksum),
      skipsUnneededFrames: configuration.sampling.skipUnneededFrames)
  }

  /// Peak memory of this process while several workers extract all clips.
  func peakMebibytes(clips: [String], workers: Int) throws -> Int {
    try WorkerPool(workerCount: workers).forEach(clips + clips) { _ in
      let extractor = try makeExtractor()
      return { clip in _ = try extractor.extract(path: clip) }
    }
    return ProcessMemory.peakMebibytes
  }

  /// Stores a clip's crops as a run would.
  private func store(_ faces: VideoFaces, _ clip: String, store: String) throws {
    let video = CatalogVideo(
      name: URL(fileURLWithPath: clip).lastPathComponent, path: clip, label: .real, group: "-")
    let writer = try ShardWriter(
      directory: store, task: 0,
      description: StoreDescription(
        recipe: configuration.recipe(detectorWeights: weights?.checksum),
        dataset: configuration.dataset.rawValue))
    try writer.append(
      .done(
        video, samples: faces.crops.map { FaceSample(video, $0) },
        facts: VideoRecord.Facts(faces), notes: faces.notes))
    writer.close()
  }

  /// One row per clip.
  static func table(_ results: [Result]) -> String {
    var table = TextTable(
      header: ["clip", "size", "frames", "crops", "ffmpeg", "extractor", "ratio", "wall"]
        + stageNames)
    for result in results {
      table.append(
        [
          result.clip, "\(result.widthPixels)x\(result.heightPixels)", "\(result.videoFrames)",
          "\(result.crops)", result.ffmpegCPUSeconds.map { String(format: "%.2f", $0) } ?? "-",
          String(format: "%.2f", result.cpuSeconds),
          result.ratio.map { String(format: "%.2f", $0) } ?? "-",
          String(format: "%.2f", result.wallSeconds),
        ] + stageNames.map { String(format: "%.2f", result.stageSeconds[$0] ?? 0) })
    }
    return table.render() + "\nCPU seconds (user and system), medians; wall is elapsed seconds."
  }
}
