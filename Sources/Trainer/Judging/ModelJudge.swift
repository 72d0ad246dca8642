import ArgumentParser
import Contract
import Evaluation
import Foundation
import Imaging
import ModelFiles
import NeuralNetwork
import Terminal
import TrainingData

/// Measures finished weights: calibration on validation, reports, behaviour check.
struct ModelJudge {
  let catalog: SampleCatalog
  let validator: Validator
  let draws: Int
  let seed: UInt64
  /// Asked between pictures; a signal ends the work by throwing its exit status.
  let interruption: Interruption

  /// Predictions and report of one side of the split.
  struct Side {
    var predictions: Validator.Predictions
    var report: EvaluationReport
  }

  /// What the network says of some videos.
  func predict(
    _ state: NetworkState, videos: [Int], name: String
  ) throws -> Validator.Predictions {
    let total = videos.reduce(0) { $0 + catalog.videos[$1].samples.count }
    let progress = ProgressLine(total: total, unit: "pictures")
    defer { progress.finish() }
    let predictions = try validator.predict(state, videos: videos) { done in
      progress.update(done: done, detail: name)
      return interruption.request == .none
    }
    guard let predictions else { throw ExitCode(interruption.exitStatus ?? 1) }
    return predictions
  }

  func report(
    _ predictions: Validator.Predictions, _ calibration: Calibration
  ) throws -> EvaluationReport {
    try EvaluationReport(
      frames: predictions.frames, videosWithoutFaces: predictions.videosWithoutFaces,
      calibration: calibration, draws: draws, seed: seed)
  }

  /// Whether the model behaves like one.
  ///
  /// - Parameters:
  ///   - side: the most independent data there is.
  ///   - presentEntries: names in the model file.
  ///   - reloaded: the state as read back from the exported file.
  func behaviour(
    _ state: NetworkState, side: Side, presentEntries: [String], reloaded: NetworkState?
  ) throws -> BehaviourCheck {
    let pictures = try probes(state.architecture.inputSize)
    validator.load(state)
    let logits = validator.logits(of: pictures)
    let changed = validator.logits(of: pictures.map { $0.rotatedClockwise(quarterTurns: 2) })
    var again: [Float]?
    if let reloaded {
      validator.load(reloaded)
      again = validator.logits(of: pictures)
      validator.load(state)
    }
    return BehaviourCheck(
      BehaviourEvidence(
        report: side.report, frames: side.predictions.frames,
        expectedEntries: state.architecture.stateEntries.map(\.name),
        presentEntries: presentEntries, entriesNotFinite: state.entriesNotFinite,
        batchNormLayers: state.batchNormLayers, logits: logits, logitsOfChangedPictures: changed,
        logitsAfterReload: again))
  }

  /// The first pictures of up to eight videos, spread over the store.
  private func probes(_ size: Int) throws -> [PixelBuffer] {
    let videos = catalog.videos.indices.filter { !catalog.videos[$0].samples.isEmpty }
    let count = min(8, videos.count)
    return try (0..<count).compactMap { place in
      let loader = try EvaluationLoader(
        catalog, videos: [videos[place * videos.count / count]], batchSize: 1, inputSize: size)
      defer { loader.stop() }
      return try loader.next()?.pictures.first
    }
  }
}

extension NetworkState {
  /// Names of entries with a value that is not finite.
  var entriesNotFinite: [String] {
    entries.filter { entry in
      switch entry.arena {
      case .parameters: !parameters[entry.range].allSatisfy(\.isFinite)
      case .statistics: !statistics[entry.range].allSatisfy(\.isFinite)
      case .counters: false
      }
    }.map(\.name)
  }

  /// The running statistics of every BatchNorm layer.
  var batchNormLayers: [BatchNormStatistics] {
    var layers: [BatchNormStatistics] = []
    for entry in entries {
      switch entry.role {
      case .runningMean:
        layers.append(
          BatchNormStatistics(
            name: String(entry.name.dropLast(".running_mean".count)),
            mean: Array(statistics[entry.range]), variance: []))
      case .runningVariance:
        layers[layers.count - 1].variance = Array(statistics[entry.range])
      case .batchesTracked:
        layers[layers.count - 1].batchesTracked = Int(counters[entry.range.lowerBound])
      default: break
      }
    }
    return layers
  }
}
