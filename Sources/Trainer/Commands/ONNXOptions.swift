import ArgumentParser
import Foundation
import ModelFiles
import ONNXFiles
import Terminal

/// `--onnx`: a model for ONNX runtimes.
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

  /// Throws if the file can't be written; called before the work begins.
  ///
  /// - Parameter others: The other files that the command reads or writes, by option.
  func check(others: [(option: String, path: String?)]) throws {
    guard let onnx else { return }
    for (option, path) in others where path.map(Self.resolved) == Self.resolved(onnx) {
      throw ValidationError("--onnx, \(option): expected two files, got '\(onnx)' for both")
    }
    try OutputPath.check(onnx)
    try ONNXFile.checkReplaceable(onnx)
  }

  /// Writes the model; nil without the option.
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

  private static func resolved(_ path: String) -> String {
    URL(fileURLWithPath: path).resolvingSymlinksInPath().path
  }

  struct Written: Encodable {
    /// The absolute path.
    var path: String
    var bytes: Int
    var opset: Int
    var nodes: Int
    var parameters: Int
    /// `kept` or `folded`.
    var batchNorm: String

    /// Prints the path and the content of the file.
    func print() {
      StandardOutput.write("ONNX       \(path)")
      StandardOutput.write(
        "           opset \(opset), \(nodes) nodes, \(parameters) parameters, "
          + "BatchNorm \(batchNorm)"
      )
    }
  }
}
