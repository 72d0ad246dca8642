import Foundation
import ModelFiles
import NeuralNetwork
import TestSupport
import Testing

extension TrainerTests {
  /// With statistics over all workers, their number shows by rounding alone.
  @Suite struct Synchronized {
    private func checkpoint(
      _ folder: TemporaryDirectory, workers: Int, synchronized: Bool
    ) throws -> Checkpoint {
      let run = TrainingRun(
        folder: folder.path(of: "\(workers)-\(synchronized)"), workers: workers,
        settings: [
          "network.synchronizedBatchNorm=\(synchronized)", "epochs=1", "stepsPerEpoch=20",
          "network.dropout=0.3",
        ])
      let outcome = try run.train(["--force"])
      #expect([0, 3].contains(outcome.status), "\(outcome.output) \(outcome.errors)")
      let checkpoint = try Checkpoint(contentsOf: run.checkpoints.file(step: 20))
      #expect(checkpoint.step == 20)
      return checkpoint
    }

    /// The largest norm of an entry's difference, relative to the norm of the entry.
    private func largestDifference(_ left: NetworkState, _ right: NetworkState) -> Difference {
      var largest = Difference(name: "none", value: 0)
      for entry in left.entries {
        let (a, b): ([Double], [Double])
        switch entry.arena {
        case .parameters:
          a = left.parameters[entry.range].map { Double($0) }
          b = right.parameters[entry.range].map { Double($0) }
        case .statistics:
          a = left.statistics[entry.range].map { Double($0) }
          b = right.statistics[entry.range].map { Double($0) }
        case .counters:
          a = left.counters[entry.range].map { Double($0) }
          b = right.counters[entry.range].map { Double($0) }
        }
        let norm = zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
        let scale = a.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let value = norm / max(scale, .leastNormalMagnitude)
        if value > largest.value { largest = Difference(name: entry.name, value: value) }
      }
      return largest
    }

    private struct Difference {
      var name: String
      var value: Double
    }

    @Test func oneAndTwoWorkersAgree() throws {
      try withTemporaryDirectory { folder in
        let one = try checkpoint(folder, workers: 1, synchronized: true)
        let two = try checkpoint(folder, workers: 2, synchronized: true)
        let difference = largestDifference(one.state, two.state)
        #expect(difference.value < 1e-4, "\(difference.name): \(difference.value)")
        let average = largestDifference(one.evaluated, two.evaluated)
        #expect(average.value < 1e-4, "mean of \(average.name): \(average.value)")
        #expect(one.optimizer.stepCount == two.optimizer.stepCount)
      }
    }

    @Test func withoutItTheyDiffer() throws {
      try withTemporaryDirectory { folder in
        let one = try checkpoint(folder, workers: 1, synchronized: false)
        let two = try checkpoint(folder, workers: 2, synchronized: false)
        #expect(largestDifference(one.state, two.state).value > 1e-3)
      }
    }
  }
}
