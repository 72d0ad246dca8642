package import Contract
internal import Evaluation
internal import Foundation
internal import Imaging
package import NeuralNetwork
package import Prediction
internal import Terminal
package import TrainingData
internal import VideoCatalog
package import Workers

/// Measures a network on the pictures of some videos under all perturbations and levels of a grid.
///
/// Works video by video: the pictures of a video are decoded once, and only those of one video are
/// in memory.
package struct RobustnessRun {
  private let catalog: SampleCatalog
  private let predictor: Predictor
  private let pool: WorkerPool
  private let grid: RobustnessGrid
  /// Receives the progress, and may end the work between pictures.
  private let observer: any WorkObserver

  package init(
    catalog: SampleCatalog, predictor: Predictor, pool: WorkerPool, grid: RobustnessGrid,
    observer: any WorkObserver
  ) {
    self.catalog = catalog
    self.predictor = predictor
    self.pool = pool
    self.grid = grid
    self.observer = observer
  }

  /// A picture of the store with all that its perturbation and its prediction need.
  private struct Original: Sendable {
    var sample: SampleCatalog.Sample
    var track: Int
    var picture: Perturber.Picture
  }

  /// Indices of pictures that are perturbed together: one, or all of a face.
  private struct Portion: Sendable {
    var level: Int
    var indices: [Int]
  }

  /// A perturbation at one level.
  private struct Condition: Hashable {
    var perturbation: Perturbation
    var level: Int
  }

  /// Throws if the videos lack a class, so that there would be no AUC after a long run.
  package static func check(_ catalog: SampleCatalog, videos: [Int], side: String) throws {
    for label in [VideoLabel.real, .fake]
    where !videos.contains(where: { catalog.videos[$0].label == label }) {
      throw RobustnessError(
        .noResult,
        catalog.directory + ": the \(side) side has no \(label.rawValue) video: robustness is the "
          + "AUC of real against fake; choose another --split")
    }
  }

  package func measure(
    _ state: NetworkState, videos: [Int], calibration: Calibration
  ) throws -> RobustnessReport {
    predictor.load(state)
    let chosen = videos.sorted().map(chosenSamples)
    let perturbations = grid.perturbations.filter(Perturber.canApply)
    let conditions = perturbations.count * grid.levels.count
    let pictures = chosen.reduce(0) { $0 + $1.count }
    observer.begin(total: pictures * (1 + conditions), unit: "pictures")
    defer { observer.end() }
    var clean: [FramePrediction] = []
    var damaged: [Condition: [FramePrediction]] = [:]
    var done = 0
    for (number, samples) in chosen.enumerated() where !samples.isEmpty {
      let originals = try originals(samples)
      func judge(_ pictures: [PixelBuffer], _ what: String) throws -> [FramePrediction] {
        let predictions = try predictions(originals, pictures) { count in
          done += count
          observer.advance(to: done, detail: "video \(number + 1)/\(chosen.count) \(what)")
        }
        return predictions
      }
      let size = state.architecture.inputSize
      clean += try judge(originals.map { $0.picture.pixels.networkInput(side: size) }, "as it is")
      for perturbation in perturbations {
        // Clips of several levels keep all workers busy; single pictures do so at each level.
        let steps = perturbation.needsClip ? [grid.levels] : grid.levels.map { [$0] }
        for levels in steps {
          let found = try perturbed(originals, perturbation, levels, size)
          for (level, pictures) in zip(levels, found) {
            damaged[Condition(perturbation: perturbation, level: level), default: []] +=
              try judge(pictures, perturbation.rawValue)
          }
        }
      }
    }
    let without = videos.filter { catalog.videos[$0].samples.isEmpty }
      .map { catalog.videos[$0].evaluated }
    return try RobustnessReport(
      grid: grid, calibration: calibration, pictures: pictures, clean: clean,
      videosWithoutFaces: without
    ) { damaged[Condition(perturbation: $0, level: $1)] }
  }

  /// The samples of a video in evenly spaced ones of its frames with a face.
  private func chosenSamples(_ video: Int) -> [Int] {
    let samples = catalog.videos[video].samples
    guard grid.framesPerVideo > 0 else { return Array(samples) }
    var frames: [Int] = []
    for index in samples where catalog.sample(index).frame != frames.last {
      frames.append(catalog.sample(index).frame)
    }
    let count = min(grid.framesPerVideo, frames.count)
    let taken = Set((0..<count).map { frames[(2 * $0 + 1) * frames.count / (2 * count)] })
    return samples.filter { taken.contains(catalog.sample($0).frame) }
  }

  /// Reads and decodes the samples of a video.
  private func originals(_ samples: [Int]) throws -> [Original] {
    let catalog = catalog
    let found = Locked<[Int: Original]>([:])
    try pool.forEach(samples) { _ in
      let decoder = try JPEGDecoder()
      return { index in
        let sample = catalog.sample(index)
        let name = "\(catalog.videos[sample.video].name)/\(sample.frame)/\(sample.face)"
        let original = Original(
          sample: sample, track: try catalog.track(of: index),
          picture: Perturber.Picture(
            name: name, pixels: try catalog.picture(of: index, decoder: decoder)))
        found.withLock { $0[index] = original }
      }
    }
    let all = found.withLock { $0 }
    return samples.compactMap { all[$0] }
  }

  /// The perturbed pictures in the network's input size, by level.
  private func perturbed(
    _ originals: [Original], _ perturbation: Perturbation, _ levels: [Int], _ size: Int
  ) throws -> [[PixelBuffer]] {
    let units: [[Int]]
    if perturbation.needsClip {
      // Samples are in frame order, and so are those of a track.
      let byTrack = Dictionary(grouping: originals.indices) { originals[$0].track }
      units = byTrack.sorted { $0.key < $1.key }.map(\.value)
    } else {
      units = originals.indices.map { [$0] }
    }
    let portions = levels.flatMap { level in units.map { Portion(level: level, indices: $0) } }
    let perturber = Perturber(seed: grid.seed)
    let observer = observer
    let found = Locked<[Int: [Int: PixelBuffer]]>([:])
    do {
      try pool.forEach(portions) { _ in
        { portion in
          let pictures = try perturber.perturbed(
            portion.indices.map { originals[$0].picture }, by: perturbation, level: portion.level,
            isCancelled: { observer.shallStop }
          ).map { $0.networkInput(side: size) }
          found.withLock { found in
            for (index, picture) in zip(portion.indices, pictures) {
              found[portion.level, default: [:]][index] = picture
            }
          }
        }
      }
    } catch let error as RobustnessError where error.code == .cancelled {
      throw WorkStopped()
    }
    let all = found.withLock { $0 }
    return levels.map { level in originals.indices.compactMap { all[level]?[$0] } }
  }

  private func predictions(
    _ originals: [Original], _ pictures: [PixelBuffer], onProgress: (Int) -> Void
  ) throws -> [FramePrediction] {
    var predictions: [FramePrediction] = []
    for start in stride(from: 0, to: pictures.count, by: Predictor.chunk) {
      if observer.shallStop { throw WorkStopped() }
      let end = min(start + Predictor.chunk, pictures.count)
      let logits = predictor.logits(of: Array(pictures[start..<end]))
      for index in start..<end {
        let sample = originals[index].sample
        let logit = 2 * (index - start)
        predictions.append(
          FramePrediction(
            video: catalog.videos[sample.video].evaluated, frame: sample.frame,
            margin: Double(logits[logit + 1]) - Double(logits[logit])))
      }
      onProgress(end - start)
    }
    return predictions
  }
}
