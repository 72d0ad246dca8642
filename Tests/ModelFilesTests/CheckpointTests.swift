import Contract
import Foundation
import ModelFiles
import NeuralNetwork
import TestSupport
import Testing
import TensorFiles

@Suite struct CheckpointTests {
  private func expectEqual(_ left: NetworkState, _ right: NetworkState) {
    #expect(left.architecture == right.architecture)
    #expect(bits(left.parameters) == bits(right.parameters))
    #expect(bits(left.statistics) == bits(right.statistics))
    #expect(left.counters == right.counters)
  }

  @Test(
    arguments: [
      Optimizer.Rule.sgd(momentum: 0.9, nesterov: true), .sgd(momentum: 0, nesterov: false),
      .adamW(beta1: 0.9, beta2: 0.999, epsilon: 1e-8),
    ], [true, false])
  func roundTripIsExactToTheBit(rule: Optimizer.Rule, hasAverage: Bool) throws {
    try withTemporaryDirectory { folder in
      var original = ModelFixture.checkpoint(rule, hasAverage: hasAverage)
      // The least and largest numbers, and the two zeros.
      let odd: [Float] = [
        -0.0, .leastNonzeroMagnitude, -.greatestFiniteMagnitude, .pi, .ulpOfOne,
      ]
      original.state.parameters.replaceSubrange(10..<15, with: odd)
      if !original.optimizer.first.isEmpty {
        original.optimizer.first.replaceSubrange(20..<25, with: odd)
      }
      let file = folder.path(of: "checkpoint.pt")
      try original.write(to: file)
      let read = try Checkpoint(contentsOf: file)
      expectEqual(read.state, original.state)
      #expect((read.average != nil) == hasAverage)
      if let mean = read.average, let expected = original.average {
        expectEqual(mean.state, expected.state)
        #expect(mean.decay == expected.decay && mean.updates == expected.updates)
      }
      #expect(read.optimizer.rule == original.optimizer.rule)
      #expect(read.optimizer.weightDecay == original.optimizer.weightDecay)
      // As truth values: the difference of two such arrays would take minutes to print.
      let isFirstEqual = bits(read.optimizer.first) == bits(original.optimizer.first)
      let isSecondEqual = bits(read.optimizer.second) == bits(original.optimizer.second)
      #expect(isFirstEqual)
      #expect(isSecondEqual)
      #expect(read.optimizer.stepCount == 60 && read.optimizer.backboneStepCount == 55)
      #expect(read.step == 60 && read.epoch == 2 && read.sample == 48)
      #expect(read.progress == original.progress)
      #expect(read.settings == original.settings)
      #expect(read.configuration == original.configuration)
      #expect(read.recipe == original.recipe && read.geometry == original.geometry)
      #expect(read.normalization == original.normalization)
      expectEqual(read.evaluated, hasAverage ? ModelFixture.state(seed: 2) : original.state)

      let again = folder.path(of: "again.pt")
      try read.write(to: again)
      #expect(FileManager.default.contentsEqual(atPath: file, andPath: again))
    }
  }

  /// An error describes an architecture in words, not by the language's own description.
  @Test func anArchitectureIsDescribedInWords() {
    #expect(
      "\(ArchitectureDescription(ModelFixture.architecture))"
        == "resnet18 with 2 classes, width 8, input 32, hidden layer 8, dropout 0.25")
  }

  /// Cut off at 100 offsets and with 200 single bits flipped: an error each time, never a crash,
  /// and never other content.
  @Test func damageIsAnError() throws {
    try withTemporaryDirectory { folder in
      let file = folder.path(of: "checkpoint.pt")
      try ModelFixture.checkpoint().write(to: file)
      let whole = try Data(contentsOf: URL(fileURLWithPath: file))
      var seed: UInt64 = 20_251_122
      func random(below count: Int) -> Int {
        seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((seed >> 33) % UInt64(count))
      }
      for _ in 0..<100 {
        let length = random(below: whole.count)
        try whole.prefix(length).write(to: URL(fileURLWithPath: file))
        #expect(throws: ModelFileError.self, "cut at \(length) of \(whole.count)") {
          try Checkpoint(contentsOf: file)
        }
      }
      var unnoticed = 0
      for _ in 0..<200 {
        let bit = random(below: whole.count * 8)
        var damaged = whole
        damaged[bit / 8] ^= 1 << UInt8(bit % 8)
        try damaged.write(to: URL(fileURLWithPath: file))
        do {
          // A bit without meaning, such as in a fill byte between two records, may be flipped.
          let read = try Checkpoint(contentsOf: file)
          let again = folder.path(of: "again.pt")
          try read.write(to: again)
          #expect(try Data(contentsOf: URL(fileURLWithPath: again)) == whole, "bit \(bit)")
          unnoticed += 1
        } catch {
          #expect(error is ModelFileError)
        }
      }
      #expect(unnoticed < 40, "\(unnoticed) of 200 flipped bits were not noticed")
    }
  }

  @Test func contentThatIsNoCheckpointIsNamed() throws {
    try withTemporaryDirectory { folder in
      let file = folder.path(of: "file.pt")
      func error() -> ModelFileError? {
        #expect(throws: ModelFileError.self) { try Checkpoint(contentsOf: file) }
      }
      #expect(error()?.code == .file)
      try folder.write("not a checkpoint\n", to: "file.pt")
      #expect(error()?.code == .file)
      try ModelFile(state: ModelFixture.state(), metadata: ModelFixture.metadata()).write(to: file)
      #expect(error()?.code == .otherContent)

      // One entry after the other replaced by something else.
      try ModelFixture.checkpoint().write(to: file)
      guard case .dictionary(let entries) = try TorchDocument.read(contentsOf: file).root else {
        Issue.record("a checkpoint is a dictionary")
        return
      }
      for index in entries.indices {
        guard case .string(let name) = entries[index].key else { continue }
        for value in [TorchValue.integer(-1), .list([]), .none]
        where name != "ema" || value != .none {
          var changed = entries
          changed[index] = TorchEntry(name, value)
          try TorchDocument(root: .dictionary(changed)).write(to: file)
          let found = error()
          #expect(found?.code == .otherContent, "\(name) = \(value)")
          #expect(found?.subject == file)
          // The format identifies a checkpoint.
          #expect(
            name == "format" || found?.message.contains(name) == true, "\(found?.message ?? "")")
        }
        try TorchDocument(root: .dictionary(entries.filter { $0.key != .string(name) }))
          .write(to: file)
        if name != "ema" { #expect(error()?.code == .otherContent, "without \(name)") }
      }
    }
  }

  @Test func aStateOfAnotherNetworkIsRefused() throws {
    try withTemporaryDirectory { folder in
      let file = folder.path(of: "file.pt")
      try ModelFixture.checkpoint().write(to: file)
      guard case .dictionary(var entries) = try TorchDocument.read(contentsOf: file).root else {
        Issue.record("a checkpoint is a dictionary")
        return
      }
      var other = ModelFixture.architecture
      other.width = 16
      entries.removeAll { $0.key == .string("model") }
      entries.append(TorchEntry("model", .tensors(ModelFixture.state(other).tensors)))
      try TorchDocument(root: .dictionary(entries)).write(to: file)
      let error = #expect(throws: ModelFileError.self) { try Checkpoint(contentsOf: file) }
      #expect(error?.code == .otherNetwork)
      #expect(error?.message.contains("conv1.weight") == true)
      #expect(error?.message.contains("[8, 3, 7, 7]") == true)
      #expect(error?.message.contains("[16, 3, 7, 7]") == true)
    }
  }
}
