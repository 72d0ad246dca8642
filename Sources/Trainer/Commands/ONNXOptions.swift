import ArgumentParser
import Foundation
import ModelFiles
import ONNXFiles
import Terminal

/// `--onnx`: a model for runtimes of other languages.
struct ONNXOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Write the network as an ONNX model into this file (docs/onnx.md).", valueName: "file"),
    completion: .file(extensions: ["onnx"]))
  var onnx: String?

  @Flag(help: "Fold BatchNorm into the layers before it: fewer nodes, the same answers.")
  var onnxFold = false

  func validate() throws {
    if let onnx, onnx.isEmpty || onnx.hasSuffix("/") || onnx == ResultDestination.standardOutput {
      throw ValidationError("--onnx: expected a file such as model.onnx, got '\(onnx)'")
    }
    guard onnx != nil || !onnxFold else {
      throw ValidationError("--onnx-fold: expected --onnx FILE as well")
    }
  }

  /// Throws where the file could not be written in the end: better known before the work than after
  /// it.
  ///
  /// - Parameter others: what else the command reads or writes, by its option.
  func check(others: [(option: String, path: String?)]) throws {
    guard let onnx else { return }
    for (option, path) in others where path.map(Self.place) == Self.place(onnx) {
      throw ValidationError("--onnx, \(option): expected two files, got '\(onnx)' for both")
    }
    try OutputPath.check(onnx)
    try ONNXFile.checkReplaceable(onnx)
  }

  /// Writes the model; nil where nobody asked for it.
  func write(_ model: ModelFile) throws -> Written? {
    guard let onnx else { return nil }
    let file = try ONNXFile(
      model, folds: onnxFold,
      producer: ONNXFile.Producer(name: "deepfake-detection trainer", version: softwareVersion))
    let path = CommandLinePath.absolute(onnx)
    return Written(
      path: path, bytes: try file.write(to: path), opset: ONNXFile.opset, nodes: file.nodeCount,
      parameters: file.parameterCount, batchNorm: onnxFold ? "folded" : "kept")
  }

  private static func place(_ path: String) -> String {
    URL(fileURLWithPath: path).resolvingSymlinksInPath().path
  }

  /// What was written.
  struct Written: Encodable {
    /// The absolute path.
    var path: String
    var bytes: Int
    var opset: Int
    var nodes: Int
    var parameters: Int
    /// `kept` or `folded`.
    var batchNorm: String

    /// Prints where the file is, and what is in it.
    func print() {
      StandardOutput.write("ONNX       \(path)")
      StandardOutput.write(
        "           opset \(opset), \(nodes) nodes, \(parameters) parameters, "
          + "BatchNorm \(batchNorm)"
      )
    }
  }
}
