extension ResNet18Architecture {
  /// The entries of the state_dict in torchvision's order: 122 for the linear head with 62 parameters
  /// and 60 buffers, 129 for the default head.
  package var stateEntries: [StateEntry] {
    let network = ResNet18Topology(self)
    var table = EntryTable()
    table.stage = 0
    table.normed(network.stem)
    for block in network.blocks {
      table.stage = block.stage
      table.normed(block.first)
      table.normed(block.second)
      if let projection = block.projection { table.normed(projection) }
    }
    table.stage = Self.backboneStages
    if let hidden = network.head.hidden {
      table.linear(hidden.linear)
      if let norm = hidden.norm { table.batchNorm(norm, hidden.linear.outputs) }
    }
    table.linear(network.head.output)
    return table.entries
  }
}

/// Entries in the order in which they are added, each after the last one of its arena.
private struct EntryTable {
  var entries: [StateEntry] = []
  /// Of the entries that are added next.
  var stage = 0
  private var ends: [StateEntry.Arena: Int] = [:]

  /// A convolution and the BatchNorm after it.
  mutating func normed(_ layer: ResNet18Topology.Convolution) {
    add(layer.name + ".weight", [layer.outputs, layer.inputs, layer.kernel, layer.kernel], .weight)
    batchNorm(layer.norm, layer.outputs)
  }

  mutating func linear(_ layer: ResNet18Topology.Linear) {
    add(layer.name + ".weight", [layer.outputs, layer.inputs], .weight)
    add(layer.name + ".bias", [layer.outputs], .bias)
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
