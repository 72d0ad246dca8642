internal import Contract
internal import Foundation
internal import ModelFiles
internal import NeuralNetwork
internal import Randomness
internal import ShardStore
internal import ShardStoreFixtures
internal import TensorFiles

/// Checkpoints that are sound as PyTorch files and wrong in one value or another.
struct CheckpointKind: FuzzKind {
  let name = "checkpoint"
  let longRuns = 2_000
  let shortRuns = 80

  func prepare(bases: String) throws {
    let state = NetworkState(randomFor: ModelBases.architecture, seed: 1)
    for (name, rule) in [
      ("sgd", Optimizer.Rule.sgd(momentum: 0.9, nesterov: true)),
      ("adamw", .adamW(beta1: 0.9, beta2: 0.999, epsilon: 1e-8)),
    ] {
      let checkpoint = Checkpoint(
        state: state, average: MovingAverage(decay: 0.99, state: state, updates: 60),
        optimizer: Optimizer(rule, weightDecay: 1e-4, for: ModelBases.architecture), step: 60,
        epoch: 2, sample: 48, progress: #"{"step":60}"#, settings: ["seed": "1"],
        configuration: "train:\n  seed: 1\n", recipe: SyntheticVideos.description.recipe,
        normalization: .imageNet)
      try checkpoint.write(to: bases + "/" + name + ".pt")
    }
  }

  func worker(bases: String) throws -> any FuzzReader {
    CheckpointReader(
      roots: try FuzzFiles.names(bases).map {
        try TorchDocument.read(contentsOf: bases + "/" + $0).root
      })
  }
}

private struct CheckpointReader: FuzzReader {
  let roots: [TorchValue]

  mutating func run(_ one: inout FuzzCase) throws -> Verdict {
    let root = changed(roots[one.random.below(roots.count)], &one.random)
    let path = one.folder + "/checkpoint.pt"
    do throws(TorchFileError) {
      try TorchDocument(root: root).write(to: path)
    } catch {
      // A value that the format can't hold.
      return RawText.verdict(error)
    }
    do throws(ModelFileError) {
      _ = try Checkpoint(contentsOf: path)
    } catch {
      return RawText.verdict(error)
    }
    do throws(ModelFileError) { _ = try NetworkFile.recognize(path) } catch {
      return RawText.verdict(error)
    }
    return .accepted
  }

  /// Goes down by chance, rarely into the tensors, and changes what it arrives at.
  private func changed(_ value: TorchValue, _ random: inout RandomStream) -> TorchValue {
    switch value {
    case .dictionary(var entries) where !entries.isEmpty && random.happens(0.9):
      let place = random.below(entries.count)
      switch random.below(12) {
      case 0: entries.remove(at: place)
      case 1: entries.append(entries[place])
      case 2:
        entries[place] = TorchEntry(
          key: other(entries[place].key, &random), value: entries[place].value)
      default:
        entries[place] = TorchEntry(
          key: entries[place].key, value: changed(entries[place].value, &random))
      }
      return .dictionary(entries)
    case .list(var values) where !values.isEmpty && random.happens(0.8):
      let place = random.below(values.count)
      values[place] = changed(values[place], &random)
      return .list(values)
    default: return other(value, &random)
    }
  }

  private func other(_ value: TorchValue, _ random: inout RandomStream) -> TorchValue {
    if case .string(let text) = value, random.happens(0.6) {
      var bytes = Array(text.utf8)
      TextMutator.mutate(&bytes, &random)
      return .string(String(decoding: bytes, as: UTF8.self))
    }
    if case .tensor(let tensor) = value, random.happens(0.6), let floats = tensor.floats,
      !floats.isEmpty
    {
      var floats = Array(floats)
      floats[random.below(floats.count)] =
        [.nan, .infinity, 0, -1, 1e38, .leastNonzeroMagnitude][
          random.below(6)]
      return random.happens(0.5)
        ? .tensor(TorchTensor(shape: tensor.shape, floats))
        : .tensor(TorchTensor(shape: [floats.count, 1], floats))
    }
    let values: [TorchValue] = [
      .none, .bool(true), .integer(0), .integer(-1), .integer(.max), .integer(.min), .integer(1),
      .integer(1 << 53), .number(.nan), .number(.infinity), .number(-1), .number(0), .number(1e300),
      .string(""), .string("x"), .list([]), .tuple([]), .dictionary([]),
      .list([.none, .integer(1)]),
      .tensor(TorchTensor(shape: [0], [Float]())), .tensor(TorchTensor(shape: [2], [Int64](1...2))),
      .number(0.5), .integer(1 << 40), .list([.number(1), .number(2), .number(.nan)]),
    ]
    return values[random.below(values.count)]
  }
}
