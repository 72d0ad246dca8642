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
  /// The version that is written; every older one is read.
  public static let version = 2

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
  /// All that determined the crops; nil in a checkpoint of version 1, which has only the geometry.
  public let recipe: ExtractionRecipe?
  /// How a face becomes a crop; the recipe's own where that is known.
  public let geometry: CropGeometry
  /// How a crop becomes the network's input.
  public var normalization: InputNormalization

  /// Puts a checkpoint together.
  public init(
    state: NetworkState, average: MovingAverage?, optimizer: Optimizer, step: Int, epoch: Int,
    sample: Int, progress: String, settings: [String: String], configuration: String,
    recipe: ExtractionRecipe, normalization: InputNormalization
  ) {
    self.init(
      state: state, average: average, optimizer: optimizer, step: step, epoch: epoch,
      sample: sample, progress: progress, settings: settings, configuration: configuration,
      recipe: recipe, geometry: recipe.geometry, normalization: normalization)
  }

  init(
    state: NetworkState, average: MovingAverage?, optimizer: Optimizer, step: Int, epoch: Int,
    sample: Int, progress: String, settings: [String: String], configuration: String,
    recipe: ExtractionRecipe?, geometry: CropGeometry, normalization: InputNormalization
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
    self.recipe = recipe
    self.geometry = geometry
    self.normalization = normalization
  }

  /// The weights that are judged and exported.
  public var evaluated: NetworkState { average?.state ?? state }
}
