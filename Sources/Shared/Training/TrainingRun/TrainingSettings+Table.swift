internal import Collectives
internal import Contract
internal import SelfBlending
package import Settings
internal import TrainingData

// What a pipeline file may say below `train:`. A new setting is a property of `TrainingSettings` or one of
// its parts, and a row here; reading, `--set`, suggestions, the files of runs, `trainer settings` and
// docs/settings.md follow.

extension TrainingSettings {
  /// All settings, in the order of the pipeline files.
  package static let groups: [SettingGroup<TrainingSettings>] = [
    SettingGroup("Where, how long, how much", general),
    SettingGroup("The network and where its weights come from", "network", \.network, network),
    SettingGroup("Which samples are trained on", "data", \.data, data),
    SettingGroup(
      "How training pictures are changed", "augmentation", \.augmentation,
      AugmentationSettings.table),
    SettingGroup(
      "Fakes made of real faces while training", "selfBlending", \.selfBlending,
      SelfBlendingSettings.table),
    SettingGroup("How the weights are changed", "optimizer", \.optimizer, optimizer),
    SettingGroup("The learning rate over time", "schedule", \.schedule, schedule),
    SettingGroup(
      "How the network is judged between epochs", "validation", \.validation, validation),
    SettingGroup("When checkpoints are written", "checkpoints", \.checkpoints, checkpoints),
    SettingGroup(
      "How processes that train together communicate", "communication", \.communication,
      communication),
  ]

  private static let general: [Setting<TrainingSettings>] = [
    Setting.optionalPath("store", \.store, "Folder of the shard store to read.").harmless,
    Setting.optionalPath(
      "run", \.run, "Folder of the run: checkpoints, model, metrics, report."
    ).harmless,
    // Without synchronizedBatchNorm their number shows in the result, but a run must be able to move to
    // another machine.
    Setting.integer(
      "workers", \.workers, in: 0...1024,
      "Workers that share each batch; 0 is one for each core, but without `synchronizedBatchNorm` at "
        + "least 8 pictures for each."
    ).harmless,
    .integer(
      "seed", \.seed, in: 0...(1 << 53),
      "Seed of everything random: first weights, order, augmentation, dropout, split."),
    .integer("epochs", \.epochs, in: 1...100_000, "Passes over the training data."),
    .integer("batchSize", \.batchSize, in: 2...4096, "Pictures of a step, over all workers."),
    .integer(
      "stepsPerEpoch", \.stepsPerEpoch, in: 0...10_000_000,
      "Steps of an epoch; 0 is as many as the balanced data gives."),
    Setting.optionalSeconds(
      "timeLimit", \.timeLimitSeconds,
      "Time after which training stops with a checkpoint and a model; null is no limit."
    ).harmless,
  ]

  private static let network: [Setting<Network>] = [
    .integer(
      "width", \.width, in: 8...256, multipleOf: 8,
      "Channels of the first stage; ResNet18 has 64."),
    .choice("head", \.head, "What follows the pooled features."),
    .integer("hidden", \.hidden, in: 8...4096, "Features of the hidden layer of `mlp`."),
    .number(
      "dropout", \.dropout, in: 0...0.95,
      "Share of the features dropped before each layer of `mlp`."),
    .integer(
      "inputSize", \.inputSize, in: 32...1024, multipleOf: 32, zeroMeans: "the crops' own",
      "Side of the pictures that the network sees, in pixels."),
    .optionalPath(
      "initialWeights", \.initialWeights,
      "File with weights to start from; null starts from random ones."),
    Setting.optionalText(
      "initialWeightsKey", \.initialWeightsKey,
      "Where in that file the weights are, keys joined by points; null is the preferred or only "
        + "place."
    ).absent(means: "null"),
    // Where a run begins at all, it begins with the same weights.
    Setting.flag(
      "initialWeightsGaps", \.initialWeightsGaps,
      "Whether that file may lack up to half of the backbone, which then begins at random."
    ).harmless,
    .flag(
      "synchronizedBatchNorm", \.synchronizedBatchNorm,
      "Whether BatchNorm normalises over all workers instead of each one's part of the batch."),
    .integer(
      "freezeBackboneEpochs", \.freezeBackboneEpochs, in: 0...100_000,
      "Epochs at the start in which only the head is trained."),
    Setting.integer(
      "freezeStages", \.freezeStages, in: 0...5,
      "Stages that never learn: 0 is none, 1 the stem, 2 `layer1` as well, up to 5, the whole "
        + "backbone."
    ).absent(means: "0"),
  ]

  private static let data: [Setting<Data>] = [
    .choice(
      "split", \.split,
      "Where the split comes from: the data set, where it has one for a group of people, or a hash "
        + "of the group and the seed."),
    .number(
      "validationShare", \.validationShare, in: 0.01...0.9, "Share of the groups that validate."),
    .number("testShare", \.testShare, in: 0...0.9, "Share of the groups that test."),
    .choice(
      "balance", \.balance,
      "`undersample`: an epoch has as many samples of the larger class as of the smaller one, "
        + "others each time. `none`: all samples, every epoch."),
    Setting.choices(
      "balanceBy", \.balanceBy,
      "What has equal shares within the real and within the fake samples of an epoch, outermost "
        + "first."
    ).absent(means: "[]"),
    Setting.number(
      "balanceRepeats", \.balanceRepeats, in: 1...1000,
      "How many times as often as the mean sample of its class a sample may come for that."
    ).decisive("with `balanceBy`") { !$0.balanceBy.isEmpty },
    Setting.choice(
      "pairing", \.pairing,
      "What a stored fake has beside it in a batch: any real picture, or the real video that it was "
        + "made from, at the same time."
    ).absent(means: "none"),
    Setting.integer(
      "shuffleVideos", \.shuffleVideos, in: 1...10_000_000, "Videos that samples are mixed over."
    ).written { $0.shuffleShards == nil },
    Setting.replacedInteger(
      "shuffleShards", \.shuffleShards, by: "shuffleVideos", in: 1...100_000,
      "Shards that samples are mixed over, in a run of older software; `shuffleVideos` counts for "
        + "nothing then."
    ).written { $0.shuffleShards != nil },
    .integer(
      "framesPerVideo", \.framesPerVideo, in: 0...10000,
      "Most frames that are taken of a video, evenly spaced; 0 is all."),
  ]

  private static let optimizer: [Setting<Optimizer>] = [
    .choice("kind", \.kind, "The rule."),
    .positiveNumber("learningRate", \.learningRate, upTo: 10, "The highest learning rate."),
    Setting.number(
      "layerDecay", \.layerDecay, in: 0.01...1,
      "The learning rate of each stage of the backbone, as a share of that of the stage after it."
    ).absent(means: "1.0"),
    .number("momentum", \.momentum, in: 0...0.9999, "Momentum of `sgd`."),
    .flag("nesterov", \.nesterov, "Whether that momentum looks ahead (Nesterov)."),
    .numbers(
      "betas", \.betas, count: 2, in: 0...0.999999, "Decay of the two running means of `adamw`."),
    .number("epsilon", \.epsilon, in: 1e-12...1, "Smallest denominator of `adamw`."),
    .number(
      "weightDecay", \.weightDecay, in: 0...1,
      "Decay of the weights of convolutions and linear layers."),
    .number(
      "clipNorm", \.clipNorm, in: 0...1_000_000, "Largest norm of the gradient; 0 is no limit."),
    .number(
      "labelSmoothing", \.labelSmoothing, in: 0...0.5,
      "Share of a label that is spread over both classes."),
    .number(
      "emaDecay", \.emaDecay, in: 0...0.999999,
      "Decay of the running mean of the weights, which is what is judged and exported; 0 is none."),
    Setting.number(
      "averageLast", \.averageLast, in: 0...1,
      "Last part of the steps over which weights are averaged evenly instead, as a share of all."
    ).absent(means: "0.0"),
  ]

  private static let schedule: [Setting<Schedule>] = [
    .number(
      "warmupEpochs", \.warmupEpochs, in: 0...1000,
      "Epochs in which the rate rises in a straight line; may be a fraction."),
    .number(
      "finalShare", \.finalShare, in: 0...1, "The last learning rate, as a share of the highest."),
  ]

  private static let validation: [Setting<Validation>] = [
    .integer("everyEpochs", \.everyEpochs, in: 1...100_000, "Epochs between two validations."),
    .choice("videoScore", \.videoScore, "How the frames of a video become its score."),
    Setting.choice(
      "selection", \.selection,
      "Which epoch is exported: that of the lowest log-loss of videos, or the latest within one "
        + "standard error of it."
    ).absent(means: "lowest"),
    .integer(
      "patience", \.patience, in: 0...100_000,
      "Validations without a lower log-loss after which training stops; 0 is never."),
    Setting.integer(
      "bootstrap", \.bootstrap, in: 0...100_000,
      "Draws for the confidence intervals at the end; 0 is none."
    ).harmless,
  ]

  private static let checkpoints: [Setting<Checkpoints>] = [
    Setting.number(
      "everyMinutes", \.everyMinutes, in: 0...10000,
      "Minutes between two checkpoints; 0 is never by time."
    ).harmless,
    Setting.integer(
      "everySteps", \.everySteps, in: 0...10_000_000,
      "Steps between two; 0 is never by steps."
    ).harmless,
    Setting.integer(
      "keep", \.keep, in: 1...1000, "Latest ones that are kept; the best one is kept besides."
    ).harmless,
  ]

  private static let communication: [Setting<Communication>] = [
    Setting.choice(
      "precision", \.precision, "How gradients travel between processes."
    ).absent(means: "float32")
  ]
}

extension TrainingSettings {
  /// What two settings say against each other: the key of the one to change, and what was expected.
  package var contradictions: [SettingContradiction] {
    var found: [SettingContradiction] = []
    if data.validationShare + data.testShare >= 1 {
      let shares =
        "\(Expectation.short(data.validationShare)) + \(Expectation.short(data.testShare))"
      found.append(
        .init(
          "data.validationShare",
          "expected that it and testShare leave something to train on (a sum below 1), got "
            + shares))
    }
    if selfBlending.regions.values.allSatisfy({ $0 == 0 }) {
      found.append(
        .init(
          "selfBlending.face", "expected that one of the parts of a face has a number above 0"))
    }
    if hasPairs, batchSize % 2 != 0 {
      found.append(
        .init(
          "batchSize", "expected an even number, as batches are made of pairs, got \(batchSize)"))
    }
    if data.balance == .none, !data.balanceBy.isEmpty, !hasPairs {
      found.append(
        .init(
          "data.balanceBy",
          "expected [] where balance is none: shares are those of a class; take balance: "
            + "undersample"))
    }
    if schedule.warmupEpochs > Double(epochs) {
      found.append(
        .init(
          "schedule.warmupEpochs",
          "expected at most as many as epochs (\(epochs)), got "
            + Expectation.short(schedule.warmupEpochs)))
    }
    return found
  }
}
