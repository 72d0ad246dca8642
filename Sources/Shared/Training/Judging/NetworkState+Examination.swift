package import Evaluation
package import NeuralNetwork

extension NetworkState {
  /// Names of entries with a value that is not finite.
  package var entriesNotFinite: [String] {
    entries.filter { entry in
      switch entry.arena {
      case .parameters: !parameters[entry.range].allSatisfy(\.isFinite)
      case .statistics: !statistics[entry.range].allSatisfy(\.isFinite)
      case .counters: false
      }
    }.map(\.name)
  }

  /// The running statistics of every BatchNorm layer.
  package var batchNormLayers: [BatchNormStatistics] {
    var layers: [BatchNormStatistics] = []
    for entry in entries {
      switch entry.role {
      case .runningMean:
        layers.append(
          BatchNormStatistics(
            name: String(entry.name.dropLast(".running_mean".count)),
            mean: Array(statistics[entry.range]), variance: []))
      case .runningVariance:
        layers[layers.count - 1].variance = Array(statistics[entry.range])
      case .batchesTracked:
        layers[layers.count - 1].batchesTracked = Int(counters[entry.range.lowerBound])
      default: break
      }
    }
    return layers
  }
}
