import Foundation
import Testing

@testable import TensorFiles

/// The models that `Tests/Fixtures/diagnosis/make_models.py` made.
@Suite(.timeLimit(.minutes(5)))
struct DiagnosisModelTests {
  static func path(_ name: String) -> String {
    TorchFixtures.packageRoot.appending(path: "Tests/Fixtures/diagnosis/\(name)").path
  }

  private func read(_ name: String) throws -> ModelWeights {
    try ModelWeights.read(contentsOf: Self.path(name))
  }

  /// One network in every form that holds all of it.
  @Test func complete() throws {
    let intact = try read("intact.pt")
    #expect(intact.tensors.count == 122)
    #expect(intact["conv1.weight"]?.shape == [8, 3, 7, 7] && intact["fc.bias"]?.shape == [2])
    for (name, prefix) in [
      ("legacy.pth", ""), ("intact.safetensors", ""), ("data-parallel.pt", "module."),
    ] {
      let other = try read(name)
      #expect(other.tensors.count == 122)
      for entry in intact.tensors {
        #expect(other[prefix + entry.name] == entry.tensor, "\(name): \(entry.name)")
      }
    }
    #expect(try read("data-parallel.pt").container == ["state_dict"])
    let narrow = try read("narrow.pt")
    for kind in ["numpy", "tensors"] {
      for number in [2, 4, 5] {
        let other = try read("\(kind)-\(number).pkl")
        #expect(other.tensors == narrow.tensors, "\(kind)-\(number)")
        #expect(other.container == [] && other.others == [])
      }
    }
    // The module itself: its classes are skipped.
    let module = try read("module.pt")
    #expect(module.tensors.map(\.name) == narrow.tensors.map(\.name))
    for entry in narrow.tensors { #expect(module[entry.name] == entry.tensor, "\(entry.name)") }
    #expect(module.foreignNames.contains("torchvision.models.resnet.BasicBlock"))
    // Half precision keeps 11 bits of each number.
    for entry in try read("half.pt").tensors {
      let expected = try #require(intact[entry.name])
      #expect(entry.tensor.shape == expected.shape && entry.tensor.integers == expected.integers)
      for (number, other) in zip(entry.tensor.floats ?? [], expected.floats ?? []) {
        #expect(abs(number - other) <= abs(other) * 0x1p-11 + 0x1p-25, "\(entry.name)")
      }
    }
  }

  /// Networks that lack something are read as they are.
  @Test func incomplete() throws {
    #expect(try read("parameters-only.pt").tensors.count == 62)
    let head = try read("two-layer-head.pkl")
    #expect(head.tensors.count == 64)
    #expect(head["fc.1.weight"]?.shape == [16, 64] && head["fc.4.bias"]?.shape == [2])
    let reset = try read("statistics-reset.pt")
    #expect(reset["bn1.running_var"]?.floats == ArraySlice(repeating: 1, count: 8))
    #expect(reset["bn1.num_batches_tracked"]?.integers == [0])
    let damaged = try read("nan-layer.pt").tensors.filter { entry in
      entry.tensor.floats?.contains { $0.isNaN } == true
    }
    #expect(damaged.map(\.name) == ["layer2.1.conv1.weight"])
    #expect(try read("other-network.pt")["features.0.weight"]?.shape == [8, 3, 3, 3])
  }

  /// Hostile and damaged files are refused, and nothing in them runs.
  @Test(
    arguments: [
      ("hostile.pkl", .forbiddenGlobal, "call os.system; nothing was run"),
      ("hostile.pt", .forbiddenGlobal, "call posix.system; nothing was run"),
      ("bomb.pkl", .containerNotFound, "no dictionary of tensors"),
      ("deep.pkl", .containerNotFound, "no dictionary of tensors"),
      ("truncated.pt", .truncated, "end"), ("truncated.pkl", .truncated, "incomplete"),
    ] as [(String, TorchFileError.Code, String)])
  func refused(name: String, code: TorchFileError.Code, text: String) throws {
    let start = ContinuousClock.now
    let error = try #require(torchError { try read(name) })
    #expect(error.code == code && error.message.contains(text), "\(error)")
    #expect(ContinuousClock.now - start < .seconds(10))
    #expect(torchError { try TorchFile.read(contentsOf: Self.path(name)) } != nil)
    if code != .containerNotFound {
      #expect(torchError { try TorchDocument.read(contentsOf: Self.path(name)) } != nil)
    }
    #expect(!FileManager.default.fileExists(atPath: "a-model-file-ran-a-command"))
  }
}
