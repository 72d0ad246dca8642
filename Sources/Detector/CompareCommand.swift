import ArgumentParser
import Foundation
import NeuralNetwork
import Prediction
import PrintableText
import TensorFiles
import Terminal
import Workers

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compares another program's numbers for some crops with this one's.",
    discussion: """
      Examples:
        detector compare model.pt crops.npy logits.npy
        detector compare model.pt inputs.npy logits.npy --tolerance 0.01 --json -

      For a backend that runs the model itself, in PyTorch or ONNX Runtime. Save with numpy.save the \
      crops that it was given, uint8 (n, side, side, 3) in the order red, green, blue and of the \
      network's input size, and the logits that it gave, float32 (n, 2). Where they differ, the usual \
      mistakes are tried: blue before red, no or another normalisation, swapped answers, probabilities \
      instead of logits. With its network's input instead, float32 (n, 3, side, side), the networks \
      alone are compared.

      Exit codes: 0 equal; 1 different, or failed; 64 wrong usage.
      """)

  @Argument(help: "The model file.", completion: .file())
  var model: String

  @Argument(help: "The crops, or the network's input.", completion: .file(extensions: ["npy"]))
  var crops: String

  @Argument(help: "The other program's logits.", completion: .file(extensions: ["npy"]))
  var logits: String

  @Option(help: "Largest difference of two logits that counts as equal.")
  var tolerance = 0.001

  @Option(help: "Threads; 0 is one per core.")
  var workers = 0

  @Option(
    help: ArgumentHelp(
      "Write the result as JSON into this file; - is standard output, in place of the text.",
      valueName: "file"), completion: .file(extensions: ["json"]))
  var json: String?

  func validate() throws {
    guard tolerance > 0, tolerance.isFinite else {
      throw ValidationError("--tolerance: expected a number above 0, got \(tolerance)")
    }
    guard (0...1024).contains(workers) else {
      throw ValidationError("--workers: expected 0...1024, got \(workers)")
    }
    if json == "" {
      throw ValidationError("--json: expected a file, or - for standard output, got nothing")
    }
  }

  func run() throws {
    let destination = try json.map { try ResultDestination($0, .json) }
    // The numbers of a broken model can be compared, too.
    let model = try DetectorModel(contentsOf: self.model, force: true)
    let count = WorkerPool(workerCount: workers).workerCount
    try NetworkMemory.check(
      NetworkMemory.inference(model.state.architecture, workers: count), for: "the network",
      remedy: "take fewer --workers")
    let result = try BackendComparison(
      model, crops: try NumPyFile(contentsOf: crops), logits: try NumPyFile(contentsOf: logits),
      tolerance: tolerance, workers: count)
    StandardOutput.write(Self.text(result))
    try destination?.write(result, format: "comparison/1")
    guard result.isEqual else { throw ExitCode.failure }
  }

  private static func text(_ result: BackendComparison) -> String {
    var text = """
      Crops        \(result.count)
      Difference   \(TableCell.number(result.largestDifference, 6)) at most, median \
      \(TableCell.number(result.medianDifference, 6))
      Answers      \(result.differentAnswers) of \(result.count) differ

      """
    if result.isEqual {
      return text + "Equal: the logits differ by no more than \(result.tolerance)."
    }
    text += "Different: the logits differ by more than \(result.tolerance)."
    for mistake in result.explanations { text += "\nExplanation: " + mistake.advice + "." }
    if result.explanations.isEmpty {
      text +=
        "\nNone of the usual mistakes explains it: compare the networks alone, with float32 input; a "
        + "network that is not in eval() mode, or has other weights, gives other answers."
    }
    return text
  }
}
