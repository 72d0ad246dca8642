import Contract
import Foundation
import ModelFiles
import NeuralNetwork
import ONNXFiles
import TensorFiles
import TestSupport
import Testing

/// ONNX's own checker accepts the files, and ONNX Runtime answers what the product answers.
@Suite(.enabled(if: PythonWithONNX.isThere, "needs PYTHON_WITH_ONNX"))
struct RuntimeTests {
  private struct Answer: Decodable {
    var input: [String]
    var output: [String]
    var single: [Float]
    var together: [Float]
    var metadata: [String: String]
  }

  /// Runs the model on three pictures, one by one and all at once.
  private func answer(_ model: ModelFile, folds: Bool, pictures: [Float]) throws -> Answer {
    try withTemporaryDirectory { folder in
      let file = folder.path(of: "model.onnx")
      try ONNXFile(model, folds: folds, producer: ONNXFixture.producer).write(to: file)
      try folder.write(pictures.withUnsafeBufferPointer { Data(buffer: $0) }, to: "pictures")
      let script = (#filePath as NSString).deletingLastPathComponent + "/run_onnx.py"
      let output = try PythonWithONNX.run(script, [file, folder.path(of: "pictures")])
      return try JSONDecoder().decode(Answer.self, from: Data(output.utf8))
    }
  }

  private func expectTheProductsLogits(_ state: NetworkState, folds: Bool) throws {
    let size = state.architecture.inputSize
    let pictures = pseudoRandom(3 * 3 * size * size, seed: 7).map { 2 * $0 }
    let expected = ONNXFixture.logits(state, pictures, count: 3)
    let found = try answer(ONNXFixture.model(state), folds: folds, pictures: pictures)
    #expect(largestDifference(found.single, expected) < 1e-4)
    #expect(largestDifference(found.together, expected) < 1e-4)
    // Logits that don't depend on the picture, or are all 0, would agree whatever the network is.
    #expect(Set(expected).count >= 4 && expected.contains { abs($0) > 0.05 }, "\(expected)")
    #expect(found.input == ["pictures", "tensor(float)", "batch", "3", "\(size)", "\(size)"])
    #expect(found.output == ["logits", "tensor(float)", "batch", "2"])
    #expect(found.metadata["inputSize"] == "\(size)")
  }

  @Test(arguments: ONNXFixture.heads, [false, true])
  func everyHead(head: ResNet18Architecture.Head, folds: Bool) throws {
    try expectTheProductsLogits(
      ONNXFixture.state(ONNXFixture.architecture(head)), folds: folds)
  }

  @Test(arguments: [false, true]) func anotherWidth(folds: Bool) throws {
    try expectTheProductsLogits(
      ONNXFixture.state(ONNXFixture.architecture(width: 16)), folds: folds)
  }

  /// The network that pipelines train by default, whole.
  @Test(.enabled(if: isOptimized, "takes minutes without optimization"), arguments: [false, true])
  func theDefaultNetwork(folds: Bool) throws {
    try expectTheProductsLogits(ONNXFixture.state(ResNet18Architecture()), folds: folds)
  }

  /// A file of another program with one output: two logits, of which the other is 0.
  @Test(arguments: [VideoLabel.real, .fake], [false, true])
  func oneOutput(label: VideoLabel, folds: Bool) throws {
    try withTemporaryDirectory { folder in
      let two = ONNXFixture.state(ONNXFixture.architecture(.linear))
      let one = two.tensors.map { entry -> TensorEntry in
        guard entry.name.hasPrefix("fc."), let values = entry.tensor.floats else { return entry }
        return TensorEntry(
          entry.name,
          TorchTensor(
            shape: [1] + entry.tensor.shape.dropFirst(), Array(values.prefix(values.count / 2))))
      }
      let names = label == .fake ? ["real", "fake"] : ["fake", "real"]
      let classes = names.enumerated().map {
        TorchEntry(key: .string($1), value: .integer(Int64($0)))
      }
      let path = folder.path(of: "one.pth")
      try TorchDocument(
        root: .dictionary([
          TorchEntry("state_dict", .tensors(one)), TorchEntry("class_to_idx", .dictionary(classes)),
        ]), records: [:]
      ).write(to: path)
      let file = try NetworkFile.recognize(path)
      #expect(try file.network().singleOutput?.label == label)
      let state = try file.state(inputSize: 32)
      try expectTheProductsLogits(state, folds: folds)
      let pictures = pseudoRandom(3 * 3 * 32 * 32, seed: 3)
      let logits = try answer(ONNXFixture.model(state), folds: folds, pictures: pictures).together
      #expect(
        [0, 2, 4].allSatisfy { logits[$0 + (label == .fake ? 0 : 1)] == 0 }, "\(logits)")
    }
  }

  private static let isOptimized: Bool = {
    var isDebug = false
    // Evaluated in debug builds only.
    assert(
      {
        isDebug = true
        return true
      }())
    return !isDebug
  }()
}
