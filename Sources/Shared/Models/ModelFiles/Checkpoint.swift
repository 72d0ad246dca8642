package import Contract
package import NeuralNetwork
internal import TensorFiles

/// All that an interrupted training needs to continue as if it had not been interrupted: one
/// PyTorch zip file that `torch.load(weights_only=True)` opens.
///
/// There is no state of random generators: all random numbers are functions of the seed, which is
/// among the settings, and of the position.
package struct Checkpoint: Sendable {
  /// Value of the entry `format`, which identifies a checkpoint.
  package static let format = "deepfake-detection-checkpoint"
  /// The version that is written; every older one is read.
  package static let version = 2

  /// The network that is trained.
  package var state: NetworkState
  /// The running mean of its weights.
  package var average: MovingAverage?
  /// The optimizer with its memory.
  package var optimizer: Optimizer
  /// Number of optimizer steps done.
  package var step: Int
  /// The current epoch, from 0.
  package var epoch: Int
  /// Number of samples of that epoch that are done.
  package var sample: Int
  /// What the trainer measured so far, in JSON.
  package var progress: String
  /// All settings that matter for the result, by dotted key.
  package var settings: [String: String]
  /// The whole section of the pipeline file.
  package var configuration: String
  /// All that determined the crops; nil in a checkpoint of version 1, which has only the geometry.
  package let recipe: ExtractionRecipe?
  /// How a face becomes a crop; the recipe's own geometry if there is a recipe.
  package let geometry: CropGeometry
  /// How a crop becomes the network's input.
  package var normalization: InputNormalization

  package init(
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
  package var evaluated: NetworkState { average?.state ?? state }
}
