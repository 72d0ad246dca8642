internal import Collectives
internal import Kernels

/// What the workers of all ranks exchange of one BatchNorm layer; pairwise sums, see `pairwiseSplit`.
/// All memory is allocated once; a collective of several ranks allocates its messages.
final class BatchNormExchange {
  /// Moments of the whole batch, after `merge` and an exchange between ranks.
  private(set) var total: ChannelMoments

  private let units: [BatchNormUnit]
  /// One for each worker; the first one becomes the sum.
  private var branches: [ChannelMoments]
  private var gradSum: [Double]
  private var centredSum: [Double]

  /// - Parameter units: the layer's, of each worker.
  init(_ units: [BatchNormUnit]) {
    self.units = units
    let empty = ChannelMoments(channels: units[0].moments.mean.count)
    total = empty
    branches = units.map { _ in ChannelMoments(channels: empty.mean.count) }
    gradSum = Array(repeating: 0, count: empty.mean.count)
    centredSum = gradSum
  }

  /// The layer.
  var layer: ResNet18Layout.BatchNorm { units[0].layer }

  /// Numbers that `message` has.
  var messageCount: Int { 1 + 2 * total.mean.count }

  /// The moments of this rank's workers.
  func merge() {
    for (worker, unit) in units.enumerated() { branches[worker].copy(unit.moments) }
    pairwiseReduce(count: branches.count) { branches[$0].merge(branches[$1]) }
    total.copy(branches[0])
  }

  /// What other ranks have to know of `total`.
  var message: [Double] { [total.count] + total.mean + total.squares }

  /// Merges what all ranks know.
  ///
  /// - Parameter messages: of each rank.
  func merge(_ messages: [ArraySlice<Double>]) {
    let channels = total.mean.count
    var ranks = messages.map { message in
      var moments = ChannelMoments(channels: channels)
      let start = message.startIndex
      moments.count = message[start]
      for channel in 0..<channels {
        moments.mean[channel] = message[start + 1 + channel]
        moments.squares[channel] = message[start + 1 + channels + channel]
      }
      return moments
    }
    pairwiseReduce(count: ranks.count) { ranks[$0].merge(ranks[$1]) }
    total.copy(ranks[0])
  }

  /// Has all workers of all ranks normalise with the moments of the whole batch.
  func exchangeForward(
    _ collective: any Collective, parameters: UnsafePointer<Float>
  ) throws(CollectiveError) {
    merge()
    if !collective.isAlone {
      let all = try collective.gather(message)
      merge(all.parts(of: messageCount))
    }
    for unit in units { unit.normalize(with: total, parameters: parameters) }
  }

  /// Sums gradients over all workers of all ranks for the second half of the backward pass.
  func exchangeBackward(_ collective: any Collective) throws(CollectiveError) {
    let channels = gradSum.count
    for channel in 0..<channels {
      gradSum[channel] = pairwiseSum(units.indices) { units[$0].gradSum[channel] }
      centredSum[channel] = pairwiseSum(units.indices) { units[$0].centredSum[channel] }
    }
    if !collective.isAlone {
      let ranks = try collective.gather(gradSum + centredSum).parts(of: 2 * channels)
      for channel in 0..<channels {
        gradSum[channel] = pairwiseSum(ranks.indices) { ranks[$0][ranks[$0].startIndex + channel] }
        centredSum[channel] = pairwiseSum(ranks.indices) {
          ranks[$0][ranks[$0].startIndex + channels + channel]
        }
      }
    }
    for unit in units { unit.propagate(gradSum: gradSum, centredSum: centredSum) }
  }
}

extension Array<Double> {
  /// Parts of equally many numbers.
  func parts(of count: Int) -> [ArraySlice<Double>] {
    stride(from: 0, to: self.count, by: count).map { self[$0..<$0 + count] }
  }
}
