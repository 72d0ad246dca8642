import ModelFiles
import NeuralNetwork
import Testing
import TensorFiles

/// Loading a file's weights into a network: every key is accounted for.
@Suite struct WeightMatchTests {
  private let architecture = ModelFixture.architecture

  private func load(
    _ tensors: [TensorEntry], into state: inout NetworkState, file: String,
    largestGapShare: Double = 0
  ) throws(ModelFileError) -> WeightMatch {
    try NetworkFile(path: file, weights: ModelWeights(tensors: tensors))
      .load(into: &state, largestGapShare: largestGapShare)
  }

  private func expectAllAccounted(
    _ match: WeightMatch, tensors: [TensorEntry], state: NetworkState,
    location: SourceLocation = #_sourceLocation
  ) {
    let told = match.loaded + match.replaced + match.missing + match.unexpected
    let expected = Set(state.entries.map(\.name)).union(tensors.map(\.name))
    #expect(Set(told) == expected, sourceLocation: location)
    #expect(told.count == expected.count, "a key is told twice", sourceLocation: location)
  }

  @Test func theSameNetworkLoadsWhole() throws {
    let source = ModelFixture.state(seed: 5)
    var state = NetworkState(zeros: architecture)
    let match = try load(source.tensors, into: &state, file: "f")
    #expect(state == source)
    #expect(match.loaded == source.entries.map(\.name))
    #expect(match.loaded.count == 129)
    #expect(match.lines == ["129 entries loaded"])
  }

  @Test func anotherHeadIsReplaced() throws {
    var other = architecture
    other.head = .linear
    let source = ModelFixture.state(other, seed: 5)
    let first = ModelFixture.state(seed: 9)
    var state = first
    let match = try load(source.tensors, into: &state, file: "f")
    expectAllAccounted(match, tensors: source.tensors, state: state)
    #expect(match.loaded.count == 120)
    #expect(match.replaced.contains("fc.5.weight") && match.replaced.contains("fc.weight"))
    #expect(match.missing.isEmpty && match.unexpected.isEmpty)
    for entry in state.entries where entry.arena == .parameters {
      let kept = entry.isHead ? first : state
      #expect(state.parameters[entry.range] == kept.parameters[entry.range])
    }
    let conv = try #require(source.entries.first { $0.name == "conv1.weight" })
    #expect(state.parameters[conv.range] == source.parameters[conv.range])
  }

  /// The model that this project replaces: two-layer head without BatchNorm, saved without its 60
  /// statistics, 64 of 124 entries.
  @Test func theBrokenModelLacksSixtyStatistics() throws {
    var broken = architecture
    broken.head = .mlp(hidden: 8, batchNorm: false, dropout: 0.25)
    let source = ModelFixture.state(broken, seed: 5)
    #expect(source.entries.count == 124)
    let names = Set(source.entries.filter { $0.arena == .parameters }.map(\.name))
    let tensors = source.tensors.filter { names.contains($0.name) }
    #expect(tensors.count == 64)

    var same = NetworkState(zeros: broken)
    let match = try load(tensors, into: &same, file: "f")
    expectAllAccounted(match, tensors: tensors, state: same)
    #expect(match.loaded.count == 64 && match.missing.count == 60)
    #expect(match.replaced.isEmpty && match.unexpected.isEmpty)
    #expect(match.lines.last?.hasPrefix("60 missing: bn1.running_mean") == true)
    #expect(same.parameters == source.parameters)
    #expect(same.statistics == NetworkState(zeros: broken).statistics)
    #expect(same.counters.allSatisfy { $0 == 0 })

    var strict = NetworkState(zeros: broken)
    let error = #expect(throws: ModelFileError.self) {
      try strict.loadStrictly(tensors, file: "model.pt")
    }
    #expect(error?.message.contains("expected 124 entries, got 64") == true)
    #expect(error?.message.contains("bn1.running_mean") == true)

    // Into the default head: `fc.1` fits, the rest of the head does not.
    var state = ModelFixture.state(seed: 9)
    let other = try load(tensors, into: &state, file: "f")
    expectAllAccounted(other, tensors: tensors, state: state)
    #expect(other.missing.count == 60 && other.replaced.contains("fc.4.weight"))
  }

  @Test func foreignTensorsAreUnexpected() throws {
    let source = ModelFixture.state(seed: 5)
    let tensors = source.tensors + [TensorEntry("temperature", TorchTensor(shape: [1], [Float(2)]))]
    var state = NetworkState(zeros: architecture)
    let match = try load(tensors, into: &state, file: "f")
    expectAllAccounted(match, tensors: tensors, state: state)
    #expect(match.unexpected == ["temperature"])
    #expect(throws: ModelFileError.self) { try state.loadStrictly(tensors, file: "f") }
  }

  @Test func aBackboneThatDoesNotFitIsAnError() throws {
    let first = ModelFixture.state(seed: 9)
    var wide = architecture
    wide.width = 16
    let source = ModelFixture.state(seed: 5).tensors
    let extraBlock = TensorEntry(
      "layer1.2.conv1.weight", TorchTensor(shape: [1], [Float(1)]))
    let bottleneck = source.map { entry in
      entry.name == "layer1.0.conv1.weight"
        ? TensorEntry(
          entry.name, TorchTensor(shape: [8, 8, 1, 1], [Float](repeating: 0, count: 64))) : entry
    }
    let cases: [([TensorEntry], [String])] = [
      (ModelFixture.state(wide).tensors, ["conv1.weight", "[8, 3, 7, 7]", "[16, 3, 7, 7]"]),
      (source + [extraBlock], ["layer1.2.conv1.weight", "[1]"]),
      (bottleneck, ["layer1.0.conv1.weight", "[8, 8, 3, 3]", "[8, 8, 1, 1]"]),
      (Array(source.dropFirst()), ["conv1.weight", "no such entry"]),
      ([], ["20 convolutions", "0 among 0 entries"]),
    ]
    for (tensors, words) in cases {
      var state = first
      let error = #expect(throws: ModelFileError.self) {
        _ = try load(tensors, into: &state, file: "weights.pt")
      }
      #expect(error?.code == .otherNetwork && error?.subject == "weights.pt")
      for word in words { #expect(error?.message.contains(word) == true, "\(word)") }
      #expect(state == first, "a state that does not load is left alone")
    }
  }

  @Test func gapsAreFilledWhereTheyAreAllowed() throws {
    let first = ModelFixture.state(seed: 9)
    let source = ModelFixture.state(seed: 5)
    var tensors = source.tensors.filter { $0.name != "layer1.0.conv1.weight" }
    for (place, entry) in tensors.enumerated()
    where ["layer3.1.conv2.weight", "bn1.running_var", "fc.1.weight"].contains(entry.name) {
      tensors[place] = TensorEntry(
        entry.name,
        TorchTensor(
          shape: entry.tensor.shape, [Float](repeating: .nan, count: entry.tensor.count)))
    }
    var state = first
    let match = try load(tensors, into: &state, file: "f", largestGapShare: 0.5)
    #expect(match.gaps == ["layer1.0.conv1.weight", "layer3.1.conv2.weight"])
    #expect(match.missing == ["bn1.running_var"])
    #expect(match.replaced == ["fc.1.weight"])
    #expect(state.parameters.allSatisfy(\.isFinite) && state.statistics.allSatisfy(\.isFinite))
    for entry in state.entries where entry.arena == .parameters {
      let origin = match.loaded.contains(entry.name) ? source : first
      #expect(state.parameters[entry.range] == origin.parameters[entry.range], "\(entry.name)")
    }

    state = first
    #expect(throws: ModelFileError.self) { try load(tensors, into: &state, file: "f") }
    let half = source.tensors.filter {
      !$0.name.hasPrefix("layer4") && !$0.name.hasPrefix("layer3")
    }
    let error = #expect(throws: ModelFileError.self) {
      try load(half, into: &state, file: "f", largestGapShare: 0.3)
    }
    #expect(error?.message.contains("layer3.0.conv1.weight") == true)
    #expect(state == first, "a state that does not load is left alone")
  }

  /// Counters come as floats and weights as integers in some files.
  @Test func kindsOfNumbersAreConverted() throws {
    let source = ModelFixture.state(seed: 5)
    let tensors = source.tensors.map { entry in
      switch entry.name {
      case "bn1.num_batches_tracked": TensorEntry(entry.name, TorchTensor(shape: [], [Float(77)]))
      case "bn1.bias":
        TensorEntry(entry.name, TorchTensor(shape: [8], [Int64](repeating: 3, count: 8)))
      case "layer1.0.bn1.num_batches_tracked":
        TensorEntry(entry.name, TorchTensor(shape: [], [Float.infinity]))
      default: entry
      }
    }
    var state = NetworkState(zeros: architecture)
    try state.loadStrictly(tensors, file: "f")
    #expect(state.counters.prefix(2) == [77, 0])
    let bias = try #require(state.entries.first { $0.name == "bn1.bias" })
    #expect(state.parameters[bias.range].allSatisfy { $0 == 3 })
  }
}
