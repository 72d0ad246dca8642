public import Contract

/// Settings of the trainer: the section `train:` of a pipeline file. The values written here are the
/// defaults; `pipelines/*.yaml` explain when to change them.
public struct TrainConfiguration: Sendable, Equatable {
  /// Folder of the shard store to read; absolute.
  public var store: String?

  /// Folder of the run: checkpoints, model, metrics; absolute.
  public var run: String?

  /// Workers of the data-parallel network, 0...1024; 0 is one per core.
  public var workers = 0

  /// Seed of everything random: first weights, order, augmentation, dropout, split; 0...2^53.
  public var seed = 1

  /// Passes over the training data, 1...100000.
  public var epochs = 20

  /// Pictures of one step, over all workers, 2...4096.
  public var batchSize = 32

  /// Steps of an epoch, 0...10000000; 0 is as many as the balanced data gives.
  public var stepsPerEpoch = 0

  /// Time after which training stops with a checkpoint, in seconds, above 0 up to a year; nil is no
  /// limit. `timeLimit` in the file.
  public var timeLimitSeconds: Double?

  /// The network and where its weights come from.
  public var network = Network()

  /// Which samples are trained on.
  public var data = Data()

  /// How training pictures are changed.
  public var augmentation = Augmentation()

  /// How the weights are changed.
  public var optimizer = Optimizer()

  /// The learning rate over time.
  public var schedule = Schedule()

  /// How the network is judged between epochs.
  public var validation = Validation()

  /// When checkpoints are written.
  public var checkpoints = Checkpoints()

  /// The defaults.
  public init() {}
}

extension TrainConfiguration {
  /// The network and where its weights come from.
  public struct Network: Sendable, Equatable {
    /// What follows the pooled features.
    public enum Head: String, Sendable, CaseIterable {
      case linear, mlp
    }

    /// Channels of the first stage, a multiple of 8 from 8 to 256; ResNet18 has 64.
    public var width = 64

    /// What follows the pooled features.
    public var head = Head.mlp

    /// Features of the hidden layer of `mlp`, 8...4096.
    public var hidden = 256

    /// Share of the features dropped before each layer of `mlp`, 0...0.95.
    public var dropout = 0.5

    /// Side of the network's input in pixels, a multiple of 32 up to 1024; 0 is the crops' own.
    public var inputSize = 0

    /// File with weights to start from, absolute; nil starts from random ones.
    public var initialWeights: String?

    /// Whether BatchNorm normalises over all workers.
    public var synchronizedBatchNorm = false

    /// Epochs at the start in which only the head is trained, 0...100000.
    public var freezeBackboneEpochs = 0

    /// The defaults.
    public init() {}
  }

  /// Which samples are trained on.
  public struct Data: Sendable, Equatable {
    /// Where the split comes from.
    public enum Split: String, Sendable, CaseIterable {
      /// From the data set where it has one for a group, else by hash.
      case dataset
      /// By a hash of the group and the seed.
      case hash
    }

    /// How the classes are balanced.
    public enum Balance: String, Sendable, CaseIterable {
      /// Every epoch has as many samples of the larger class as of the smaller one, others each time.
      case undersample
      /// All samples, every epoch.
      case none
    }

    /// Where the split comes from.
    public var split = Split.dataset

    /// Share of the groups that validate, 0.01...0.9.
    public var validationShare = 0.15

    /// Share of the groups that test, 0...0.9.
    public var testShare = 0.15

    /// How the classes are balanced.
    public var balance = Balance.undersample

    /// Shards that samples are mixed over, 1...100000.
    public var shuffleShards = 16

    /// Most frames that are taken of each video, evenly spaced, 0...10000; 0 is all.
    public var framesPerVideo = 0

    /// The defaults.
    public init() {}
  }

  /// How training pictures are changed: a probability for each change, and its range.
  public struct Augmentation: Sendable, Equatable {
    /// Mirrored left to right.
    public var flip = 0.5
    /// Saved as JPEG again.
    public var jpeg = 0.4
    /// Quality of that JPEG, 1...100.
    public var jpegQuality = [40.0, 100.0]
    /// Gaussian noise.
    public var noise = 0.2
    /// Its standard deviation, in 1/255, 0...100.
    public var noiseSigma = [2.0, 12.0]
    /// Gaussian blur.
    public var blur = 0.15
    /// Its standard deviation in pixels, 0...10.
    public var blurSigma = [0.4, 1.6]
    /// Made smaller and larger again.
    public var downscale = 0.2
    /// The smaller side as a share, 0.1...1.
    public var downscaleFactor = [0.4, 0.9]
    /// Brightness, contrast and saturation.
    public var colour = 0.5
    /// Most change of brightness, as a share, 0...1.
    public var brightness = 0.2
    /// Most change of contrast, as a share, 0...1.
    public var contrast = 0.2
    /// Most change of saturation, as a share, 0...1.
    public var saturation = 0.2
    /// Turned, scaled and shifted a little.
    public var affine = 0.5
    /// Most rotation, in degrees, 0...45.
    public var rotation = 6.0
    /// Scale, 0.5...2.
    public var scale = [0.94, 1.06]
    /// Most shift, as a share of the side, 0...0.5.
    public var shift = 0.03
    /// A rectangle is filled with noise.
    public var erasing = 0.1
    /// Its area, as a share of the picture's, 0...0.5.
    public var erasingArea = [0.02, 0.12]

    /// The defaults.
    public init() {}
  }

  /// How the weights are changed.
  public struct Optimizer: Sendable, Equatable {
    /// The rule.
    public enum Kind: String, Sendable, CaseIterable {
      case sgd, adamw
    }

    /// The rule.
    public var kind = Kind.sgd
    /// The highest learning rate, above 0 up to 10.
    public var learningRate = 0.01
    /// Momentum of `sgd`, 0...0.9999.
    public var momentum = 0.9
    /// Whether that momentum looks ahead (Nesterov).
    public var nesterov = true
    /// Decay of both running means of `adamw`, each 0...0.999999.
    public var betas = [0.9, 0.999]
    /// Least denominator of `adamw`, 1e-12...1.
    public var epsilon = 1e-8
    /// Decay of the weights of convolutions and linear layers, 0...1.
    public var weightDecay = 1e-4
    /// Longest gradient, 0...1000000; 0 is no limit.
    public var clipNorm = 1.0
    /// Share of a label that is spread over both classes, 0...0.5.
    public var labelSmoothing = 0.01
    /// Decay of the running mean of the weights, 0...0.999999; 0 is no running mean.
    public var emaDecay = 0.999

    /// The defaults.
    public init() {}
  }

  /// The learning rate over time: a straight line up, half a cosine down.
  public struct Schedule: Sendable, Equatable {
    /// Epochs of the way up; may be a fraction, 0...1000.
    public var warmupEpochs = 0.5
    /// The last learning rate as a share of the highest, 0...1.
    public var finalShare = 0.01

    /// The defaults.
    public init() {}
  }

  /// How the network is judged between epochs.
  public struct Validation: Sendable, Equatable {
    /// Epochs between two validations, 1...100000.
    public var everyEpochs = 1
    /// How the frames of a video become its score.
    public var videoScore = VideoScore.mean
    /// Validations without a better video log-loss after which training stops, 0...100000; 0 never.
    public var patience = 6
    /// Draws for the confidence intervals at the end, 0...100000; 0 is none.
    public var bootstrap = 1000

    /// The defaults.
    public init() {}
  }

  /// When checkpoints are written.
  public struct Checkpoints: Sendable, Equatable {
    /// Minutes between two, 0...10000; 0 is never by time.
    public var everyMinutes = 10.0
    /// Steps between two, 0...10000000; 0 is never by steps.
    public var everySteps = 0
    /// Latest ones that are kept, 1...1000; the best one is kept besides.
    public var keep = 3

    /// The defaults.
    public init() {}
  }
}
