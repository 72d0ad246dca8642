import Contract
import Foundation
import TestSupport
import Testing

extension TrainerTests {
  /// `trainer benchmark`: its numbers fit together, and wrong usage is told.
  @Suite struct Benchmark {
    private struct Report: Decodable {
      struct Layer: Decodable {
        var name: String
        var pass: String
        var algorithm: String?
        var milliseconds: Double
        var gigaflopsPerSecond: Double?
        var share: Double
      }

      var batch: Int
      var workers: Int
      var kernels: String
      var processor: String
      var peakMebibytes: Int
      var shareOutsideConvolutions: Double
      var trainingImagesPerSecond: Double?
      var inferenceImagesPerSecond: Double?
      var singleImageMilliseconds: Double?
      var scaling: Double?
      var layers: [Layer]
    }

    private static let small = [
      "benchmark", "--batch", "4", "--width", "8", "--size", "64", "--rounds", "1",
    ]

    private func report(_ arguments: [String]) throws -> Report {
      let outcome = try TrainingRun.command(Self.small + arguments + ["--json", "-"])
      #expect(outcome.status == 0, "\(outcome.errors)")
      return try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8))
    }

    @Test func everythingIsMeasured() throws {
      let report = try report(["--workers", "2"])
      #expect(report.batch == 4)
      #expect(report.workers == 2)
      #expect(["portable", "AVX2", "AVX-512"].contains(report.kernels))
      #expect(!report.processor.isEmpty)
      #expect((5...2000).contains(report.peakMebibytes))
      let training = try #require(report.trainingImagesPerSecond)
      let inference = try #require(report.inferenceImagesPerSecond)
      let single = try #require(report.singleImageMilliseconds)
      let scaling = try #require(report.scaling)
      // How they compare depends on what else the machine does.
      for number in [training, inference, single, scaling] {
        #expect(number > 0 && number.isFinite)
      }
    }

    @Test func layersAddUpToTheStep() throws {
      let report = try report(["--workers", "2", "--layers"])
      #expect(report.trainingImagesPerSecond == nil)
      #expect(abs(report.layers.reduce(0) { $0 + $1.share } - 1) < 1e-9)
      #expect(report.layers.allSatisfy { $0.milliseconds >= 0 })
      let convolutions = report.layers.filter { $0.algorithm != nil }
      // 20 convolutions in three passes; the gradient of the pictures is nobody's.
      #expect(convolutions.count == 3 * 20 - 1)
      #expect(convolutions.allSatisfy { $0.milliseconds > 0 && ($0.gigaflopsPerSecond ?? 0) > 0 })
      #expect(
        Set(convolutions.filter { $0.name == "conv1" }.map(\.pass)) == ["forward", "weightGrad"])
      #expect(
        Set(convolutions.filter { $0.name == "layer2.0.downsample.0" }.map(\.pass))
          == ["forward", "inputGrad", "weightGrad"])
      // Of one of two workers: two pictures of 8 channels of 32x32, each number a sum of 3 channels of
      // 7x7 products.
      let stem = try #require(convolutions.first { $0.name == "conv1" && $0.pass == "forward" })
      let (numbers, products) = (2 * 8 * 32 * 32, 3 * 7 * 7)
      let operations = try #require(stem.gigaflopsPerSecond) * stem.milliseconds * 1e6
      #expect(abs(operations - Double(2 * numbers * products)) < 1)
      let inside = convolutions.reduce(0) { $0 + $1.share }
      #expect(abs(report.shareOutsideConvolutions - (1 - inside)) < 1e-9)
      for pass in ["normalization", "packing", "merging", "optimizer", "rest"] {
        #expect(report.layers.contains { $0.pass == pass }, "\(pass)")
      }
    }

    @Test func oneWorkerDoesNotScale() throws {
      let report = try report(["--workers", "1"])
      #expect(report.scaling == nil)
      #expect((report.trainingImagesPerSecond ?? 0) > 0)
    }

    @Test func theTable() throws {
      let outcome = try TrainingRun.command(Self.small + ["--workers", "2"])
      #expect(outcome.status == 0, "\(outcome.errors)")
      for words in [
        "layer4.1.conv2", "outside of convolutions", "training  ", "single image", "scaling",
        "peak memory",
      ] {
        #expect(outcome.output.contains(words), "'\(words)' in \(outcome.output)")
      }
    }

    @Test func theWayOfThePictures() throws {
      struct Report: Decodable {
        struct Step: Decodable {
          var name: String
          var milliseconds: Double
        }

        var size: Int
        var steps: [Step]
      }
      let arguments = ["benchmark", "--data", "--size", "32", "--rounds", "1"]
      let outcome = try TrainingRun.command(arguments + ["--json", "-"])
      #expect(outcome.status == 0, "\(outcome.errors)")
      let report = try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8))
      #expect(report.size == 32)
      #expect(report.steps.allSatisfy { $0.milliseconds > 0 && $0.milliseconds.isFinite })
      let table = try TrainingRun.command(arguments)
      #expect(table.status == 0, "\(table.errors)")
      for step in report.steps { #expect(table.output.contains(step.name)) }
      for words in ["decode JPEG", "self-blend, fake", "recompress as H.264"] {
        #expect(report.steps.contains { $0.name == words })
      }
    }

    @Test func wrongUsage() throws {
      for (arguments, words) in [
        (["--data", "--layers"], "--data and --layers: expected at most one"),
        (["--batch", "3", "--workers", "2"], "--batch: expected 4...4096"),
        (["--batch", "5000", "--workers", "2"], "got 5000"),
        (["--workers", "-1"], "--workers"), (["--workers=-1"], "--workers: expected 0...1024"),
        (["--rounds", "0"], "--rounds: expected 1...1000, got 0"),
        (["--width", "12"], "--width: expected a multiple of 8"),
        (["--size", "100"], "--size: expected a multiple of 32"), (["--batch", "many"], "many"),
      ] {
        let outcome = try TrainingRun.command(["benchmark"] + arguments)
        #expect(outcome.status == 64, "\(arguments): \(outcome.errors)")
        #expect(outcome.errors.contains("Error: "))
        #expect(outcome.errors.contains(words), "'\(words)' in \(outcome.errors)")
        #expect(outcome.output.isEmpty)
      }
    }
  }
}
