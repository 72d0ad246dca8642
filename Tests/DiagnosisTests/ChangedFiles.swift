import Foundation
import ModelFiles
import TensorFiles
import TestSupport
import Testing

@testable import Diagnosis

/// Model files made from a sound one: `Tests/Fixtures/diagnosis/intact.pt`, a ResNet18 of width 8
/// with 64 features and a linear head.
struct ChangedFile {
  typealias Entries = [(name: String, tensor: TorchTensor)]

  static func fixture(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures/\(name)").path
  }

  /// The file with changed entries and remarks.
  static func recognize(
    _ name: String = "intact.pt", beside: [TorchEntry] = [],
    choices: NetworkFile.Choices = NetworkFile.Choices(), _ change: (inout Entries) throws -> Void
  ) throws -> NetworkFile {
    let weights = try ModelWeights.read(contentsOf: fixture("diagnosis/" + name))
    var entries = weights.tensors.map { (name: $0.name, tensor: $0.tensor) }
    try change(&entries)
    return try withTemporaryDirectory { folder in
      let path = folder.path(of: "changed.pt")
      let root = TorchValue.tensors(entries.map { TensorEntry($0.name, $0.tensor) })
      try TorchDocument(
        root: beside.isEmpty ? root : .dictionary([TorchEntry("state_dict", root)] + beside)
      ).write(to: path)
      return try NetworkFile.recognize(path, choices)
    }
  }

  /// Numbers without a pattern, between -size and size.
  static func tensor(_ shape: [Int], size: Float = 0.3, seed: UInt32 = 1) -> TorchTensor {
    var state = seed
    return TorchTensor(
      shape: shape,
      (0..<shape.reduce(1, *)).map { _ in
        state = state &* 1_664_525 &+ 1_013_904_223
        return (Float(state >> 8) / Float(1 << 23) - 1) * size
      })
  }

  static func replaceHead(_ entries: inout Entries, by head: Entries) {
    entries.removeAll { $0.name.hasPrefix("fc.") }
    entries += head
  }

  static func linear(_ name: String, _ inputs: Int, _ outputs: Int, bias: Bool = true) -> Entries {
    [(name + ".weight", tensor([outputs, inputs]))]
      + (bias ? [(name + ".bias", tensor([outputs]))] : [])
  }

  /// BatchNorm whose running means are those before an activation, or after ReLU.
  static func norm(
    _ name: String, _ channels: Int, statistics: Bool = true, behindReLU: Bool = false
  ) -> Entries {
    let means = (tensor([channels]).floats ?? []).map { behindReLU ? abs($0) : $0 }
    let scales = (tensor([channels], seed: 3).floats ?? []).map { 1 + $0 }
    return [
      (name + ".weight", TorchTensor(shape: [channels], scales)),
      (name + ".bias", tensor([channels], seed: 2)),
    ]
      + (statistics
        ? [
          (name + ".running_mean", TorchTensor(shape: [channels], means)),
          (name + ".running_var", TorchTensor(shape: [channels], scales)),
          (name + ".num_batches_tracked", TorchTensor(shape: [], [Int64(9)])),
        ] : [])
  }

  static func removeStatistics(_ entries: inout Entries) {
    entries.removeAll {
      $0.name.contains("running_") || $0.name.hasSuffix("num_batches_tracked")
    }
  }
}
