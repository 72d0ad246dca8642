import Evaluation
import Foundation
import Prediction
import TestSupport
import Testing

@testable import TrainingRun

/// Which epoch of a run is exported.
@Suite struct SelectionTests {
  private func record(_ epoch: Int, _ loss: Double, error: Double = 0.125) -> EpochRecord {
    EpochRecord(
      epoch: epoch, step: 10 * epoch, learningRate: 1, trainingLoss: 1, trainingAccuracy: 1,
      imagesPerSecond: 1, waitShare: 0,
      validation: ValidationRecord(
        selection: SelectionLoss(value: loss, standardError: error), frameLogLoss: loss,
        frameAUC: nil, videoLogLoss: loss, videoAUC: nil, balancedAccuracy: nil, shareFake: nil))
  }

  private func judged(
    _ losses: [Double], by rule: TrainingSettings.Validation.Selection
  ) -> TrainingProgress {
    var progress = TrainingProgress()
    for (place, loss) in losses.enumerated() {
      let isBest = progress.judge(record(place + 1, loss), by: rule)
      #expect(isBest == (progress.best?.epoch == place + 1))
    }
    return progress
  }

  @Test(arguments: [
    ([0.75, 0.5, 0.625, 0.6], 2, 4, 2), ([0.75, 0.5, 0.626, 0.7], 2, 2, 2),
    ([0.5, 0.6, 0.7, 0.6], 1, 4, 3), ([0.9, 0.8, 0.7, 0.6], 4, 4, 0),
    // One bad epoch, then one that is as good as before.
    ([0.5, 0.9, 0.55, 0.9], 1, 3, 3),
  ])
  func theEpoch(losses: [Double], lowest: Int, latest: Int, since: Int) {
    #expect(judged(losses, by: .lowest).best?.epoch == lowest)
    let progress = judged(losses, by: .oneStandardError)
    #expect(progress.best?.epoch == latest)
    #expect(progress.best?.lowest?.value == losses.min())
    // Patience counts from the lowest loss: an epoch that is only as good is no progress.
    #expect(progress.validationsSinceBest == since)
  }

  /// A checkpoint in between changes nothing.
  @Test func itGoesOnFromItsJSON() throws {
    var progress = TrainingProgress()
    for (place, loss) in [0.5, 0.6, 0.55].enumerated() {
      _ = progress.judge(record(place + 1, loss), by: .oneStandardError)
      progress = try JSONDecoder().decode(
        TrainingProgress.self, from: JSONEncoder().encode(progress))
    }
    #expect(progress == judged([0.5, 0.6, 0.55], by: .oneStandardError))
  }

  @Test func answersComeBack() throws {
    try withTemporaryDirectory { folder in
      let answers = HeldOutAnswers(run: folder.path(of: "run"))
      let written = [0.1, -1e300, .infinity, 0, -2].enumerated().map {
        PictureAnswer(margin: $1, blur: $0 == 1 ? nil : Double($0))
      }
      try answers.write(written, epoch: 3)
      #expect(try answers.read(epoch: 3, count: 5) == written)
      #expect(answers.file(epoch: 3).hasSuffix("run/answers/epoch-0003.npy"))
      #expect(throws: TrainingRunError.self) { try answers.read(epoch: 3, count: 4) }
      #expect(throws: (any Error).self) { try answers.read(epoch: 4, count: 5) }
      let bytes = try Data(contentsOf: URL(fileURLWithPath: answers.file(epoch: 3)))
      // NumPy's format 1.0: the data begins at a multiple of 64.
      #expect(bytes.count == 128 + 80 && bytes[127] == 10)
      #expect(Array(bytes[0..<8]) == [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0])
    }
  }
}
