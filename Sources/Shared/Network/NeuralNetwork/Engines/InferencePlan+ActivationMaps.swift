internal import Kernels

extension InferencePlan {
  /// The activation map of one of the samples of the last run, by its index in it.
  func activationMap(_ index: Int, _ weights: FoldedWeights) -> ActivationMap {
    let (maps, classes) = (layout.features, layout.architecture.classes)
    let gradient = marginGradient(index, weights)
    let picture = lateMaps[0] + index * maps.pictureCount
    var values = [Double](repeating: 0, count: maps.area)
    for (channel, slope) in gradient.enumerated() {
      let plane = picture + channel / maps.lanes * maps.planeCount + channel % maps.lanes
      for pixel in 0..<maps.area { values[pixel] += slope * Double(plane[pixel * maps.lanes]) }
    }
    return ActivationMap(
      height: maps.height, width: maps.width, values: values,
      logits: Array(UnsafeBufferPointer(start: logits + index * classes, count: classes)))
  }

  /// Gradient of `logits[1] - logits[0]` by the pooled features of a sample.
  private func marginGradient(_ index: Int, _ weights: FoldedWeights) -> [Double] {
    let output = layout.head.output
    let weight = weights.headParameter(output.weight)
    let difference = (0..<output.inputs).map {
      Double(weight[output.inputs + $0]) - Double(weight[$0])
    }
    guard let layer = layout.head.hidden?.linear else { return difference }
    let row = hidden + index * layout.matrix(columns: layer.outputs).paddedChannels
    let hiddenWeight = weights.headParameter(layer.weight)
    var gradient = [Double](repeating: 0, count: layer.inputs)
    // What the ReLU made zero has no part.
    for unit in 0..<layer.outputs where row[unit] > 0 {
      let slope = difference[unit] * Double(weights.hiddenScale[unit])
      let unitWeight = hiddenWeight + unit * layer.inputs
      for channel in 0..<layer.inputs { gradient[channel] += slope * Double(unitWeight[channel]) }
    }
    return gradient
  }
}
