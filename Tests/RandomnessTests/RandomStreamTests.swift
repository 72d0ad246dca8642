import Randomness
import Testing

@Suite struct RandomStreamTests {
  @Test func equalKeysGiveEqualNumbersAndOthersDiffer() {
    func first(
      _ seed: UInt64, _ purpose: RandomStream.Purpose, _ a: UInt64, _ b: UInt64
    ) -> UInt64 {
      var stream = RandomStream(seed: seed, purpose, a, b)
      return stream.next()
    }
    #expect(first(1, .order, 2, 3) == first(1, .order, 2, 3))
    let others = [
      first(1, .order, 2, 3), first(2, .order, 2, 3), first(1, .dropout, 2, 3),
      first(1, .order, 3, 2), first(1, .order, 2, 4), first(1, .order, 0, 0),
    ]
    #expect(Set(others).count == others.count)
  }

  /// The order of data in a resumed run depends on these: they may never change.
  @Test func numbersAreThoseOfEarlierVersions() {
    var stream = RandomStream(seed: 7, .order, 1)
    let numbers = (0..<3).map { _ in stream.next() }
    #expect(
      numbers == [
        15_959_371_910_393_393_325, 10_441_872_951_498_734_187, 15_961_470_851_123_994_178,
      ])
    #expect(stream.permutation(8) == [1, 2, 7, 4, 6, 5, 0, 3])
  }

  @Test func distributionsHaveTheirMoments() {
    var stream = RandomStream(seed: 3, .check)
    let count = 200_000
    var (sum, square, uniformSum) = (0.0, 0.0, 0.0)
    var histogram = [Int](repeating: 0, count: 7)
    for _ in 0..<count {
      let normal = Double(stream.normal())
      sum += normal
      square += normal * normal
      uniformSum += Double(stream.uniform())
      histogram[stream.below(7)] += 1
    }
    let size = Double(count)
    #expect(abs(sum / size) < 0.01)
    #expect(abs(square / size - 1) < 0.02)
    #expect(abs(uniformSum / size - 0.5) < 0.005)
    #expect(histogram.allSatisfy { abs(Double($0) - size / 7) < 600 })
  }

  @Test func aPermutationHoldsEveryNumberOnce() {
    var stream = RandomStream(seed: 5, .order)
    let order = stream.permutation(1001)
    #expect(order != Array(0..<1001))
    #expect(order.sorted() == Array(0..<1001))
    #expect(stream.permutation(0).isEmpty)
  }
}
