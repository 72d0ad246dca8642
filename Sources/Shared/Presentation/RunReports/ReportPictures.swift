internal import PipelineConfiguration
package import Contract
package import Evaluation
internal import Foundation
internal import Imaging
package import Judging
internal import ModelFiles
internal import NeuralNetwork
internal import Prediction
package import Reporting
internal import ShardStore
internal import TrainingData
package import TrainingRun
internal import VideoCatalog

/// The photographs of a report, read from the store: the worst mistakes with their class activation
/// maps, and training pictures after augmentation.
package struct ReportPictures {
  /// A crop with one of the largest errors.
  package struct Mistake {
    package var prediction: FramePrediction
    /// Probability of fake at the fitted temperature.
    package var probability: Double
    package var crop: ReportPicture
    package var overlay: ReportPicture?
  }

  /// A training picture after augmentation.
  package struct Augmented {
    package var label: VideoLabel
    package var video: String
    package var picture: ReportPicture
  }

  package var mistakes: [Mistake] = []
  package var augmented: [Augmented] = []
  /// Reasons for missing pictures of mistakes, and remarks on them; a sentence each.
  package var mistakeNotes: [String] = []
  /// The same for the augmented pictures.
  package var augmentedNotes: [String] = []

  /// Largest number of mistakes shown per class.
  package static let mistakesPerClass = 6
  private static let augmentedPerClass = 8
  /// Largest side of a shown picture, in pixels.
  private static let shownSize = 192

  /// Collects the available pictures. Never fails, because a report without pictures is useful too.
  ///
  /// - Parameters:
  ///   - setup: The setup of the training; nil reads it from the run.
  ///   - store: The store, if it has been moved since.
  package init(of run: RecordedRun, setup: TrainingSetup? = nil, store: String? = nil) {
    do {
      let setup = try setup ?? Self.setup(of: run, store: store)
      collectMistakes(of: run, setup)
      collectAugmented(setup)
    } catch {
      let note = "The pictures are missing because the store can't be read: \(error)."
      mistakeNotes = [note]
      augmentedNotes = [note]
    }
  }

  /// No pictures, for comparisons of several runs.
  package init() {}

  private static func setup(of run: RecordedRun, store: String?) throws -> TrainingSetup {
    let configuration = try TrainingSettings(contentsOf: run.files.pipeline, overrides: [])
    guard let path = store ?? run.information?.data.store ?? configuration.store else {
      throw RunReportError("the run doesn't say where its store is; say --store DIR")
    }
    return try TrainingSetup(
      configuration, recorded: configuration.recorded, store: path,
      division: run.information?.division ?? .sides,
      joinsEqualVideos: run.information?.model.splitSettings?.joinsEqualVideos ?? true)
  }
}

// MARK: Mistakes

extension ReportPictures {
  private mutating func collectMistakes(of run: RecordedRun, _ setup: TrainingSetup) {
    guard let side = run.decisive, let predictions = side.predictions else {
      mistakeNotes = ["There are no predictions, so there are no mistakes to show."]
      return
    }
    let worst = Self.worst(predictions, side.report.calibration)
    guard !worst.isEmpty else {
      mistakeNotes = ["Every crop of the \(side.name) side is on the right side of the threshold."]
      return
    }
    if let trained = run.information.flatMap({ UInt64($0.data.fingerprint, radix: 16) }),
      !setup.catalog.hasFingerprint(trained)
    {
      mistakeNotes.append("The store's content is not what the model was judged on.")
    }
    do {
      let crops = try Self.crops(of: worst.map { predictions.keys[$0] }, in: setup.catalog)
      let maps =
        side.isOutOfFold ? [] : activationMaps(of: crops.compactMap(\.self), run, setup)
      if side.isOutOfFold {
        mistakeNotes.append(
          "There are no activation maps: networks of the folds judged these crops, and the model itself "
            + "has learned from them since.")
      }
      var remainingMaps = maps[...]
      let encoder = try JPEGEncoder(quality: 82)
      for (index, crop) in zip(worst, crops) {
        guard let crop else { continue }
        let map = remainingMaps.popFirst()
        mistakes.append(
          try Self.mistake(
            predictions.frames[index], side.report.calibration, crop, map, encoder))
      }
      if mistakes.count < worst.count {
        mistakeNotes.append(
          "\(worst.count - mistakes.count) of the \(worst.count) crops are not in this store.")
      }
    } catch {
      mistakes = []
      mistakeNotes.append("The pictures can't be read: \(error).")
    }
  }

  /// The crops with the largest errors in each class, the worst first. There is one per video, and
  /// one per group of people as long as there are other groups, because the same face six times
  /// says little.
  package static func worst(_ side: PredictionTable.Side, _ calibration: Calibration) -> [Int] {
    VideoLabel.allCases.flatMap { label -> [Int] in
      /// Larger is worse.
      func badness(_ index: Int) -> Double {
        label == .real ? side.frames[index].margin : -side.frames[index].margin
      }
      let wrong = side.frames.indices.filter { index in
        let frame = side.frames[index]
        guard frame.video.label == label, frame.margin.isFinite else { return false }
        return calibration.label(
          probability: frame.probability(temperature: calibration.temperature)) != label
      }
      func isWorse(_ left: Int, _ right: Int) -> Bool {
        // Equal margins stay in the order of the table, so that the report is reproducible.
        (badness(right), left) < (badness(left), right)
      }
      var videos: Set<String> = []
      let ofVideos = wrong.sorted(by: isWorse)
        .filter { videos.insert(side.frames[$0].video.name).inserted }
      var groups: Set<String> = []
      let ofGroups = ofVideos.filter { groups.insert(side.frames[$0].video.group).inserted }
      let others = ofVideos.filter { !ofGroups.contains($0) }.prefix(mistakesPerClass)
      return (ofGroups + others).prefix(mistakesPerClass).sorted(by: isWorse)
    }
  }

  /// The crops of some keys; nil for one that is not in the store.
  private static func crops(
    of keys: [String], in catalog: SampleCatalog
  ) throws -> [PixelBuffer?] {
    let decoder = try JPEGDecoder()
    let videos = Dictionary(
      catalog.videos.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    return try keys.map { text in
      guard let key = SampleKey(bytes: Array(text.utf8)), let video = videos[key.video] else {
        return nil
      }
      let index = catalog.videos[video].samples.first {
        let sample = catalog.sample($0)
        return sample.frame == key.frame && sample.face == key.face
      }
      return try index.map { try catalog.picture(of: $0, decoder: decoder) }
    }
  }

  private mutating func activationMaps(
    of crops: [PixelBuffer], _ run: RecordedRun, _ setup: TrainingSetup
  ) -> [ActivationMap] {
    do {
      let state = try Self.weights(of: run)
      let size = state.architecture.inputSize
      let predictor = Predictor(
        architecture: state.architecture, catalog: setup.catalog,
        normalization: setup.normalization, workers: setup.workers)
      predictor.load(state)
      return predictor.activationMaps(
        of: crops.map { $0.resized(width: size, height: size) })
    } catch {
      mistakeNotes.append("There are no activation maps: \(error).")
      return []
    }
  }

  /// The weights that were judged: those of the exported model, or of the checkpoint
  /// if none was exported.
  private static func weights(of run: RecordedRun) throws -> NetworkState {
    let step = run.information?.model.provenance.step
    if FileManager.default.fileExists(atPath: run.files.model) {
      let model = try ModelFile(contentsOf: run.files.model)
      if model.metadata.provenance.step == step { return model.state }
    }
    let best = try Checkpoint(contentsOf: run.files.best)
    guard best.step == step else {
      throw RunReportError(run.files.path, "neither model.pt nor best.pt is what was judged")
    }
    return best.evaluated
  }

  private static func mistake(
    _ prediction: FramePrediction, _ calibration: Calibration, _ crop: PixelBuffer,
    _ map: ActivationMap?, _ encoder: JPEGEncoder
  ) throws -> Mistake {
    let shown = limited(crop)
    let name = "\(prediction.video.name), frame \(prediction.frame)"
    let overlay = try map.flatMap { ActivationOverlay.render($0, over: shown) }.map { pixels in
      try picture(pixels, "class activation map of \(name)", encoder)
    }
    return Mistake(
      prediction: prediction,
      probability: prediction.probability(temperature: calibration.temperature),
      crop: try picture(shown, "face crop of \(name)", encoder), overlay: overlay)
  }
}

// MARK: Augmented pictures

extension ReportPictures {
  /// Collects the first pictures of the first epoch, the same number for each class.
  private mutating func collectAugmented(_ setup: TrainingSetup) {
    do {
      let loader = try setup.makeLoader(from: .start)
      defer { loader.stop() }
      let encoder = try JPEGEncoder(quality: 88)
      var counts: [VideoLabel: Int] = [:]
      for _ in 0..<min(setup.order.stepsPerEpoch, 4) {
        let batch = try loader.next()
        for (sample, pixels) in zip(batch.samples, batch.pictures) {
          let label = sample.label
          guard counts[label, default: 0] < Self.augmentedPerClass else { continue }
          counts[label, default: 0] += 1
          let video = setup.catalog.videos[sample.video].name
          augmented.append(
            Augmented(
              label: label, video: video,
              picture: try Self.picture(
                Self.limited(pixels), "augmented face crop of \(video)", encoder)))
        }
        if VideoLabel.allCases.allSatisfy({ counts[$0] == Self.augmentedPerClass }) { break }
      }
      augmented = VideoLabel.allCases.flatMap { label in
        augmented.filter { $0.label == label }
      }
    } catch {
      augmented = []
      augmentedNotes.append("The training pictures can't be read: \(error).")
    }
  }

  private static func limited(_ picture: PixelBuffer) -> PixelBuffer {
    picture.width <= shownSize ? picture : picture.resized(width: shownSize, height: shownSize)
  }

  private static func picture(
    _ pixels: PixelBuffer, _ description: String, _ encoder: JPEGEncoder
  ) throws -> ReportPicture {
    ReportPicture(
      jpeg: try encoder.encode(pixels), width: pixels.width, height: pixels.height,
      description: description)
  }
}
