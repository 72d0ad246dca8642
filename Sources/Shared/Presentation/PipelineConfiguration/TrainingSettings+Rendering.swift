internal import Collectives
internal import Contract
package import TrainingRun

extension TrainingSettings {
  /// The whole configuration as a pipeline file with the section `train:`. Reading it gives this
  /// configuration again.
  package var yaml: String {
    lines.yaml(section: "train")
  }

  /// The settings that determine the trained network, by dotted key (`optimizer.learningRate`) with
  /// the value's canonical YAML. A run may only be resumed with equal ones. Paths of the store and the
  /// run, workers, the time limit, the checkpoints and the confidence intervals are not among them;
  /// the path of the first weights is.
  package var resultSettings: [String: String] {
    lines.decisive
  }

  /// The settings as a run's files record them.
  package var recorded: RecordedSettings {
    RecordedSettings(yaml: yaml, decisive: resultSettings) { differences(from: $0) }
  }

  /// What keeps a run with this configuration from going on with the checkpoint of another one: a
  /// line for each setting that differs, in the order of the pipeline files.
  ///
  /// ```
  /// optimizer.learningRate: the checkpoint has 0.01, this run has 0.1
  /// ```
  ///
  /// - Parameter other: The checkpoint's `resultSettings`. May come from a damaged or foreign file.
  /// - Returns: The lines; none where the two agree.
  package func differences(from other: [String: String]) -> [String] {
    func shown(_ text: String) -> String { tamed(text, limit: 200) }
    let own = lines.filter(\.isDecisive)
    let differing = own.compactMap { line -> String? in
      guard (other[line.key] ?? line.absent) != line.value else { return nil }
      let theirs = other[line.key].map(shown) ?? "no such setting"
      return "\(line.key): the checkpoint has \(theirs), this run has \(shown(line.value))"
    }
    let unknown = Set(other.keys).subtracting(own.map(\.key)).sorted().map { key in
      "\(shown(key)): the checkpoint has \(shown(other[key] ?? "")), this run has no such setting"
    }
    return differing + unknown
  }

  /// All settings, those of a section together, in the order of the pipeline files.
  var lines: [SettingLine] {
    generalLines + networkLines + dataLines + augmentationLines + selfBlendingLines
      + optimizerLines + laterLines
  }

  private var generalLines: [SettingLine] {
    [
      .harmless("store", store.map(quotedYAML) ?? "null"),
      .harmless("run", run.map(quotedYAML) ?? "null"),
      // Without synchronizedBatchNorm their number shows in the result, but a run must be able to
      // move to another machine.
      .harmless("workers", workers),
      .decisive("seed", seed),
      .decisive("epochs", epochs),
      .decisive("batchSize", batchSize),
      .decisive("stepsPerEpoch", stepsPerEpoch),
      .harmless("timeLimit", timeLimitSeconds.map(timeText) ?? "null"),
    ]
  }

  private var networkLines: [SettingLine] {
    [
      .decisive("network.width", network.width),
      .decisive("network.head", network.head.rawValue),
      .decisive("network.hidden", network.hidden),
      .decisive("network.dropout", network.dropout),
      .decisive("network.inputSize", network.inputSize),
      .decisive("network.initialWeights", network.initialWeights.map(quotedYAML) ?? "null"),
      .decisive(
        "network.initialWeightsKey", network.initialWeightsKey.map(quotedYAML) ?? "null",
        absent: "null"),
      // Where a run begins at all, it begins with the same weights.
      .harmless("network.initialWeightsGaps", network.initialWeightsGaps),
      .decisive("network.synchronizedBatchNorm", network.synchronizedBatchNorm),
      .decisive("network.freezeBackboneEpochs", network.freezeBackboneEpochs),
      .decisive("network.freezeStages", network.freezeStages, absent: "0"),
    ]
  }

  private var dataLines: [SettingLine] {
    [
      .decisive("data.split", data.split.rawValue),
      .decisive("data.validationShare", data.validationShare),
      .decisive("data.testShare", data.testShare),
      .decisive("data.balance", data.balance.rawValue),
      .decisive(
        "data.balanceBy", listYAML(data.balanceBy.map(\.rawValue)), absent: "[]"),
      // Nothing depends on it where nothing is balanced.
      data.balanceBy.isEmpty
        ? .harmless("data.balanceRepeats", data.balanceRepeats)
        : .decisive("data.balanceRepeats", data.balanceRepeats),
      .decisive("data.pairing", data.pairing.rawValue, absent: "none"),
      data.shuffleShards.map { .decisive("data.shuffleShards", $0) }
        ?? .decisive("data.shuffleVideos", data.shuffleVideos),
      .decisive("data.framesPerVideo", data.framesPerVideo),
    ]
  }

  private var augmentationLines: [SettingLine] {
    [
      .decisive("augmentation.flip", augmentation.flip),
      .decisive("augmentation.jpeg", augmentation.jpeg),
      .decisive("augmentation.jpegQuality", listYAML(augmentation.jpegQuality)),
      .decisive("augmentation.noise", augmentation.noise),
      .decisive("augmentation.noiseSigma", listYAML(augmentation.noiseSigma)),
      .decisive("augmentation.blur", augmentation.blur),
      .decisive("augmentation.blurSigma", listYAML(augmentation.blurSigma)),
      .decisive("augmentation.downscale", augmentation.downscale),
      .decisive("augmentation.downscaleFactor", listYAML(augmentation.downscaleFactor)),
      .decisive("augmentation.colour", augmentation.colour),
      .decisive("augmentation.brightness", augmentation.brightness),
      .decisive("augmentation.contrast", augmentation.contrast),
      .decisive("augmentation.saturation", augmentation.saturation),
      .decisive("augmentation.affine", augmentation.affine),
      .decisive("augmentation.rotation", augmentation.rotation),
      .decisive("augmentation.scale", listYAML(augmentation.scale)),
      .decisive("augmentation.shift", augmentation.shift),
      .decisive("augmentation.erasing", augmentation.erasing),
      .decisive("augmentation.erasingArea", listYAML(augmentation.erasingArea)),
      .decisive("augmentation.recompression", augmentation.recompression, absent: "0.0"),
      recompressionLine("CRF", augmentation.recompressionCRF),
      recompressionLine("Scale", augmentation.recompressionScale),
    ]
  }

  /// Without recompression, how it is done is of no influence.
  private func recompressionLine(_ name: String, _ range: [Double]) -> SettingLine {
    SettingLine(
      key: "augmentation.recompression" + name, value: listYAML(range),
      isDecisive: augmentation.recompression > 0)
  }

  /// Without blends, how they are made is of no influence.
  private var selfBlendingLines: [SettingLine] {
    let values: [(String, any CustomStringConvertible)] = [
      ("face", selfBlending.face), ("hull", selfBlending.hull),
      ("lowerHalf", selfBlending.lowerHalf), ("mouth", selfBlending.mouth),
      ("nose", selfBlending.nose), ("eyes", selfBlending.eyes),
      ("elastic", listYAML(selfBlending.elastic)), ("blur", listYAML(selfBlending.blur)),
      ("inside", selfBlending.inside), ("full", selfBlending.full),
      ("strength", listYAML(selfBlending.strength)), ("tint", selfBlending.tint),
      ("tintShift", selfBlending.tintShift), ("hue", selfBlending.hue),
      ("hueTurn", selfBlending.hueTurn), ("saturation", selfBlending.saturation),
      ("contrast", selfBlending.contrast), ("contrastChange", selfBlending.contrastChange),
      ("downscale", selfBlending.downscale),
      ("downscaleFactor", listYAML(selfBlending.downscaleFactor)),
      ("sharpen", listYAML(selfBlending.sharpen)), ("scale", listYAML(selfBlending.scale)),
      ("rotation", selfBlending.rotation), ("shiftX", selfBlending.shiftX),
      ("shiftY", selfBlending.shiftY),
    ]
    return [.decisive("selfBlending.share", selfBlending.share, absent: "0.0")]
      + values.map { name, value in
        SettingLine(
          key: "selfBlending.\(name)", value: value.description,
          isDecisive: selfBlending.share > 0)
      }
  }

  private var optimizerLines: [SettingLine] {
    [
      .decisive("optimizer.kind", optimizer.kind.rawValue),
      .decisive("optimizer.learningRate", optimizer.learningRate),
      .decisive("optimizer.layerDecay", optimizer.layerDecay, absent: "1.0"),
      .decisive("optimizer.momentum", optimizer.momentum),
      .decisive("optimizer.nesterov", optimizer.nesterov),
      .decisive("optimizer.betas", listYAML(optimizer.betas)),
      .decisive("optimizer.epsilon", optimizer.epsilon),
      .decisive("optimizer.weightDecay", optimizer.weightDecay),
      .decisive("optimizer.clipNorm", optimizer.clipNorm),
      .decisive("optimizer.labelSmoothing", optimizer.labelSmoothing),
      .decisive("optimizer.emaDecay", optimizer.emaDecay),
      .decisive("optimizer.averageLast", optimizer.averageLast, absent: "0.0"),
    ]
  }

  private var laterLines: [SettingLine] {
    [
      .decisive("schedule.warmupEpochs", schedule.warmupEpochs),
      .decisive("schedule.finalShare", schedule.finalShare),
      .decisive("validation.everyEpochs", validation.everyEpochs),
      .decisive("validation.videoScore", validation.videoScore.rawValue),
      .decisive("validation.selection", validation.selection.rawValue, absent: "lowest"),
      .decisive("validation.patience", validation.patience),
      .harmless("validation.bootstrap", validation.bootstrap),
      .harmless("checkpoints.everyMinutes", checkpoints.everyMinutes),
      .harmless("checkpoints.everySteps", checkpoints.everySteps),
      .harmless("checkpoints.keep", checkpoints.keep),
      .decisive(
        "communication.precision", communication.precision.rawValue, absent: "float32"),
    ]
  }
}
