import Foundation
import ModelFiles
import NeuralNetwork
import TestSupport
import Testing
import TensorFiles

@Suite struct ModelFileTests {
  private let file = ModelFile(state: ModelFixture.state(), metadata: ModelFixture.metadata())

  @Test(
    arguments: [
      ResNet18Architecture.Head.linear, .mlp(hidden: 8, batchNorm: true, dropout: 0.5),
      .mlp(hidden: 16, batchNorm: false, dropout: 0),
    ])
  func roundTrip(head: ResNet18Architecture.Head) throws {
    try withTemporaryDirectory { folder in
      var architecture = ModelFixture.architecture
      architecture.head = head
      let model = ModelFile(
        state: ModelFixture.state(architecture), metadata: ModelFixture.metadata(architecture))
      let path = folder.path(of: "model.pt")
      try model.write(to: path)
      let read = try ModelFile(contentsOf: path)
      #expect(read.state == model.state)
      #expect(read.metadata == model.metadata)
      try read.write(to: folder.path(of: "again.pt"))
      #expect(
        FileManager.default.contentsEqual(atPath: path, andPath: folder.path(of: "again.pt")))
      // Any reader of PyTorch files sees the same entries, in torchvision's order.
      let weights = try ModelWeights.read(contentsOf: path)
      #expect(weights.tensors.map(\.name) == architecture.stateEntries.map(\.name))
    }
  }

  @Test func safetensorsHaveTheSameEntriesAndTheDescription() throws {
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "model.safetensors")
      try file.writeSafetensors(to: path)
      let read = try SafetensorsFile.read(contentsOf: path)
      let byName = Dictionary(uniqueKeysWithValues: read.tensors.map { ($0.name, $0.tensor) })
      #expect(byName.count == 129)
      for entry in file.state.tensors {
        #expect(byName[entry.name] == entry.tensor, "\(entry.name)")
      }
      let record = try #require(read.metadata[ModelMetadata.recordName])
      let metadata = try JSONDecoder().decode(ModelMetadata.self, from: Data(record.utf8))
      #expect(metadata == file.metadata)
    }
  }

  private func error(
    _ folder: TemporaryDirectory, root: TorchValue, record: String?
  ) throws -> ModelFileError? {
    let path = folder.path(of: "changed.pt")
    try TorchDocument(
      root: root, records: record.map { [ModelMetadata.recordName: Array($0.utf8)] } ?? [:]
    ).write(to: path)
    return #expect(throws: ModelFileError.self) { try ModelFile(contentsOf: path) }
  }

  @Test func descriptionsThatAreWrongAreErrors() throws {
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "model.pt")
      try file.write(to: path)
      let document = try TorchDocument.read(contentsOf: path)
      let json = String(
        decoding: try #require(document.records[ModelMetadata.recordName]), as: UTF8.self)
      func changed(_ old: String, _ new: String) throws -> ModelFileError? {
        #expect(json.contains(old), "\(old)")
        return try error(
          folder, root: document.root, record: json.replacingOccurrences(of: old, with: new))
      }
      let plain = try error(folder, root: document.root, record: nil)
      #expect(plain?.message.contains("network.initialWeights") == true)
      #expect(try error(folder, root: document.root, record: "{}")?.code == .otherContent)
      #expect(try error(folder, root: document.root, record: "")?.code == .otherContent)
      #expect(try error(folder, root: document.root, record: "[[[[")?.code == .otherContent)
      let later = try changed("\"formatVersion\" : 2", "\"formatVersion\" : 3")
      #expect(later?.message.contains("formatVersion: expected 1...2, got 3") == true)
      for width in ["0", "-8", "7", "1000000", "9223372036854775807"] {
        #expect(try changed("\"width\" : 8", "\"width\" : \(width)")?.code == .otherContent)
      }
      for size in ["0", "33", "1000000000"] {
        #expect(try changed("\"inputSize\" : 32", "\"inputSize\" : \(size)")?.code == .otherContent)
      }
      #expect(try changed("\"hidden\" : 8", "\"hidden\" : 0")?.code == .otherContent)
      #expect(try changed("\"dropout\" : 0.25", "\"dropout\" : 1")?.code == .otherContent)
      for (old, new, sentence) in [
        (
          "\"temperature\" : 1.25", "\"temperature\" : 0",
          "calibration.temperature: expected a number above 0, got 0"
        ),
        (
          "\"threshold\" : 0.43", "\"threshold\" : -1",
          "calibration.threshold: expected 0...1, got -1"
        ),
        (
          "\"threshold\" : 0.43", "\"threshold\" : \"high\"",
          "calibration.threshold: expected a number, got \"high\""
        ),
        (
          "\"score\" : \"median\"", "\"score\" : \"average\"",
          "calibration.score: expected mean or median or meanLogit or maximum or confident, got "
            + "\"average\""
        ),
        (
          "\"real\",\n    \"fake\"", "\"fake\",\n    \"real\"",
          "labels: expected [\"real\", \"fake\"], the order of the network's two answers, got "
            + "[\"fake\", \"real\"]; in another order every verdict would be the opposite"
        ),
        (
          "\"jpegQuality\" : 90", "\"jpegQuality\" : 400",
          "recipe.images.jpegQuality: expected 1...100 on libjpeg's scale, got 400"
        ),
        (
          "\"sizePixels\" : 64", "\"sizePixels\" : 1000000000",
          "recipe.geometry.sizePixels: expected 1...4096 pixels, got 1000000000"
        ),
        ("\"step\" : 60", "\"stop\" : 60", "provenance.step: expected a value, got nothing"),
      ] {
        let message = try #require(try changed(old, new)?.message)
        #expect(message.contains(sentence), "\(message)")
        #expect(!message.contains("CodingKeys") && !message.contains("DecodingError"))
      }
      let other = try changed("\"width\" : 8", "\"width\" : 16")
      #expect(other?.code == .otherNetwork)
      #expect(other?.message.contains("conv1.weight") == true)
      let list = try error(folder, root: .list([]), record: json)
      #expect(list?.code == .otherContent)
    }
  }
}
