import Testing
import Workers

@Suite struct EvenSplitTests {
  @Test func partsDifferByOneAndTheFirstAreLarger() {
    for parts in 1...7 {
      for count in 0...30 {
        let bounds = (0...parts).map { evenBound($0, of: parts, count: count) }
        let sizes = zip(bounds.dropFirst(), bounds).map { $0 - $1 }
        #expect(bounds.first == 0 && bounds.last == count)
        #expect(sizes == sizes.sorted(by: >) && sizes[0] - sizes[parts - 1] <= 1)
      }
    }
  }

  @Test func positionsAreSpread() {
    #expect(evenlySpaced(4, of: 10) == [0, 2, 5, 7])
    #expect(evenlySpaced(8, of: 3) == [0, 1, 2])
    #expect(evenlySpaced(1, of: 5) == [0])
    #expect(evenlySpaced(0, of: 5) == [] && evenlySpaced(3, of: 0) == [])
  }
}
