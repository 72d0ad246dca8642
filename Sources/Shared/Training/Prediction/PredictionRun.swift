package import Contract
package import FaceDetection
internal import FaceExtraction
package import Measure
internal import MediaDecoding
internal import NeuralNetwork
package import Workers

/// Judges many videos, several at a time.
package struct PredictionRun {
  private let model: DetectorModel
  private let detector: MTCNNWeights?
  private let workers: Int
  private let observer: any WorkObserver

  /// - Parameters:
  ///   - detector: Weights of the face detector; nil if the recipe needs none.
  ///   - workers: Number of threads; if there are fewer inputs, several threads share the crops of
  ///     one.
  ///   - observer: Receives the number of finished videos, and may end the work between two
  ///     packets.
  package init(
    _ model: DetectorModel, detector: MTCNNWeights?, workers: Int, observer: any WorkObserver
  ) {
    self.model = model
    self.detector = detector
    self.workers = workers
    self.observer = observer
  }

  /// Memory that a run needs.
  package static func memory(_ model: DetectorModel, inputs: Int, workers: Int) -> MemoryNeed {
    let parallel = max(min(workers, inputs), 1)
    var need = ExtractionMemory.need(
      workers: parallel, searchesFaces: model.recipe.needsDetector)
    let engines = NetworkMemory.inference(
      model.state.architecture, workers: threads(of: workers, inputs: inputs), copies: 1)
    need.written += parallel * engines.written
    need.reserved += engines.reserved
    return need
  }

  /// Number of threads that share the crops of one video.
  private static func threads(of workers: Int, inputs: Int) -> Int {
    max(workers / max(min(workers, inputs), 1), 1)
  }

  /// Judges the inputs.
  ///
  /// - Parameter body: Called on the worker's thread when an input is finished, with its index and
  ///   the answer; `judged` is nil if the input can't be read.
  /// - Throws: `WorkStopped` if the observer ended the work, an error of `body`, or
  ///   one of the model.
  package func run(
    _ inputs: [String],
    _ body:
      @escaping @Sendable (
        _ index: Int, _ finding: VideoFinding, _ judged: JudgedVideo?, _ judge: VideoJudge
      ) throws -> Void
  ) throws {
    observer.begin(total: inputs.count, unit: "videos")
    defer { observer.end() }
    let done = Locked(0)
    let threads = Self.threads(of: workers, inputs: inputs.count)
    try WorkerPool(workerCount: workers).forEach(Array(inputs.enumerated())) { _ in
      let judge = try VideoJudge(model, detector: detector, threads: threads)
      return { input in
        if observer.shallStop { throw WorkStopped() }
        let result: Result<JudgedVideo, MediaError>
        do {
          result = .success(try judge.judge(path: input.element) { observer.shallStop })
        } catch let error as MediaError {
          guard error.code != .cancelled else { throw WorkStopped() }
          result = .failure(error)
        }
        switch result {
        case .success(let judged): try body(input.offset, judged.finding, judged, judge)
        case .failure(let error):
          let finding = VideoFinding(input: input.element, error: error.message)
          try body(input.offset, finding, nil, judge)
        }
        observer.advance(
          to: done.withLock { count in
            count += 1
            return count
          }, detail: "")
      }
    }
  }
}
