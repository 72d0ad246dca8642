import ArgumentParser
import Foundation
import NeuralNetwork
import Randomness
import TerminalInterface
import WorkerPool

struct BenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark",
    abstract: "Measures training and inference in pictures per second, without data.",
    discussion: """
      Examples:
        trainer benchmark
        trainer benchmark --batch 32 --workers 2 --rounds 5 --json

      Rounds alternate between training and inference; the numbers are medians.
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
  var rounds = 3

  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    guard (0...1024).contains(workers), (1...100).contains(rounds), width % 8 == 0,
      (8...256).contains(width), size % 32 == 0, (32...1024).contains(size)
    else {
      throw ValidationError(
        "expected 0...1024 workers, 1...100 rounds, a width of 8...256 in eights, a size of "
          + "32...1024 in 32s")
    }
    let count = WorkerPool(workerCount: workers).workerCount
    guard (2 * count...4096).contains(batch) else {
      throw ValidationError(
        "--batch: expected \(2 * count)...4096 for \(count) workers, got \(batch)")
    }
  }

  private struct Result: Encodable {
    var batch: Int
    var workers: Int
    var width: Int
    var size: Int
    var trainingImagesPerSecond: Double
    var inferenceImagesPerSecond: Double
    var peakMebibytes: Int
    var processor: String
  }

  func run() throws {
    let count = WorkerPool(workerCount: workers).workerCount
    let architecture = ResNet18Architecture(width: width, inputSize: size)
    var state = NetworkState(randomFor: architecture, seed: 1)
    let training = TrainingEngine(
      architecture: architecture, batchSize: batch, workers: count, synchronizedBatchNorm: false)
    let inference = InferenceEngine(
      architecture: architecture, maximumBatch: batch, workers: count)
    var optimizer = Optimizer(
      .sgd(momentum: 0.9, nesterov: true), weightDecay: 1e-4, for: architecture)
    let labels = (0..<batch).map { $0 % 2 }
    let options = TrainingEngine.Options(
      labelSmoothing: 0.01, dropoutSeed: 1, dropoutKeys: (0..<batch).map { UInt64($0) })
    let fill: @Sendable (Int, UnsafeMutableBufferPointer<Float>) -> Void = { sample, buffer in
      var stream = RandomStream(seed: 1, .check, UInt64(sample))
      for index in buffer.indices { buffer[index] = stream.uniform() * 4 - 2 }
    }
    func train() {
      _ = training.computeGradients(&state, labels: labels, options: options, fill: fill)
      training.gradients.withUnsafeBufferPointer {
        optimizer.step(&state, gradients: $0, learningRate: 0.001)
      }
    }
    train()
    inference.load(state)
    _ = inference.logits(count: batch, fill: fill)
    var (trainingRates, inferenceRates): ([Double], [Double]) = ([], [])
    let progress = ProgressLine(total: rounds, unit: "rounds")
    for round in 1...rounds {
      let first = Stopwatch()
      train()
      trainingRates.append(Double(batch) / first.seconds)
      let second = Stopwatch()
      _ = inference.logits(count: batch, fill: fill)
      inferenceRates.append(Double(batch) / second.seconds)
      progress.update(done: round, detail: "")
    }
    progress.finish()
    try show(
      Result(
        batch: batch, workers: count, width: width, size: size,
        trainingImagesPerSecond: median(trainingRates),
        inferenceImagesPerSecond: median(inferenceRates), peakMebibytes: Hardware.peakMebibytes,
        processor: Hardware.current.processor))
  }

  private func show(_ result: Result) throws {
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      StandardOutput.write(String(decoding: try encoder.encode(result), as: UTF8.self))
    } else {
      StandardOutput.write(
        """
        ResNet18 of width \(width) at \(size)x\(size), batch \(batch), \(result.workers) workers, \
        \(result.processor)
        training   \(EpochTable.number(result.trainingImagesPerSecond, 2)) images/s
        inference  \(EpochTable.number(result.inferenceImagesPerSecond, 2)) images/s
        peak       \(result.peakMebibytes) MiB
        """)
    }
  }

  private func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }
}
