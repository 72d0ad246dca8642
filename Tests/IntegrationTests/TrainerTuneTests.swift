import Foundation
import TestSupport
import Testing

extension TrainerTests {
  /// `trainer tune`: every layer is compared with itself and with other values.
  @Suite struct Tune {
    private struct Report: Decodable {
      struct Row: Decodable {
        var layer: String
        var number: String
        var chosen: String
        var value: String
        var forward: Double
        var inputGrad: Double?
        var weightGrad: Double
        var packing: Double
      }

      var pictures: Int
      var rows: [Row]
    }

    private static let small = [
      "tune", "--pictures", "2", "--width", "8", "--size", "64", "--rounds", "1",
    ]

    private func report(_ arguments: [String] = []) throws -> Report {
      let outcome = try TrainingRun.command(Self.small + arguments + ["--json", "-"])
      #expect(outcome.status == 0, "\(outcome.errors)")
      return try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8))
    }

    @Test func everyKindOfLayerIsMeasured() throws {
      let rows = try report().rows
      // Of ResNet18's 20 convolutions 11 have dimensions of their own.
      let controls = rows.filter { $0.number == "none" }
      #expect(controls.count == 11)
      #expect(Set(rows.map(\.layer)) == Set(controls.map(\.layer)))
      for row in rows {
        #expect((row.inputGrad == nil) == (row.layer == "conv1"))
        for ratio in [row.forward, row.weightGrad, row.packing] {
          #expect(ratio > 0 && ratio.isFinite)
        }
      }
      // A value is compared with another one.
      let numbers = rows.filter { $0.number != "none" }
      #expect(numbers.allSatisfy { $0.chosen != $0.value })
      #expect(
        Set(numbers.map(\.number)).isSuperset(of: ["algorithm", "forwardTiles", "heldStrips"]))
    }

    @Test func oneLayerAndOneNumber() throws {
      let rows = try report(["--layer", "layer1.1.conv2", "--number", "algorithm"]).rows
      #expect(rows.map(\.layer) == ["layer1.1.conv2", "layer1.1.conv2"])
      #expect(rows.map(\.number) == ["none", "algorithm"])
    }

    @Test func wrongUsage() throws {
      for (arguments, words) in [
        (["--layer", "layer9"], "--layer: expected one of conv1, layer1.0.conv1"),
        (["--number", "nine"], "--number: expected one of algorithm, forwardTiles"),
        (["--pictures", "0"], "--pictures: expected 1...1024, got 0"),
        (["--rounds", "0"], "--rounds: expected 1...1000, got 0"),
      ] {
        let outcome = try TrainingRun.command(Self.small + arguments)
        #expect(outcome.status == 64, "\(arguments): \(outcome.errors)")
        #expect(outcome.errors.contains(words), "'\(words)' in \(outcome.errors)")
        #expect(outcome.output.isEmpty)
      }
    }
  }
}
