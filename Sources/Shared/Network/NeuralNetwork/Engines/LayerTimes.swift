/// Seconds that a layer took in one pass.
package struct LayerTime: Sendable, Equatable {
  /// What a layer is computed for.
  package enum Pass: String, Sendable {
    case forward
    case inputGrad
    case weightGrad
    /// BatchNorm, ReLU, residuals and pooling, in both directions.
    case normalization
    /// Turning weights into what the convolutions read.
    case packing
    /// Summing the workers' gradients.
    case merging
  }

  /// The layer's name in the state_dict, or what else is computed.
  package let layer: String
  /// What it was computed for.
  package let pass: Pass
  /// How long it took.
  package var seconds: Double
}

/// Sums of times, by layer and pass. Not Sendable: one thread at a time.
final class LayerTimes {
  /// Whether times are measured.
  var isOn = false {
    didSet { entries = [] }
  }
  private(set) var entries: [LayerTime] = []

  /// Runs `body`.
  func time(_ layer: String, _ pass: LayerTime.Pass, _ body: () -> Void) {
    guard isOn else { return body() }
    let clock = ContinuousClock()
    let start = clock.now
    body()
    add(layer, pass, seconds: (clock.now - start) / .seconds(1))
  }

  /// Takes over other times.
  func add(_ others: LayerTimes, share: Double) {
    for entry in others.entries { add(entry.layer, entry.pass, seconds: entry.seconds * share) }
  }

  private func add(_ layer: String, _ pass: LayerTime.Pass, seconds: Double) {
    if let index = entries.firstIndex(where: { $0.layer == layer && $0.pass == pass }) {
      entries[index].seconds += seconds
    } else {
      entries.append(LayerTime(layer: layer, pass: pass, seconds: seconds))
    }
  }
}
