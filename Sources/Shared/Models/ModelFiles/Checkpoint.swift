public import Contract
public import NeuralNetwork
internal import TensorFiles

/// All that an interrupted training needs to go on as if nothing had happened: one PyTorch zip file
/// that `torch.load(weights_only=True)` opens.
///
/// There is no state of random generators: all random numbers are functions of the seed, which is
/// among the settings, and of the position.
public struct Checkpoint: Sendable {
  /// Value of the entry `format`, by which a checkpoint is known.
  public static let format = "deepfake-detection-checkpoint"
  /// The only version there is.
  public static let version = 1

  /// The network that is trained.
  public var state: NetworkState
  /// The running mean of its weights.
  public var average: MovingAverage?
  /// The optimizer with its memory.
  public var optimizer: Optimizer
  /// Optimizer steps done.
  public var step: Int
  /// The epoch under way, from 0.
  public var epoch: Int
  /// Samples of that epoch that are done.
  public var sample: Int
  /// What the trainer measured so far, in JSON.
  public var progress: String
  /// All settings that matter for the result, by dotted key.
  public var settings: [String: String]
  /// The pipeline file's section, whole.
  public var configuration: String
  /// How a face becomes a crop.
  public var geometry: CropGeometry
  /// How a crop becomes the network's input.
  public var normalization: InputNormalization

  /// Puts a checkpoint together.
  public init(
    state: NetworkState, average: MovingAverage?, optimizer: Optimizer, step: Int, epoch: Int,
    sample: Int, progress: String, settings: [String: String], configuration: String,
    geometry: CropGeometry, normalization: InputNormalization
  ) {
    self.state = state
    self.average = average
    self.optimizer = optimizer
    self.step = step
    self.epoch = epoch
    self.sample = sample
    self.progress = progress
    self.settings = settings
    self.configuration = configuration
    self.geometry = geometry
    self.normalization = normalization
  }

  /// The weights that are judged and exported.
  public var evaluated: NetworkState { average?.state ?? state }
}
