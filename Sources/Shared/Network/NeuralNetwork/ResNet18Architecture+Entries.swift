extension ResNet18Architecture {
  /// The entries of the state_dict in torchvision's order: 122 for the linear head with 62 parameters
  /// and 60 buffers, 129 for the default head.
  package var stateEntries: [StateEntry] {
    var table = EntryTable()
    table.stage = 0
    table.convolution("conv1", width, 3, kernel: 7)
    table.batchNorm("bn1", width)
    for stage in 0..<4 {
      let channels = width << stage
      table.stage = stage + 1
      for block in 0..<2 {
        let name = "layer\(stage + 1).\(block)"
        let inputs = stage > 0 && block == 0 ? channels / 2 : channels
        table.convolution(name + ".conv1", channels, inputs, kernel: 3)
        table.batchNorm(name + ".bn1", channels)
        table.convolution(name + ".conv2", channels, channels, kernel: 3)
        table.batchNorm(name + ".bn2", channels)
        if inputs != channels {
          table.convolution(name + ".downsample.0", channels, inputs, kernel: 1)
          table.batchNorm(name + ".downsample.1", channels)
        }
      }
    }
    table.stage = Self.backboneStages
    switch head {
    case .linear:
      table.linear("fc", classes, featureCount)
    case .mlp(let hidden, let batchNorm, _):
      table.linear("fc.1", hidden, featureCount)
      if batchNorm { table.batchNorm("fc.2", hidden) }
      table.linear(batchNorm ? "fc.5" : "fc.4", classes, hidden)
    }
    return table.entries
  }
}

/// Entries in the order in which they are added, each after the last one of its arena.
private struct EntryTable {
  var entries: [StateEntry] = []
  /// Of the entries that are added next.
  var stage = 0
  private var ends: [StateEntry.Arena: Int] = [:]

  mutating func convolution(_ name: String, _ outputs: Int, _ inputs: Int, kernel: Int) {
    add(name + ".weight", [outputs, inputs, kernel, kernel], .weight)
  }

  mutating func linear(_ name: String, _ outputs: Int, _ inputs: Int) {
    add(name + ".weight", [outputs, inputs], .weight)
    add(name + ".bias", [outputs], .bias)
  }

  mutating func batchNorm(_ name: String, _ channels: Int) {
    add(name + ".weight", [channels], .batchNormScale)
    add(name + ".bias", [channels], .batchNormShift)
    add(name + ".running_mean", [channels], .runningMean)
    add(name + ".running_var", [channels], .runningVariance)
    add(name + ".num_batches_tracked", [], .batchesTracked)
  }

  private mutating func add(_ name: String, _ shape: [Int], _ role: StateEntry.Role) {
    let start = ends[role.arena, default: 0]
    let end = start + shape.reduce(1, *)
    ends[role.arena] = end
    entries.append(
      StateEntry(
        name: name, shape: shape, role: role, stage: stage, range: start..<end))
  }
}
