import SelfBlending
import Contract
import Evaluation
import NeuralNetwork
import Prediction
import ShardStoreFixtures
import TestSupport
import Testing
import TrainingData
import Workers

@testable import CrossValidation
@testable import TrainingRun

/// The saved answers of folds are those of their networks, each with its own picture.
@Suite struct OutOfFoldTests {
  private static let folds = 3

  private func setup(fold: Int, blends: Bool = false) throws -> TrainingSetup {
    var settings = TrainingSettings()
    settings.epochs = 1
    settings.batchSize = 8
    settings.stepsPerEpoch = 1
    settings.network.width = 8
    settings.network.inputSize = 32
    settings.network.hidden = 16
    settings.selfBlending.share = blends ? 1 : 0
    return try TrainingSetup(
      settings, recorded: RecordedSettings(yaml: "train:\n", decisive: [:]) { _ in [] },
      store: TrainingStore.folder, division: .fold(fold, of: Self.folds))
  }

  /// Predictions made from answers equal those of the predictor, also for blends.
  @Test(arguments: [false, true]) func answersStandForPictures(areBlended: Bool) throws {
    let setup = try setup(fold: 1)
    let predictor = Predictor(
      architecture: setup.architecture, catalog: setup.catalog,
      normalization: setup.normalization, workers: 2)
    let blends =
      areBlended ? HeldOutBlends(setup.configuration.selfBlending, seed: 1) : nil
    let predictions = try predictor.predict(
      setup.makeLearner().learner.state, videos: setup.split.validation, blends: blends,
      name: "test", observer: SilentObserver())
    let answers = predictions.frames.map { PictureAnswer(margin: $0.margin, blur: $0.blur) }
    let again = try #require(
      VideoPredictions(
        setup.catalog, videos: setup.split.validation, areBlended: areBlended, answers: answers))
    #expect(again.frames == predictions.frames && !again.frames.isEmpty)
    #expect(again.faces == predictions.faces)
    #expect(again.videosWithoutFaces == predictions.videosWithoutFaces)
    for wrong in [Array(answers.dropLast()), answers + answers.prefix(1)] {
      #expect(
        VideoPredictions(
          setup.catalog, videos: setup.split.validation, areBlended: areBlended, answers: wrong)
          == nil)
    }
  }

  /// Every picture of the store gets the answer of the fold that held it out, after the chosen
  /// epoch.
  @Test func everyAnswerFindsItsPicture() throws {
    try withTemporaryDirectory { folder in
      let setups = try (0..<Self.folds).map { try setup(fold: $0) }
      /// The margin of a picture after an epoch: no two are equal; after the second epoch they
      /// separate the classes.
      func margin(_ sample: Int, epoch: Int, _ catalog: SampleCatalog) -> Double {
        let isFake = catalog.sample(sample).label == .fake
        return Double(sample) / 1000 + (epoch == 2 ? (isFake ? 2 : -2) : (isFake ? -1 : 1))
      }
      let parts = try setups.enumerated().map { number, setup in
        let run = CrossValidation.folder(ofFold: number, in: folder.path)
        var progress = TrainingProgress()
        for epoch in 1...3 {
          let samples = setup.split.validation.flatMap { setup.catalog.videos[$0].samples }
          try HeldOutAnswers(run: run).write(
            samples.map {
              PictureAnswer(margin: margin($0, epoch: epoch, setup.catalog), blur: Double($0))
            }, epoch: epoch)
          progress.history.append(
            EpochRecord(
              epoch: epoch, step: 10 * epoch, learningRate: 1, trainingLoss: 1,
              trainingAccuracy: 1, imagesPerSecond: 1, waitShare: 0,
              validation: ValidationRecord(
                frameLogLoss: 1, frameAUC: nil, videoLogLoss: 1, videoAUC: nil,
                balancedAccuracy: nil, shareFake: nil)))
        }
        progress.epoch = 3
        return PooledFolds.Fold(setup: setup, progress: progress, run: run)
      }
      let outOfFold = try PooledFolds(parts).outOfFold(TrainingSettings.Validation())
      #expect(outOfFold.summary.epochs == 2 && outOfFold.summary.steps == 20)
      #expect(outOfFold.summary.curve.map(\.epoch) == [1, 2, 3])
      #expect(outOfFold.summary.curve.map(\.videoAUC) == [0, 1, 0])
      #expect(outOfFold.summary.folds.map(\.groups).reduce(0, +) == 12)
      let catalog = setups[0].catalog
      #expect(outOfFold.predictions.frames.count == catalog.sampleCount)
      for (sample, frame) in outOfFold.predictions.frames.enumerated() {
        let known = catalog.sample(sample)
        #expect(frame.video.name == catalog.videos[known.video].name)
        #expect(frame.frame == known.frame && frame.blur == Double(sample))
        #expect(frame.margin == margin(sample, epoch: 2, catalog))
      }
    }
  }
}
