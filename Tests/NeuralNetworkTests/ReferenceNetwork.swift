import Foundation

@testable import Kernels
@testable import NeuralNetwork

/// A ResNet18 of obvious loops in float64, forward only: gradients are checked against differences of
/// its loss.
struct ReferenceNetwork {
  let architecture: ResNet18Architecture
  var parameters: [Double]
  let statistics: [Double]
  /// Whether BatchNorm uses running statistics.
  let isEvaluating: Bool
  /// Where BatchNorm leaves the statistics of its input, which it then uses; nil for no such thing.
  var estimates: StatisticsEstimates?
  private let entries: [String: StateEntry]

  init(_ state: NetworkState, isEvaluating: Bool = false) {
    architecture = state.architecture
    parameters = state.parameters.map(Double.init)
    statistics = state.statistics.map(Double.init)
    self.isEvaluating = isEvaluating
    entries = Dictionary(uniqueKeysWithValues: state.entries.map { ($0.name, $0) })
  }

  /// Mean cross-entropy of a batch.
  func loss(_ pictures: ReferenceMaps, labels: [Int], smoothing: Double) -> Double {
    let (logits, classes) = (logits(pictures), architecture.classes)
    var loss = 0.0
    for (n, label) in labels.enumerated() {
      let row = Array(logits[n * classes..<(n + 1) * classes])
      let total = log(row.map { exp($0) }.reduce(0, +))
      for k in 0..<classes {
        let target = smoothing / Double(classes) + (k == label ? 1 - smoothing : 0)
        loss -= target * (row[k] - total)
      }
    }
    return loss / Double(labels.count)
  }

  /// `count x classes`; nothing is dropped.
  func logits(_ pictures: ReferenceMaps) -> [Double] { head(featureMaps(pictures)) }

  /// What the last block gives.
  func featureMaps(_ pictures: ReferenceMaps) -> ReferenceMaps {
    var maps = stemConvolution(pictures)
    maps = referenceMaxPoolingForward(rectified(batchNorm(maps, "bn1"))).output
    for stage in 1...4 {
      for block in 0..<2 {
        maps = run(maps, "layer\(stage).\(block)", stride: stage > 1 && block == 0 ? 2 : 1)
      }
    }
    return maps
  }

  /// The logits of feature maps.
  func head(_ maps: ReferenceMaps) -> [Double] {
    let area = maps.height * maps.width
    var features = ReferenceMaps(
      count: maps.count, channels: maps.channels, height: 1, width: 1,
      values: (0..<maps.count * maps.channels).map { plane in
        maps.values[plane * area..<(plane + 1) * area].reduce(0, +) / Double(area)
      })
    switch architecture.head {
    case .linear: return linear(features, "fc").values
    case .mlp(_, let hasBatchNorm, _):
      features = linear(features, "fc.1")
      if hasBatchNorm { features = batchNorm(features, "fc.2") }
      return linear(rectified(features), hasBatchNorm ? "fc.5" : "fc.4").values
    }
  }

  /// What the first BatchNorm normalises.
  func stemConvolution(_ pictures: ReferenceMaps) -> ReferenceMaps {
    convolution(pictures, "conv1", stride: 2)
  }

  private func run(_ input: ReferenceMaps, _ name: String, stride: Int) -> ReferenceMaps {
    var maps = convolution(input, name + ".conv1", stride: stride)
    maps = rectified(batchNorm(maps, name + ".bn1"))
    maps = batchNorm(convolution(maps, name + ".conv2", stride: 1), name + ".bn2")
    var residual = input
    if entries[name + ".downsample.0.weight"] != nil {
      residual = convolution(input, name + ".downsample.0", stride: stride)
      residual = batchNorm(residual, name + ".downsample.1")
    }
    return rectified(maps.with(zip(maps.values, residual.values).map { $0 + $1 }))
  }

  private func numbers(_ name: String) -> [Double] {
    guard let entry = entries[name] else { preconditionFailure("no entry \(name)") }
    return Array((entry.arena == .parameters ? parameters : statistics)[entry.range])
  }

  private func rectified(_ maps: ReferenceMaps) -> ReferenceMaps {
    maps.with(maps.values.map { max(0, $0) })
  }

  private func convolution(_ maps: ReferenceMaps, _ name: String, stride: Int) -> ReferenceMaps {
    guard let shape = entries[name + ".weight"]?.shape else { preconditionFailure(name) }
    return referenceConvolutionForward(
      ConvolutionShape(
        inputChannels: shape[1], outputChannels: shape[0], kernel: shape[2], stride: stride,
        inputHeight: maps.height, inputWidth: maps.width, lanes: 8), input: maps,
      weight: numbers(name + ".weight"))
  }

  private func batchNorm(_ maps: ReferenceMaps, _ name: String) -> ReferenceMaps {
    let (scale, shift) = (numbers(name + ".weight"), numbers(name + ".bias"))
    if let estimates {
      let (mean, variance) = estimates.add(maps, name)
      return normalized(maps, mean, variance, scale, shift)
    }
    guard isEvaluating else {
      return referenceBatchNormForward(maps, scale: scale, shift: shift, epsilon: 1e-5)
    }
    return normalized(
      maps, numbers(name + ".running_mean"), numbers(name + ".running_var"), scale, shift)
  }

  private func normalized(
    _ maps: ReferenceMaps, _ mean: [Double], _ variance: [Double], _ scale: [Double],
    _ shift: [Double]
  ) -> ReferenceMaps {
    var output = maps
    for c in 0..<maps.channels {
      let deviation = (variance[c] + 1e-5).squareRoot()
      for place in maps.indices(channel: c) {
        output.values[place] = (maps.values[place] - mean[c]) / deviation * scale[c] + shift[c]
      }
    }
    return output
  }

  private func linear(_ input: ReferenceMaps, _ name: String) -> ReferenceMaps {
    let (weight, bias) = (numbers(name + ".weight"), numbers(name + ".bias"))
    var output = ReferenceMaps(count: input.count, channels: bias.count, height: 1, width: 1)
    for n in 0..<input.count {
      for k in bias.indices {
        var sum = bias[k]
        for c in 0..<input.channels {
          sum += input.values[n * input.channels + c] * weight[k * input.channels + c]
        }
        output.values[n * bias.count + k] = sum
      }
    }
    return output
  }
}

/// Population statistics of what each BatchNorm layer of a `ReferenceNetwork` got, by entry.
final class StatisticsEstimates {
  private(set) var values: [String: [Double]] = [:]

  fileprivate func add(
    _ maps: ReferenceMaps, _ name: String
  ) -> (mean: [Double], variance: [Double]) {
    var (means, variances) = ([Double](), [Double]())
    for c in 0..<maps.channels {
      let inputs = maps.indices(channel: c).map { maps.values[$0] }
      let mean = inputs.reduce(0, +) / Double(inputs.count)
      let squares = inputs.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      means.append(mean)
      variances.append(squares / Double(max(1, inputs.count - 1)))
    }
    values[name + ".running_mean"] = means
    values[name + ".running_var"] = variances
    return (means, variances)
  }
}
