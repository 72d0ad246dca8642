import ArgumentParser
import CommandParts
import Kernels
import Measure
import NeuralNetwork
import Terminal

struct TuneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tune",
    abstract: "Measures the kernels' tuned numbers against other values, layer by layer.",
    discussion: """
      For people who change kernels. Each row compares the kernel that a layer has with the same \
      kernel after one number has changed; the numbers are those of Tuning.swift, and "algorithm" is \
      the choice between a direct convolution and Winograd's. A ratio above 1 says that the other \
      value is faster; the row "none" compares the kernel with itself, and shows how far ratios can be \
      trusted. All are CPU time of one thread, medians of alternating rounds. Layers of equal \
      dimensions are measured once.

      Examples:
        trainer tune
        trainer tune --layer layer1.0.conv1 --number forwardTiles --rounds 25
        trainer tune --pictures 1 --number algorithm
        DEEPFAKE_KERNELS=AVX2 trainer tune --json tuning.json
      """)

  @Option(help: "Pictures of a worker: half of a batch of 32 with two workers.")
  var pictures = 16

  @Option(help: "Alternating rounds of each comparison.")
  var rounds = 9

  @Option(help: "Channels of the first stage; ResNet18 has 64.")
  var width = 64

  @Option(help: "Side of the pictures in pixels.")
  var size = 224

  @Option(help: "Measure this layer only, such as layer2.0.conv1.")
  var layer: String?

  @Option(help: "Change this number only, such as forwardTiles.")
  var number: String?

  @OptionGroup var json: JSONOption

  /// The JSON.
  private struct Report: Encodable {
    let pictures: Int
    let rounds: Int
    let width: Int
    let size: Int
    let kernels: String
    let processor: String
    let rows: [TuningMeasurement.Row]
  }

  func validate() throws {
    guard (1...1000).contains(rounds) else {
      throw ValidationError("--rounds: expected 1...1000, got \(rounds)")
    }
    guard (1...1024).contains(pictures) else {
      throw ValidationError("--pictures: expected 1...1024, got \(pictures)")
    }
    guard (8...256).contains(width), width % 8 == 0 else {
      throw ValidationError("--width: expected a multiple of 8 in 8...256, got \(width)")
    }
    guard (32...1024).contains(size), size % 32 == 0 else {
      throw ValidationError("--size: expected a multiple of 32 in 32...1024, got \(size)")
    }
  }

  func run() throws {
    let destination = try json.begin()
    let layers = try chosenLayers()
    let measurement = TuningMeasurement(
      kernels: Processor.selected, pictures: pictures, rounds: rounds)
    let numbers = measurement.numbers(of: layers.map(\.shape))
    guard number.map({ numbers.contains($0) }) ?? true else {
      throw ValidationError(
        "--number: expected one of \(numbers.joined(separator: ", ")), got \(number ?? "")")
    }
    let progress = ProgressLine(total: layers.count, unit: "layers")
    var rows: [TuningMeasurement.Row] = []
    for (index, layer) in layers.enumerated() {
      progress.update(done: index, detail: layer.name)
      rows += measurement.measure(layer, only: number)
    }
    progress.finish()
    let report = Report(
      pictures: pictures, rounds: rounds, width: width, size: size,
      kernels: Processor.selected.name, processor: Hardware.current.processor, rows: rows)
    StandardOutput.write(render(report))
    try destination?.write(report, format: "kernel-tuning/1")
  }

  /// The layers that are asked for, one of each shape.
  private func chosenLayers() throws -> [(name: String, shape: ConvolutionShape)] {
    let all = ResNet18Architecture(width: width, inputSize: size).convolutions(Processor.selected)
    if let layer {
      guard let found = all.first(where: { $0.name == layer }) else {
        throw ValidationError(
          "--layer: expected one of \(all.map(\.name).joined(separator: ", ")), got \(layer)")
      }
      return [found]
    }
    return all.enumerated().filter { index, layer in
      !all[..<index].contains { $0.shape == layer.shape }
    }.map(\.element)
  }

  private func render(_ report: Report) -> String {
    var table = TextTable(header: [
      "layer", "ms", "number", "chosen", "other", "forward", "input grad", "weight grad", "packing",
    ])
    for row in report.rows {
      table.append([
        row.layer, TableCell.number(row.milliseconds, 1), row.number, row.chosen, row.value,
        TableCell.number(row.forward, 3),
        row.inputGrad.map { TableCell.number($0, 3) } ?? "", TableCell.number(row.weightGrad, 3),
        TableCell.number(row.packing, 3),
      ])
    }
    return """
      \(report.pictures) pictures, one worker, medians of \(report.rounds) rounds; a ratio above 1 \
      says that the other value is faster
      \(report.processor), \(report.kernels) kernels

      \(table.render())
      """
  }
}
