/// Count, mean and sum of squared differences from the mean of each channel, in float64.
///
/// Moments of parts merge exactly: Chan, Golub, LeVeque, Updating Formulae and a Pairwise Algorithm
/// for Computing Sample Variances (1979), equations 1.5a and 1.5b.
public struct ChannelMoments: Sendable, Equatable {
  /// Values per channel.
  public var count = 0.0
  /// Mean of each channel; whole blocks.
  public var mean: [Double]
  /// Sum of squared differences from the mean of each channel.
  public var squares: [Double]

  /// Moments of nothing.
  public init(channels: Int) {
    mean = Array(repeating: 0, count: channels)
    squares = Array(repeating: 0, count: channels)
  }

  /// Forgets all values.
  public mutating func reset() {
    count = 0
    for channel in mean.indices {
      mean[channel] = 0
      squares[channel] = 0
    }
  }

  /// Becomes the moments of other values of as many channels, in its own memory.
  public mutating func copy(_ other: ChannelMoments) {
    count = other.count
    for channel in mean.indices {
      mean[channel] = other.mean[channel]
      squares[channel] = other.squares[channel]
    }
  }

  /// Takes over the moments of other values.
  public mutating func merge(_ other: ChannelMoments) {
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
