internal import Contract
internal import Evaluation
internal import NeuralNetwork
internal import SelfBlending
internal import TrainingData

// What the settings of a pipeline file mean to the modules.

extension TrainingSettings {
  /// The network for crops of `cropSize` pixels.
  func architecture(cropSize: Int) throws -> ResNet18Architecture {
    let size = network.inputSize == 0 ? cropSize : network.inputSize
    guard size % 32 == 0, (32...1024).contains(size) else {
      throw TrainingRunError(
        "the store's crops have \(cropSize) pixels, expected a multiple of 32 up to 1024; choose "
          + "the network's input, e.g. --set network.inputSize=224")
    }
    let head: ResNet18Architecture.Head =
      switch network.head {
      case .linear: .linear
      case .mlp:
        .mlp(hidden: network.hidden, batchNorm: true, dropout: Float(network.dropout))
      }
    return ResNet18Architecture(width: network.width, inputSize: size, head: head)
  }

  var splitSettings: DataSplit.Settings {
    var settings = DataSplit.Settings()
    settings.source = data.split
    settings.validationShare = data.validationShare
    settings.testShare = data.testShare
    settings.seed = UInt64(seed)
    return settings
  }

  private func orderSettings(stepsPerEpoch: Int) -> EpochOrder.Settings {
    var settings = EpochOrder.Settings()
    settings.seed = UInt64(seed)
    settings.balance = data.balance
    settings.balanceBy = data.balanceBy
    settings.balanceRepeats = data.balanceRepeats
    settings.shuffleVideos = data.shuffleVideos
    settings.shuffleShards = data.shuffleShards ?? settings.shuffleShards
    settings.batchSize = batchSize
    settings.stepsPerEpoch = stepsPerEpoch
    return settings
  }

  /// The order of the training side of a split.
  ///
  /// - Parameter stepsPerEpoch: 0 is as many as the data gives.
  func order(
    _ catalog: SampleCatalog, videos: [Int], stepsPerEpoch: Int
  ) throws(TrainingDataError) -> any TrainingOrder {
    let orderSettings = orderSettings(stepsPerEpoch: stepsPerEpoch)
    guard hasPairs else {
      return try EpochOrder(catalog, videos: videos, settings: orderSettings)
    }
    return try PairOrder(
      catalog, videos: videos, settings: orderSettings,
      pairing: data.pairing, blends: selfBlending.share)
  }

  var videoScore: VideoScore { validation.videoScore }
}

extension TrainingSettings.Optimizer {
  var rule: Optimizer.Rule {
    switch kind {
    case .sgd: .sgd(momentum: momentum, nesterov: nesterov)
    case .adamw: .adamW(beta1: betas[0], beta2: betas[1], epsilon: epsilon)
    }
  }
}
