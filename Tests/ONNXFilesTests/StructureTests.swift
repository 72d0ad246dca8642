import Foundation
import ModelFiles
import NeuralNetwork
import SwiftProtobuf
import TestSupport
import Testing

@testable import ONNXFiles

/// What is in the files, as the generated code reads them again.
@Suite struct StructureTests {
  private func message(
    _ head: ResNet18Architecture.Head = ResNet18Architecture().head, folds: Bool = false
  ) throws -> Onnx_ModelProto {
    let file = try ONNXFile(
      ONNXFixture.model(head), folds: folds, producer: ONNXFixture.producer)
    return try Onnx_ModelProto(serializedBytes: file.encoded())
  }

  @Test func theModelSaysWhatItIs() throws {
    let model = try message()
    #expect(model.irVersion == 8)
    #expect(model.opsetImport.map(\.version) == [17] && model.opsetImport.map(\.domain) == [""])
    #expect(model.producerName == "test" && model.producerVersion == "1.2.3")
    #expect(model.docString.contains("32x32 pixels, RGB"))
    #expect(model.graph.name == "resnet18")
    let input = try #require(model.graph.input.first)
    #expect(model.graph.input.count == 1 && input.name == "pictures")
    #expect(input.type.tensorType.elemType == 1)
    let shape = input.type.tensorType.shape.dim
    #expect(shape.first?.dimParam == "batch")
    #expect(shape.dropFirst().map(\.dimValue) == [3, 32, 32])
    let output = try #require(model.graph.output.first)
    #expect(model.graph.output.count == 1 && output.name == "logits")
    #expect(output.type.tensorType.shape.dim.first?.dimParam == "batch")
    #expect(output.type.tensorType.shape.dim.last?.dimValue == 2)
  }

  /// Nodes: 68 of the backbone with BatchNorm, 48 without.
  @Test(arguments: zip(ONNXFixture.heads, [(1, 1), (3, 3), (4, 3)]))
  func nodes(head: ResNet18Architecture.Head, ofHead: (kept: Int, folded: Int)) throws {
    let kept = try message(head).graph
    #expect(kept.node.count == 68 + ofHead.kept)
    let folded = try message(head, folds: true).graph
    #expect(folded.node.count == 48 + ofHead.folded)
    #expect(!folded.node.contains { $0.opType == "BatchNormalization" })
    for graph in [kept, folded] {
      #expect(Set(graph.node.map(\.name)).count == graph.node.count)
      #expect(graph.node.count { $0.opType == "Conv" } == 20)
      #expect(graph.node.last?.output == ["logits"])
      #expect(graph.node.allSatisfy { $0.opType != "Dropout" })
      // Each value is there before it is used, and each initializer is used once.
      var known = Set(graph.initializer.map(\.name)).union(["pictures"])
      for node in graph.node {
        #expect(known.isSuperset(of: node.input), "\(node.name)")
        known.formUnion(node.output)
      }
      let used = graph.node.flatMap(\.input)
      for tensor in graph.initializer {
        #expect(used.count { $0 == tensor.name } == 1, "\(tensor.name)")
      }
    }
  }

  @Test func nodesAreCalledLikeModules() throws {
    let names = try message().graph.node.map(\.name)
    #expect(names.prefix(4) == ["conv1", "bn1", "relu", "maxpool"])
    #expect(
      names.filter { $0.hasPrefix("layer2.0") } == [
        "layer2.0.conv1", "layer2.0.bn1", "layer2.0.relu", "layer2.0.conv2", "layer2.0.bn2",
        "layer2.0.downsample.0", "layer2.0.downsample.1", "layer2.0.add", "layer2.0.relu_1",
      ])
    #expect(names.suffix(6) == ["avgpool", "flatten", "fc.1", "fc.2", "fc.3", "fc.5"])
  }

  /// Kept, the initializers are the state_dict: names, shapes and bits. Counters mean nothing here.
  @Test(arguments: ONNXFixture.heads)
  func initializersAreTheStateDict(head: ResNet18Architecture.Head) throws {
    let state = ONNXFixture.model(head).state
    let graph = try message(head).graph
    let found = Dictionary(uniqueKeysWithValues: graph.initializer.map { ($0.name, $0) })
    let expected = state.entries.filter { $0.role != .batchesTracked }
    #expect(found.count == expected.count)
    for entry in expected {
      let tensor = try #require(found[entry.name], "\(entry.name)")
      #expect(tensor.dims == entry.shape.map(Int64.init) && tensor.dataType == 1)
      let values =
        entry.arena == .parameters ? state.parameters[entry.range] : state.statistics[entry.range]
      #expect(tensor.rawData == Array(values).withUnsafeBytes { Data($0) }, "\(entry.name)")
    }
  }

  @Test func foldedConvolutionsHaveBiases() throws {
    let names = try message(folds: true).graph.initializer.map(\.name)
    #expect(names.count == 44)
    #expect(names.prefix(2) == ["conv1.weight", "conv1.bias"])
    #expect(names.contains("layer4.0.downsample.0.bias"))
    #expect(
      names.suffix(4) == ["fc.1.weight", "fc.1.bias", "fc.5.weight", "fc.5.bias"])
  }

  @Test func countsAreThoseOfTheFile() throws {
    let model = ONNXFixture.model(.linear)
    let file = try ONNXFile(model, folds: false, producer: ONNXFixture.producer)
    #expect(file.nodeCount == 69)
    #expect(file.parameterCount == model.state.parameters.count + model.state.statistics.count)
  }

  @Test func equalModelsGiveEqualBytes() throws {
    let files = try (0..<2).map { _ in
      try ONNXFile(ONNXFixture.model(), folds: true, producer: ONNXFixture.producer).encoded()
    }
    #expect(files[0] == files[1])
  }

  /// A failed write leaves no file, and a file that is no ONNX model is not replaced.
  @Test func placesThatAreRefused() throws {
    try withTemporaryDirectory { folder in
      let file = try ONNXFile(ONNXFixture.model(), folds: false, producer: ONNXFixture.producer)
      let path = folder.path(of: "model.onnx")
      try ONNXFile.checkReplaceable(path)
      #expect(try file.write(to: path) == file.encoded().count)
      try ONNXFile.checkReplaceable(path)
      try folder.makeFiles(["empty", "folder/inside"])
      try ONNXFile.checkReplaceable(folder.path(of: "empty"))
      try ONNXFixture.model().write(to: folder.path(of: "model.pt"))
      try ONNXFixture.model().writeSafetensors(to: folder.path(of: "model.safetensors"))
      for name in ["model.pt", "model.safetensors"] {
        let error = #expect(throws: ONNXFileError.self) {
          try ONNXFile.checkReplaceable(folder.path(of: name))
        }
        #expect(error?.description.contains("is no ONNX model, so it is not replaced") == true)
      }
      for name in ["folder", "none/model.onnx"] {
        let error = #expect(throws: ONNXFileError.self) {
          try file.write(to: folder.path(of: name))
        }
        #expect(error?.code == .file && error?.subject == folder.path(of: name))
      }
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == [
          "empty", "folder", "model.onnx", "model.pt", "model.safetensors",
        ])
    }
  }
}
