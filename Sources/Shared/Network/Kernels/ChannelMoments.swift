/// Count, mean and sum of squared differences from the mean of each channel, in float64.
///
/// Moments of parts merge exactly: Chan, Golub, LeVeque, Updating Formulae and a Pairwise Algorithm
/// for Computing Sample Variances (1979), equations 1.5a and 1.5b.
package struct ChannelMoments: Sendable, Equatable {
  /// Values per channel.
  package var count = 0.0
  /// Mean of each channel; whole blocks.
  package var mean: [Double]
  /// Sum of squared differences from the mean of each channel.
  package var squares: [Double]

  /// Moments of nothing.
  package init(channels: Int) {
    mean = Array(repeating: 0, count: channels)
    squares = Array(repeating: 0, count: channels)
  }

  /// Forgets all values.
  package mutating func reset() {
    count = 0
    for channel in mean.indices {
      mean[channel] = 0
      squares[channel] = 0
    }
  }

  /// Becomes the moments of other values of as many channels, in its own memory.
  package mutating func copy(_ other: ChannelMoments) {
    count = other.count
    for channel in mean.indices {
      mean[channel] = other.mean[channel]
      squares[channel] = other.squares[channel]
    }
  }

  /// Takes over the moments of other values.
  package mutating func merge(_ other: ChannelMoments) {
    let total = count + other.count
    guard total > 0 else { return }
    let share = other.count / total
    for channel in mean.indices {
      let difference = other.mean[channel] - mean[channel]
      mean[channel] += difference * share
      squares[channel] += other.squares[channel] + difference * difference * count * share
    }
    count = total
  }
}
