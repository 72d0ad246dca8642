internal import Contract
internal import NeuralNetwork
internal import TensorFiles

extension Checkpoint {
  /// Writes the checkpoint: to a temporary file, synced, renamed.
  package func write(to path: String) throws(ModelFileError) {
    do {
      try TorchDocument(root: try value(), records: [:]).write(to: path)
    } catch let error as TorchFileError {
      throw ModelFileError(error)
    } catch {
      throw ModelFileError(.otherContent, subject: path, "can't be written: \(error)")
    }
  }

  private func value() throws(ContractError) -> TorchValue {
    .dictionary([
      TorchEntry("format", .string(Self.format)),
      TorchEntry("version", .integer(Int64(Self.version))),
      TorchEntry("architecture", architecture),
      TorchEntry("model", .tensors(state.tensors)),
      TorchEntry("ema", average.map(Self.value(of:)) ?? .none),
      TorchEntry("optimizer", optimizerValue),
      TorchEntry("step", .integer(Int64(step))),
      TorchEntry(
        "position",
        .dictionary([
          TorchEntry("epoch", .integer(Int64(epoch))),
          TorchEntry("sample", .integer(Int64(sample))),
        ])),
      TorchEntry("progress", .string(progress)),
      TorchEntry(
        "settings",
        .dictionary(
          settings.sorted { $0.key < $1.key }.map { TorchEntry($0.key, .string($0.value)) })),
      TorchEntry("configuration", .string(configuration)),
      try cropsEntry(),
      TorchEntry(
        "normalization",
        .dictionary([
          TorchEntry("mean", .list(normalization.mean.map { .number(Double($0)) })),
          TorchEntry(
            "standardDeviation",
            .list(normalization.standardDeviation.map { .number(Double($0)) })),
        ])),
    ])
  }

  /// The recipe as JSON, as in `store.json` and `model.pt`; the geometry if the recipe isn't known.
  private func cropsEntry() throws(ContractError) -> TorchEntry {
    if let recipe {
      let text = String(decoding: try ContractDocument.encode(recipe), as: UTF8.self)
      return TorchEntry("recipe", .string(text))
    }
    return TorchEntry(
      "geometry",
      .dictionary([
        TorchEntry("alignment", .string(geometry.alignment.rawValue)),
        TorchEntry("margin", .number(geometry.margin)),
        TorchEntry("sizePixels", .integer(Int64(geometry.sizePixels))),
      ]))
  }

  private var architecture: TorchValue {
    let description = ArchitectureDescription(state.architecture)
    return .dictionary([
      TorchEntry("name", .string(description.name)),
      TorchEntry("width", .integer(Int64(description.width))),
      TorchEntry("inputSize", .integer(Int64(description.inputSize))),
      TorchEntry("classes", .integer(Int64(description.classes))),
      TorchEntry("hidden", description.hidden.map { .integer(Int64($0)) } ?? .none),
      TorchEntry("headBatchNorm", .bool(description.headBatchNorm)),
      TorchEntry("dropout", .number(Double(description.dropout))),
    ])
  }

  private static func value(of average: MovingAverage) -> TorchValue {
    .dictionary([
      TorchEntry("decay", .number(average.decay)),
      TorchEntry("updates", .integer(Int64(average.updates))),
      TorchEntry("state_dict", .tensors(average.state.tensors)),
    ])
  }

  /// The optimizer's memory under the names that PyTorch gives it, by parameter.
  private var optimizerValue: TorchValue {
    var entries: [TorchEntry] = []
    switch optimizer.rule {
    case .sgd(let momentum, let nesterov):
      entries = [
        TorchEntry("name", .string("SGD")), TorchEntry("momentum", .number(momentum)),
        TorchEntry("nesterov", .bool(nesterov)),
        TorchEntry("momentum_buffer", memory(optimizer.first)),
      ]
    case .adamW(let beta1, let beta2, let epsilon):
      entries = [
        TorchEntry("name", .string("AdamW")),
        TorchEntry("betas", .tuple([.number(beta1), .number(beta2)])),
        TorchEntry("eps", .number(epsilon)), TorchEntry("exp_avg", memory(optimizer.first)),
        TorchEntry("exp_avg_sq", memory(optimizer.second)),
      ]
    }
    entries += [
      TorchEntry("weight_decay", .number(optimizer.weightDecay))
    ]
    // A file without it uses one learning rate for all layers, as older versions do.
    if optimizer.layerDecay != 1 {
      entries.append(TorchEntry("layer_decay", .number(optimizer.layerDecay)))
    }
    entries += [
      TorchEntry("step", .integer(Int64(optimizer.stepCount))),
      TorchEntry("backbone_step", .integer(Int64(optimizer.backboneStepCount))),
    ]
    return .dictionary(entries)
  }

  private func memory(_ arena: [Float]) -> TorchValue {
    .tensors(
      state.entries.filter { $0.arena == .parameters }.map { entry in
        TensorEntry(entry.name, TorchTensor(shape: entry.shape, arena[entry.range]))
      })
  }
}
