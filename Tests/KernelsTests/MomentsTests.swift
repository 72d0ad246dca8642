import TestSupport
import Testing

@testable import Kernels

/// Moments of channels and sums of squares against the obvious loops.
@Suite struct MomentsTests {
  static let cases = BatchNormTests.cases

  @Test(arguments: TestedKernels.all, cases) func momentsOfAnyMean(
    tested: TestedKernels, example: MapsCase
  ) {
    for (mean, deviation) in [(0.0, 1.0), (1000, 0.01), (-3, 100)] {
      let maps = example.maps(seed: 1, mean: mean, deviation: deviation)
      let moments = Self.moments(of: maps, tested.kernels)
      for channel in 0..<example.channels {
        let expected = referenceMoments(maps, channel: channel)
        #expect(moments.count == expected.count)
        #expect(abs(moments.mean[channel] - expected.mean) < 1e-6 * deviation)
        #expect(abs(moments.squares[channel] - expected.squares) < 1e-5 * expected.squares)
      }
      #expect(moments.mean[example.channels...].allSatisfy { $0 == 0 })
      #expect(moments.squares[example.channels...].allSatisfy { $0 == 0 })
    }
  }

  @Test(arguments: TestedKernels.all) func partsGiveTheMomentsOfAllValues(tested: TestedKernels) {
    let (kernels, parts) = (tested.kernels, [2, 3, 7])
    var all: [Double] = []
    var added = ChannelMoments(channels: 16)
    var merged = ChannelMoments(channels: 16)
    merged.merge(ChannelMoments(channels: 16))
    #expect(merged == ChannelMoments(channels: 16))
    for (seed, count) in parts.enumerated() {
      let example = MapsCase(count: count, channels: 16, height: 5, width: 3)
      let maps = example.maps(seed: UInt64(seed), mean: Double(seed) * 10)
      let blocked = maps.blocked(lanes: kernels.lanes)
      kernels.addMoments(example.shape(kernels), count: count, blocked, to: &added)
      merged.merge(Self.moments(of: maps, kernels))
      all += maps.values
    }
    let maps = ReferenceMaps(count: 12, channels: 16, height: 5, width: 3, values: all)
    for channel in 0..<16 {
      let expected = referenceMoments(maps, channel: channel)
      for moments in [added, merged] {
        #expect(moments.count == expected.count)
        #expect(abs(moments.mean[channel] - expected.mean) < 1e-6)
        #expect(abs(moments.squares[channel] - expected.squares) < 1e-6 * expected.squares)
      }
    }
    merged.reset()
    #expect(merged == ChannelMoments(channels: 16))
  }

  @Test(arguments: TestedKernels.all) func momentsShowWhatIsNotANumber(tested: TestedKernels) {
    var maps = Self.cases[2].maps(seed: 1)
    maps.values[maps.indices(channel: 3)[40]] = .nan
    let moments = Self.moments(of: maps, tested.kernels)
    #expect(moments.mean.indices.filter { moments.mean[$0].isNaN } == [3])
    #expect(moments.squares[3].isNaN)
  }

  @Test(arguments: TestedKernels.all, [0, 1, 7, 8, 15, 33, 2048, 5001])
  func sumOfSquares(tested: TestedKernels, count: Int) {
    let memory = GuardedMemory()
    let values = pseudoRandom(count, seed: 3)
    let found = tested.kernels.sumOfSquares(memory.constants("values", values), count: count)
    let expected = values.reduce(0) { $0 + Double($1) * Double($1) }
    #expect(abs(found - expected) <= 1e-6 * expected)
    #expect(memory.damage == [])
    guard count > 0 else { return }
    for place in [0, count - 1] {
      var broken = values
      broken[place] = .nan
      #expect(tested.kernels.sumOfSquares(broken, count: count).isNaN)
    }
  }

  private static func moments(
    of maps: ReferenceMaps, _ kernels: any KernelSet
  ) -> ChannelMoments {
    let memory = GuardedMemory()
    let shape = BlockedShape(
      channels: maps.channels, height: maps.height, width: maps.width, lanes: kernels.lanes)
    var moments = ChannelMoments(channels: shape.paddedChannels)
    kernels.addMoments(
      shape, count: maps.count,
      memory.constants("maps", maps.blocked(lanes: kernels.lanes)), to: &moments)
    #expect(memory.damage == [])
    return moments
  }
}
