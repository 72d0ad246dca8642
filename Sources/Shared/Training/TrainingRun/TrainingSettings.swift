package import Collectives
package import Contract
package import SelfBlending
package import TrainingData

/// Settings of the trainer: the section `train:` of a pipeline file. The values written here are the
/// defaults; `TrainingSettings.groups` says what each may be and means.
package struct TrainingSettings: Sendable, Equatable {
  package var store: String?
  package var run: String?
  package var workers = 0
  package var seed = 1
  package var epochs = 20
  package var batchSize = 32
  package var stepsPerEpoch = 0
  /// `timeLimit` in the file.
  package var timeLimitSeconds: Double?
  package var network = Network()
  package var data = Data()
  package var augmentation = AugmentationSettings()
  package var selfBlending = SelfBlendingSettings()
  package var optimizer = Optimizer()
  package var schedule = Schedule()
  package var validation = Validation()
  package var checkpoints = Checkpoints()
  package var communication = Communication()

  package init() {}

  /// Whether batches are made of pairs.
  package var hasPairs: Bool { data.pairing != .none || selfBlending.share > 0 }
}

extension TrainingSettings {
  /// The network and where its weights come from.
  package struct Network: Sendable, Equatable {
    /// What follows the pooled features.
    package enum Head: String, Sendable, CaseIterable, Codable {
      case linear, mlp
    }

    package var width = 64
    package var head = Head.mlp
    package var hidden = 256
    package var dropout = 0.5
    package var inputSize = 0
    package var initialWeights: String?
    package var initialWeightsKey: String?
    package var initialWeightsGaps = false
    package var synchronizedBatchNorm = false
    package var freezeBackboneEpochs = 0
    package var freezeStages = 0
  }

  /// Which samples are trained on.
  package struct Data: Sendable, Equatable {
    package var split = DataSplit.Source.dataset
    package var validationShare = 0.15
    package var testShare = 0.15
    package var balance = EpochOrder.Balance.undersample
    package var balanceBy: [EpochOrder.BalanceFactor] = []
    package var balanceRepeats = 8.0
    package var pairing = PairOrder.Pairing.none
    package var shuffleVideos = 4096
    /// In a run that was begun when samples were mixed over shards; nil otherwise.
    package var shuffleShards: Int?
    package var framesPerVideo = 0

    /// What a person has to know who gives `shuffleShards` to a new run.
    package static let shuffleShardsNote =
      "data.shuffleShards was replaced by data.shuffleVideos, which counts videos, as the order of "
      + "samples doesn't depend on shards any more; 16 shards of 128 MiB are about 4096 videos"
  }

  /// How the weights are changed.
  package struct Optimizer: Sendable, Equatable {
    /// The rule.
    package enum Kind: String, Sendable, CaseIterable, Codable {
      case sgd, adamw
    }

    package var kind = Kind.sgd
    package var learningRate = 0.01
    package var layerDecay = 1.0
    package var momentum = 0.9
    package var nesterov = true
    package var betas = [0.9, 0.999]
    package var epsilon = 1e-8
    package var weightDecay = 1e-4
    package var clipNorm = 1.0
    package var labelSmoothing = 0.01
    package var emaDecay = 0.999
    package var averageLast = 0.0
  }

  /// The learning rate over time: a straight line up, half a cosine down.
  package struct Schedule: Sendable, Equatable {
    package var warmupEpochs = 0.5
    package var finalShare = 0.01
  }

  /// How the network is judged between epochs.
  package struct Validation: Sendable, Equatable {
    /// Which epoch is exported.
    package enum Selection: String, Sendable, CaseIterable, Codable {
      /// That of the lowest log-loss of videos.
      case lowest
      /// The latest one whose loss, both classes counting half, is above the lowest by no more than the
      /// lowest one's standard error over groups of people.
      case oneStandardError
    }

    package var everyEpochs = 1
    package var videoScore = VideoScore.mean
    package var selection = Selection.lowest
    package var patience = 6
    package var bootstrap = 1000

    package init() {}
  }

  /// When checkpoints are written.
  package struct Checkpoints: Sendable, Equatable {
    package var everyMinutes = 10.0
    package var everySteps = 0
    package var keep = 3
  }

  /// How processes that train together communicate.
  package struct Communication: Sendable, Equatable {
    package var precision = WirePrecision.float32
  }
}
