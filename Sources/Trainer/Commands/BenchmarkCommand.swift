import CommandParts
import ArgumentParser
import Measure
import NeuralNetwork
import Terminal
import Workers

struct BenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark",
    abstract: "Measures training and inference, layer by layer and in images per second.",
    discussion: """
      Needs no data: it learns from random pictures.

      Examples:
        trainer benchmark
        trainer benchmark --batch 32 --workers 2 --rounds 9
        trainer benchmark --layers
        trainer benchmark --data --size 128
        trainer benchmark --json benchmark.json
        DEEPFAKE_KERNELS=AVX2 trainer benchmark

      The first rounds measure the layers of a training step. GFLOP/s are those of one worker, by \
      the operations that a convolution has by definition: Winograd's algorithm needs fewer, so \
      its numbers may be above the peak of the core. "rest" is the time outside all layers: head, \
      loss, pictures, and waiting for the slower worker (and for a core, if there are more workers \
      than cores).

      The other rounds alternate between training, training of one worker on its share of the \
      batch, inference and a single image. All numbers are medians of the rounds. Peak memory is \
      that of training, before anything is allocated for inference.

      --data measures the work of the loading threads instead: decoding, self-blending, \
      augmentation and recompression, in CPU time of one thread per picture. Only --size, --rounds \
      and --json apply to it.
      """)

  @Option(help: "Pictures of a batch, over all workers.")
  var batch = 32

  @Option(help: "Workers; 0 is one per core.")
  var workers = 0

  @Option(help: "Channels of the first stage; ResNet18 has 64.")
  var width = 64

  @Option(help: "Side of the pictures in pixels.")
  var size = 224

  @Option(help: "Rounds of each measurement.")
  var rounds = 5

  @Flag(help: "Measure the layers only.")
  var layers = false

  @Flag(help: "Measure only the loading of pictures, from the store to the network.")
  var data = false

  @OptionGroup var json: JSONOption

  func validate() throws {
    guard (0...1024).contains(workers) else {
      throw ValidationError("--workers: expected 0...1024, got \(workers)")
    }
    guard (1...1000).contains(rounds) else {
      throw ValidationError("--rounds: expected 1...1000, got \(rounds)")
    }
    guard (8...256).contains(width), width % 8 == 0 else {
      throw ValidationError("--width: expected a multiple of 8 in 8...256, got \(width)")
    }
    guard !(data && layers) else {
      throw ValidationError("--data and --layers: expected at most one of them")
    }
    guard (32...1024).contains(size), size % 32 == 0 else {
      throw ValidationError("--size: expected a multiple of 32 in 32...1024, got \(size)")
    }
    let count = WorkerPool(workerCount: workers).workerCount
    guard (2 * count...4096).contains(batch) else {
      throw ValidationError(
        "--batch: expected \(2 * count)...4096, two pictures or more for each of \(count) "
          + "workers, got \(batch)")
    }
  }

  func run() throws {
    let destination = try json.begin()
    guard !data else { return try measureData(destination) }
    let measurement = BenchmarkMeasurement(
      architecture: ResNet18Architecture(width: width, inputSize: size), batch: batch,
      workers: WorkerPool(workerCount: workers).workerCount, rounds: rounds)
    let progress = ProgressLine(total: layers ? rounds : 2 * rounds, unit: "rounds")
    var training = try measurement.makeTraining()
    let step = try measurement.measureStep(&training) {
      progress.update(done: $0, detail: "layers")
    }
    let peak = ProcessMemory.peakMebibytes
    let rates =
      layers
      ? nil
      : try measurement.measureRates(&training) {
        progress.update(done: rounds + $0, detail: "images/s")
      }
    progress.finish()
    let report = BenchmarkReport(
      measurement: measurement, step: step, rates: rates, peakMebibytes: peak)
    StandardOutput.write(BenchmarkTable(report: report).render())
    try destination?.write(report, format: "training-benchmark/1")
  }

  private func measureData(_ destination: ResultDestination?) throws {
    let progress = ProgressLine(total: rounds, unit: "rounds")
    let report = try BenchmarkData(size: size, rounds: rounds).measure {
      progress.update(done: $0, detail: "pictures")
    }
    progress.finish()
    StandardOutput.write(report.render())
    try destination?.write(report, format: "data-benchmark/1")
  }
}
