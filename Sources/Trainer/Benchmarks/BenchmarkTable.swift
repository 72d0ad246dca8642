import Contract
import NeuralNetwork
import Terminal

/// The result of `trainer benchmark` as text: a row per layer with its passes, the parts of the
/// step, and the rates.
struct BenchmarkTable {
  let report: BenchmarkReport

  private static let passes: [LayerTime.Pass] = [.forward, .inputGrad, .weightGrad, .normalization]

  func render() -> String {
    heading + "\n" + [layerTable, stepTable, summary].joined(separator: "\n\n")
  }

  private var heading: String {
    """
    ResNet18 of width \(report.width) at \(report.size)x\(report.size), batch \(report.batch), \
    \(report.workers) workers, medians of \(report.rounds) rounds
    \(report.processor), \(report.kernels) kernels

    Milliseconds of a training step, with the GFLOP/s of one worker:
    """
  }

  /// Milliseconds of a training step and GFLOP/s of a worker, by layer and pass.
  private var layerTable: String {
    var table = TextTable(header: [
      "layer", "algorithm", "forward", "GF/s", "input grad", "GF/s", "weight grad", "GF/s",
      "normalize", "share",
    ])
    var names: [String] = []
    for row in report.layers where isLayer(row) && !names.contains(row.name) {
      names.append(row.name)
    }
    for name in names {
      let rows = report.layers.filter { $0.name == name }
      table.append(
        [name, rows.lazy.compactMap(\.algorithm).first ?? ""] + cells(rows) + [share(rows)])
    }
    let rows = report.layers.filter(isLayer)
    table.append(["all", ""] + cells(rows) + [share(rows)])
    return table.render()
  }

  private func isLayer(_ row: BenchmarkReport.Layer) -> Bool {
    Self.passes.contains { $0.rawValue == row.pass }
  }

  /// Times by pass, each but the last with its GFLOP/s.
  private func cells(_ rows: [BenchmarkReport.Layer]) -> [String] {
    Self.passes.flatMap { pass in
      let rows = rows.filter { $0.pass == pass.rawValue }
      let milliseconds = sum(rows)
      let time = rows.isEmpty ? "" : TableCell.number(milliseconds, 2)
      guard pass != .normalization else { return [time] }
      let operations = rows.reduce(0) { $0 + ($1.gigaflopsPerSecond ?? 0) * $1.milliseconds }
      return [time, rows.isEmpty ? "" : TableCell.number(operations / milliseconds, 0)]
    }
  }

  private var stepTable: String {
    var table = TextTable(header: ["training step", "ms", "share"])
    func add(_ name: String, _ rows: [BenchmarkReport.Layer]) {
      table.append([name, TableCell.number(sum(rows), 2), share(rows)])
    }
    let names = [
      "forward": "convolutions, forward", "inputGrad": "convolutions, gradient of the input",
      "weightGrad": "convolutions, gradient of the weights",
      "normalization": "BatchNorm, ReLU, residuals, pooling", "packing": "packing of weights",
      "merging": "merging of gradients", "optimizer": "optimizer",
      "rest": "rest: head, loss, pictures, waiting",
    ]
    var passes = Self.passes.map(\.rawValue)
    for row in report.layers where !passes.contains(row.pass) { passes.append(row.pass) }
    for pass in passes {
      add(names[pass] ?? pass, report.layers.filter { $0.pass == pass })
    }
    add("all", report.layers)
    add("convolutions", report.layers.filter { $0.algorithm != nil })
    add("outside of convolutions", report.layers.filter { $0.algorithm == nil })
    return table.render()
  }

  private var summary: String {
    var lines: [String] = []
    func add(_ name: String, _ value: Double?, _ digits: Int, _ unit: String) {
      guard let value else { return }
      lines.append(
        name + String(repeating: " ", count: 14 - name.count) + TableCell.number(value, digits)
          + unit)
    }
    add("training", report.trainingImagesPerSecond, 2, " images/s")
    add("inference", report.inferenceImagesPerSecond, 2, " images/s")
    add("single image", report.singleImageMilliseconds, 2, " ms")
    add(
      "scaling", report.scaling, 2,
      " times one worker with its share of the batch (\(report.batch / report.workers) pictures)")
    add("peak memory", Double(report.peakMebibytes), 0, " MiB in training")
    return lines.joined(separator: "\n")
  }

  private func sum(_ rows: [BenchmarkReport.Layer]) -> Double {
    rows.reduce(0) { $0 + $1.milliseconds }
  }

  private func share(_ rows: [BenchmarkReport.Layer]) -> String {
    TableCell.number(rows.reduce(0) { $0 + $1.share } * 100, 1) + "%"
  }
}
