import Kernels
import Measure
import NeuralNetwork

/// The result of `trainer benchmark`, as JSON.
struct BenchmarkReport: Encodable {
  /// A layer in one pass, or another part of a training step.
  struct Layer: Encodable {
    var name: String
    var pass: String
    /// The algorithm of a convolution; nil for other parts.
    var algorithm: String?
    /// Time in one step, mean over the workers.
    var milliseconds: Double
    /// Speed of one worker, by the number of operations in the definition;
    /// nil except for convolutions.
    var gigaflopsPerSecond: Double?
    /// Share of the step's time.
    var share: Double
  }

  var batch: Int
  var workers: Int
  var width: Int
  var size: Int
  var rounds: Int
  var kernels: String
  var processor: String
  /// Peak memory of the process during training.
  var peakMebibytes: Int
  /// Share of a training step that is not spent in convolutions.
  var shareOutsideConvolutions: Double
  /// This and the following values are nil if only the layers were measured.
  var trainingImagesPerSecond: Double?
  var inferenceImagesPerSecond: Double?
  /// Latency of a batch of one.
  var singleImageMilliseconds: Double?
  /// Images per second of all workers, divided by those of one worker with its share of the batch;
  /// nil if there is only one worker.
  var scaling: Double?
  /// Layers and parts, in the order of their first run.
  var layers: [Layer]

  init(
    measurement: BenchmarkMeasurement, step: BenchmarkMeasurement.Step,
    rates: BenchmarkMeasurement.Rates?, peakMebibytes: Int
  ) {
    batch = measurement.batch
    workers = measurement.workers
    width = measurement.architecture.width
    size = measurement.architecture.inputSize
    rounds = measurement.rounds
    kernels = Processor.selected.name
    processor = Hardware.current.processor
    self.peakMebibytes = peakMebibytes
    layers = Self.rows(step, picturesOfWorker: Double(batch) / Double(workers))
    shareOutsideConvolutions = layers.filter { $0.algorithm == nil }.reduce(0) { $0 + $1.share }
    guard let rates else { return }
    trainingImagesPerSecond = Double(batch) / rates.trainingStep
    inferenceImagesPerSecond = Double(batch) / rates.inference
    singleImageMilliseconds = rates.singleImage * 1e3
    scaling = rates.loneTrainingStep.map { lone in
      (Double(batch) / rates.trainingStep) / (Double(batch / measurement.workers) / lone)
    }
  }

  private static func rows(
    _ step: BenchmarkMeasurement.Step, picturesOfWorker: Double
  ) -> [Layer] {
    let sum = step.parts.reduce(0) { $0 + $1.seconds }
    let passes: [LayerTime.Pass] = [.forward, .inputGrad, .weightGrad]
    return step.parts.map { part in
      var row = Layer(
        name: part.name, pass: part.pass, milliseconds: part.seconds * 1e3,
        share: part.seconds / sum)
      if let convolution = step.convolutions.first(where: { $0.name == part.name }),
        passes.contains(where: { $0.rawValue == part.pass })
      {
        row.algorithm = convolution.algorithm
        row.gigaflopsPerSecond =
          Double(convolution.operations) * picturesOfWorker / part.seconds * 1e-9
      }
      return row
    }
  }
}
