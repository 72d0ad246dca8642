internal import Kernels

/// What one worker knows of one BatchNorm layer during a step.
final class BatchNormUnit {
  /// Added to the variance before the square root, as in PyTorch.
  static let epsilon = 1e-5

  let layer: ResNet18Layout.BatchNorm
  /// Moments of the worker's own values.
  var moments: ChannelMoments
  /// Moments of all values that are normalised together.
  private(set) var merged: ChannelMoments

  /// What kernels need of each channel, whole blocks; zero in channels that fill up the last block.
  let mean: MutableFloatView
  let scale: MutableFloatView
  let shift: MutableFloatView
  let gradMean: MutableFloatView
  let slope: MutableFloatView

  /// What the second half of the backward pass needs, see `propagate`.
  var gradient: BatchNormGradient {
    BatchNormGradient(
      mean: FloatView(mean), scale: FloatView(scale), gradMean: FloatView(gradMean),
      slope: FloatView(slope))
  }

  /// Sums of the worker's own gradients: as `batchNormBackwardSums` gives them.
  var gradSum: [Double]
  var centredSum: [Double]

  init(_ layer: ResNet18Layout.BatchNorm, lanes: Int, memory: FloatMemory) {
    let channels = (layer.channels + lanes - 1) / lanes * lanes
    self.layer = layer
    moments = ChannelMoments(channels: channels)
    merged = ChannelMoments(channels: channels)
    mean = MutableFloatView(memory.floats(channels), count: channels)
    scale = MutableFloatView(memory.floats(channels), count: channels)
    shift = MutableFloatView(memory.floats(channels), count: channels)
    gradMean = MutableFloatView(memory.floats(channels), count: channels)
    slope = MutableFloatView(memory.floats(channels), count: channels)
    gradSum = Array(repeating: 0, count: channels)
    centredSum = Array(repeating: 0, count: channels)
  }

  /// Forgets the last batch, unless the layer normalises with its running statistics.
  func beginMeasuring(_ pass: TrainingPass) {
    if isMeasured(pass) { moments.reset() }
  }

  /// Takes in some pictures.
  func measure(_ values: Maps, _ pass: TrainingPass) {
    guard isMeasured(pass) else { return }
    pass.kernels.addMoments(values, to: &moments)
  }

  private func isMeasured(_ pass: TrainingPass) -> Bool { layer.stage >= pass.frozenStages }

  /// Starts the sums of gradients from zero.
  func resetGradSums() {
    for channel in gradSum.indices {
      gradSum[channel] = 0
      centredSum[channel] = 0
    }
  }

  /// Prepares for normalising with the moments of all values that are normalised together: the
  /// worker's own, or those of all workers.
  func normalize(with moments: ChannelMoments, parameters: UnsafePointer<Float>) {
    merged.copy(moments)
    for channel in 0..<layer.channels {
      prepare(
        channel, mean: merged.mean[channel], variance: merged.squares[channel] / merged.count,
        parameters)
    }
  }

  /// Prepares for normalising with running statistics.
  func useRunningStatistics(_ statistics: [Float], parameters: UnsafePointer<Float>) {
    for channel in 0..<layer.channels {
      prepare(
        channel, mean: Double(statistics[layer.mean + channel]),
        variance: Double(statistics[layer.variance + channel]), parameters)
    }
  }

  private func prepare(
    _ channel: Int, mean: Double, variance: Double, _ parameters: UnsafePointer<Float>
  ) {
    let factor =
      Double(parameters[layer.scale + channel]) / (variance + Self.epsilon).squareRoot()
    self.mean[channel] = Float(mean)
    scale[channel] = Float(factor)
    shift[channel] = Float(Double(parameters[layer.shift + channel]) - mean * factor)
  }

  /// The deviation that the last forward pass divided by.
  private func deviation(_ channel: Int) -> Double {
    (merged.squares[channel] / merged.count + Self.epsilon).squareRoot()
  }

  /// Adds the worker's own sums to the gradients of scale and shift.
  func addParameterGradients(to gradients: UnsafeMutablePointer<Float>) {
    for channel in 0..<layer.channels {
      gradients[layer.scale + channel] += Float(centredSum[channel] / deviation(channel))
      gradients[layer.shift + channel] += Float(gradSum[channel])
    }
  }

  /// Prepares for the second half of the backward pass with the sums of gradients over all values
  /// that are normalised together.
  func propagate(gradSum: [Double], centredSum: [Double]) {
    let count = merged.count
    for channel in 0..<layer.channels {
      let deviation = deviation(channel)
      gradMean[channel] = Float(gradSum[channel] / count)
      slope[channel] = Float(centredSum[channel] / (count * deviation * deviation))
    }
  }

  /// Moves running statistics by a tenth towards those of a batch, as PyTorch: the variance unbiased.
  static func updateStatistics(
    of state: inout NetworkState, _ layer: ResNet18Layout.BatchNorm, batch: ChannelMoments
  ) {
    for channel in 0..<layer.channels {
      let variance = batch.squares[channel] / max(batch.count - 1, 1)
      let (meanIndex, varianceIndex) = (layer.mean + channel, layer.variance + channel)
      state.statistics[meanIndex] = Float(
        0.9 * Double(state.statistics[meanIndex]) + 0.1 * batch.mean[channel])
      state.statistics[varianceIndex] = Float(
        0.9 * Double(state.statistics[varianceIndex]) + 0.1 * variance)
    }
    state.counters[layer.counter] += 1
  }
}
