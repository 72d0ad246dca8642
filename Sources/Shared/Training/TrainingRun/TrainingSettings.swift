package import Collectives
package import Contract

/// Settings of the trainer: the section `train:` of a pipeline file. The values written here are the
/// defaults; `pipelines/*.yaml` explain when to change them.
package struct TrainingSettings: Sendable, Equatable {
  /// Folder of the shard store to read; absolute.
  package var store: String?

  /// Folder of the run: checkpoints, model, metrics; absolute.
  package var run: String?

  /// Workers of the data-parallel network, 0...1024; 0 is one per core.
  package var workers = 0

  /// Seed of everything random: first weights, order, augmentation, dropout, split; 0...2^53.
  package var seed = 1

  /// Passes over the training data, 1...100000.
  package var epochs = 20

  /// Pictures of one step, over all workers, 2...4096.
  package var batchSize = 32

  /// Steps of an epoch, 0...10000000; 0 is as many as the balanced data gives.
  package var stepsPerEpoch = 0

  /// Time after which training stops with a checkpoint, in seconds, above 0 up to a year; nil is no
  /// limit. `timeLimit` in the file.
  package var timeLimitSeconds: Double?

  /// The network and where its weights come from.
  package var network = Network()

  /// Which samples are trained on.
  package var data = Data()

  /// How training pictures are changed.
  package var augmentation = Augmentation()

  /// Fakes that are made of real faces while training.
  package var selfBlending = SelfBlending()

  /// How the weights are changed.
  package var optimizer = Optimizer()

  /// The learning rate over time.
  package var schedule = Schedule()

  /// How the network is judged between epochs.
  package var validation = Validation()

  /// When checkpoints are written.
  package var checkpoints = Checkpoints()

  /// How processes that train together communicate.
  package var communication = Communication()

  /// The defaults.
  package init() {}
}

extension TrainingSettings {
  /// The network and where its weights come from.
  package struct Network: Sendable, Equatable {
    /// What follows the pooled features.
    package enum Head: String, Sendable, CaseIterable {
      case linear, mlp
    }

    /// Channels of the first stage, a multiple of 8 from 8 to 256; ResNet18 has 64.
    package var width = 64

    /// What follows the pooled features.
    package var head = Head.mlp

    /// Features of the hidden layer of `mlp`, 8...4096.
    package var hidden = 256

    /// Share of the features dropped before each layer of `mlp`, 0...0.95.
    package var dropout = 0.5

    /// Side of the network's input in pixels, a multiple of 32 up to 1024; 0 is the crops' own.
    package var inputSize = 0

    /// File with weights to start from, absolute; nil starts from random ones.
    package var initialWeights: String?

    /// Where in that file the weights are, keys joined by points; nil is the preferred or only place.
    package var initialWeightsKey: String?

    /// Whether that file may lack up to half of the backbone, which then begins at random.
    package var initialWeightsGaps = false

    /// Whether BatchNorm normalises over all workers.
    package var synchronizedBatchNorm = false

    /// Epochs at the start in which only the head is trained, 0...100000.
    package var freezeBackboneEpochs = 0

    /// Stages that never learn: 0 is none, 1 the stem, 2 `layer1` as well, up to 5, the whole backbone.
    package var freezeStages = 0

    /// The defaults.
    package init() {}
  }

  /// Which samples are trained on.
  package struct Data: Sendable, Equatable {
    /// Where the split comes from.
    package enum Split: String, Sendable, CaseIterable {
      /// From the data set where it has one for a group, else by hash.
      case dataset
      /// By a hash of the group and the seed.
      case hash
    }

    /// How the classes are balanced.
    package enum Balance: String, Sendable, CaseIterable {
      /// Every epoch has as many samples of the larger class as of the smaller one, others each time.
      case undersample
      /// All samples, every epoch.
      case none
    }

    /// Where the split comes from.
    package var split = Split.dataset

    /// Share of the groups that validate, 0.01...0.9.
    package var validationShare = 0.15

    /// Share of the groups that test, 0...0.9.
    package var testShare = 0.15

    /// How the classes are balanced.
    package var balance = Balance.undersample

    /// What the samples of a class may be balanced by.
    package enum BalanceFactor: String, Sendable, CaseIterable {
      case dataset, method
    }

    /// What has equal shares within the real and within the fake samples of an epoch, outermost first.
    package var balanceBy: [BalanceFactor] = []

    /// How many times as often as the mean sample of its class one may come for that, 1...1000.
    package var balanceRepeats = 8.0

    /// What a stored fake has beside it in a batch.
    package enum Pairing: String, Sendable, CaseIterable {
      /// Any real picture.
      case none
      /// The real video that it was made from, at the same time.
      case source
    }

    /// What a stored fake has beside it in a batch.
    package var pairing = Pairing.none

    /// Videos that samples are mixed over, 1...10000000.
    package var shuffleVideos = 4096

    /// Shards that samples are mixed over, 1...100000, in a run that was begun when that was the
    /// setting: `shuffleVideos` counts for nothing then. Nil otherwise.
    package var shuffleShards: Int?

    /// What a person has to know who gives `shuffleShards` to a new run.
    package static let shuffleShardsNote =
      "data.shuffleShards was replaced by data.shuffleVideos, which counts videos, as the order of "
      + "samples doesn't depend on shards any more; 16 shards of 128 MiB are about 4096 videos"

    /// Most frames that are taken of each video, evenly spaced, 0...10000; 0 is all.
    package var framesPerVideo = 0

    /// The defaults.
    package init() {}
  }

  /// How training pictures are changed: a probability for each change, and its range.
  package struct Augmentation: Sendable, Equatable {
    /// Mirrored left to right.
    package var flip = 0.5
    /// Saved as JPEG again.
    package var jpeg = 0.4
    /// Quality of that JPEG, 1...100.
    package var jpegQuality = [40.0, 100.0]
    /// Gaussian noise.
    package var noise = 0.2
    /// Its standard deviation, in 1/255, 0...100.
    package var noiseSigma = [2.0, 12.0]
    /// Gaussian blur.
    package var blur = 0.15
    /// Its standard deviation in pixels, 0...10.
    package var blurSigma = [0.4, 1.6]
    /// Made smaller and larger again.
    package var downscale = 0.2
    /// The smaller side as a share, 0.1...1.
    package var downscaleFactor = [0.4, 0.9]
    /// Brightness, contrast and saturation.
    package var colour = 0.5
    /// Most change of brightness, as a share, 0...1.
    package var brightness = 0.2
    /// Most change of contrast, as a share, 0...1.
    package var contrast = 0.2
    /// Most change of saturation, as a share, 0...1.
    package var saturation = 0.2
    /// Turned, scaled and shifted a little.
    package var affine = 0.5
    /// Most rotation, in degrees, 0...45.
    package var rotation = 6.0
    /// Scale, 0.5...2.
    package var scale = [0.94, 1.06]
    /// Most shift, as a share of the side, 0...0.5.
    package var shift = 0.03
    /// A rectangle is filled with noise.
    package var erasing = 0.1
    /// Its area, as a share of the picture's, 0...0.5.
    package var erasingArea = [0.02, 0.12]
    /// Encoded as a picture of an H.264 video and decoded again.
    package var recompression = 0.0
    /// The constant rate factor of x264 for it, 0...51.
    package var recompressionCRF = [23.0, 40.0]
    /// The side at which it is encoded, as a share, 0.1...2.
    package var recompressionScale = [0.5, 1.0]

    /// The defaults.
    package init() {}
  }

  /// Fakes that are made of real faces while training: how many, and how. Lengths are shares of the
  /// crop's side.
  package struct SelfBlending: Sendable, Equatable {
    /// Share of a batch's fakes, 0...1; the others are stored ones. 1 needs no fake video to train on.
    package var share = 0.0
    /// How often the oval of the face is replaced, in proportion to the other parts, 0...1000.
    package var face = 0.4
    /// How often the hull of the landmarks.
    package var hull = 0.25
    /// How often all below the eyes.
    package var lowerHalf = 0.1
    /// How often the mouth.
    package var mouth = 0.1
    /// How often the nose.
    package var nose = 0.05
    /// How often the eyes.
    package var eyes = 0.1
    /// Standard deviation of the outline's deformation, 0...0.2.
    package var elastic = [0.007, 0.035]
    /// Standard deviation of the border's blur, 0...0.2.
    package var blur = [0.005, 0.05]
    /// Probability that the soft border is kept inside of the outline.
    package var inside = 0.5
    /// Probability that the middle of the mask has the weight 1.
    package var full = 0.5
    /// Its weight otherwise, 0.05...1.
    package var strength = [0.25, 1.0]
    /// Probability that red, green and blue are shifted.
    package var tint = 0.5
    /// Most shift of a colour, in 1/255, 0...255.
    package var tintShift = 20.0
    /// Probability that hue, saturation and brightness are changed.
    package var hue = 0.5
    /// Most turn of the hue, in degrees, 0...180.
    package var hueTurn = 8.0
    /// Most change of saturation and brightness, as a share, 0...1.
    package var saturation = 0.15
    /// Probability that contrast and brightness are changed.
    package var contrast = 0.5
    /// Most change of contrast and brightness, as a share, 0...1.
    package var contrastChange = 0.15
    /// Probability that one side is made smaller and larger again; it is sharpened otherwise.
    package var downscale = 0.5
    /// The smaller side as a share, 0.1...1.
    package var downscaleFactor = [0.4, 0.9]
    /// How much is sharpened, 0...4.
    package var sharpen = [0.2, 0.6]
    /// Scale of what is put on, 0.5...2.
    package var scale = [0.95, 1.05]
    /// Most turn of what is put on, in degrees, 0...45.
    package var rotation = 1.5
    /// Most shift to the side, 0...0.5.
    package var shiftX = 0.03
    /// Most shift up or down, 0...0.5.
    package var shiftY = 0.015

    /// The defaults.
    package init() {}
  }

  /// How the weights are changed.
  package struct Optimizer: Sendable, Equatable {
    /// The rule.
    package enum Kind: String, Sendable, CaseIterable {
      case sgd, adamw
    }

    /// The rule.
    package var kind = Kind.sgd
    /// The highest learning rate, above 0 up to 10.
    package var learningRate = 0.01
    /// The learning rate of each stage of the backbone as a share of the next one's, 0.01...1.
    package var layerDecay = 1.0
    /// Momentum of `sgd`, 0...0.9999.
    package var momentum = 0.9
    /// Whether that momentum looks ahead (Nesterov).
    package var nesterov = true
    /// Decay of both running means of `adamw`, each 0...0.999999.
    package var betas = [0.9, 0.999]
    /// Least denominator of `adamw`, 1e-12...1.
    package var epsilon = 1e-8
    /// Decay of the weights of convolutions and linear layers, 0...1.
    package var weightDecay = 1e-4
    /// Longest gradient, 0...1000000; 0 is no limit.
    package var clipNorm = 1.0
    /// Share of a label that is spread over both classes, 0...0.5.
    package var labelSmoothing = 0.01
    /// Decay of the running mean of the weights, 0...0.999999; 0 is no running mean.
    package var emaDecay = 0.999
    /// Last part of the steps over which weights are averaged evenly instead, as a share of all, 0...1.
    package var averageLast = 0.0

    /// The defaults.
    package init() {}
  }

  /// The learning rate over time: a straight line up, half a cosine down.
  package struct Schedule: Sendable, Equatable {
    /// Epochs of the way up; may be a fraction, 0...1000.
    package var warmupEpochs = 0.5
    /// The last learning rate as a share of the highest, 0...1.
    package var finalShare = 0.01

    /// The defaults.
    package init() {}
  }

  /// How the network is judged between epochs.
  package struct Validation: Sendable, Equatable {
    /// Epochs between two validations, 1...100000.
    package var everyEpochs = 1
    /// How the frames of a video become its score.
    package var videoScore = VideoScore.mean

    /// Which epoch is exported.
    package enum Selection: String, Sendable, CaseIterable {
      /// That of the lowest log-loss of videos.
      case lowest
      /// The latest one whose loss, both classes counting half, is above the lowest by no more than the
      /// lowest one's standard error over groups of people.
      case oneStandardError
    }

    /// Which epoch is exported.
    package var selection = Selection.lowest
    /// Validations without a better video log-loss after which training stops, 0...100000; 0 never.
    package var patience = 6
    /// Draws for the confidence intervals at the end, 0...100000; 0 is none.
    package var bootstrap = 1000

    /// The defaults.
    package init() {}
  }

  /// When checkpoints are written.
  package struct Checkpoints: Sendable, Equatable {
    /// Minutes between two, 0...10000; 0 is never by time.
    package var everyMinutes = 10.0
    /// Steps between two, 0...10000000; 0 is never by steps.
    package var everySteps = 0
    /// Latest ones that are kept, 1...1000; the best one is kept besides.
    package var keep = 3

    /// The defaults.
    package init() {}
  }

  /// How processes that train together communicate.
  package struct Communication: Sendable, Equatable {
    /// How gradients travel.
    package var precision = WirePrecision.float32

    /// The defaults.
    package init() {}
  }
}
