import Testing

@testable import Collectives

@Suite struct CollectiveTests {
  /// Numbers whose sum depends on the order: a small number that is added to 1e8 alone gets lost.
  private static func numbers(_ rank: Int) -> [Float] {
    [[1e8, 1, -1e8, 3, 5, 1e8, 7, -1e8][rank], 0.1 * Float(rank + 1)]
  }

  @Test(arguments: 1...8) func sumsArePairwise(size: Int) throws {
    let found = try InMemoryCollective.run(size: size) { collective in
      var values = Self.numbers(collective.rank)
      try values.withUnsafeMutableBufferPointer { values in try collective.sum(values) }
      return values
    }.map { try $0.get() }
    // Neighbours, then neighbouring sums; an odd one out goes on as it is.
    var level = (0..<size).map(Self.numbers)
    while level.count > 1 {
      level = stride(from: 0, to: level.count, by: 2).map { first in
        guard first + 1 < level.count else { return level[first] }
        return zip(level[first], level[first + 1]).map { $0 + $1 }
      }
    }
    #expect(found == Array(repeating: level[0], count: size))
  }

  @Test func theOrderOfASumShows() {
    let pairs: Float = (1e8 + 1) + (-1e8 + 3)
    let row: Float = ((1e8 + 1) + -1e8) + 3
    #expect(pairs != row)
  }

  /// Sums are under way while other operations run.
  @Test func sumsWaitForNobody() throws {
    let found = try InMemoryCollective.run(size: 3) { collective in
      var (first, second) = (Self.numbers(collective.rank), Self.numbers(collective.rank + 1))
      try first.withUnsafeMutableBufferPointer { first in
        try second.withUnsafeMutableBufferPointer { second in
          collective.beginSum(first, as: .float32)
          guard try collective.gather([collective.rank]) == [0, 1, 2] else { return }
          collective.beginSum(second, as: .float32)
          try collective.finishSums()
        }
      }
      return [first, second]
    }.map { try $0.get() }
    let sums = (0...1).map { shift in
      let of = (0..<3).map { Self.numbers($0 + shift) }
      return [0, 1].map { (of[0][$0] + of[1][$0]) + of[2][$0] }
    }
    #expect(found == [sums, sums, sums])
  }

  /// The numbers that are sent are rounded, and so is the result; the additions are not.
  @Test func roundedSumsAreTheSameOnEveryRank() throws {
    let found = try InMemoryCollective.run(size: 3) { collective in
      // 257 needs 9 bits; 3 * 2^-8 would get lost beside 256 in a sum of bfloat16.
      var values: [[Float]] = [[257, 256], [0, 1], [0, 1]]
      try values[collective.rank].withUnsafeMutableBufferPointer { values in
        collective.beginSum(values, as: .bfloat16)
        try collective.finishSums()
      }
      return values[collective.rank]
    }.map { try $0.get() }
    #expect(found == Array(repeating: [256, 258], count: 3))
    var own: [Float] = [257]
    try own.withUnsafeMutableBufferPointer { values in
      let alone: any Collective = LocalCollective()
      try alone.beginSum(values, as: .bfloat16)
      try alone.finishSums()
    }
    #expect(own == [257])
  }

  @Test func gatherComesInTheOrderOfRanks() throws {
    let found = InMemoryCollective.run(size: 3) { collective in
      var all: [Double] = []
      // Many times: a late rank must not get the result of the next exchange.
      for round in 0..<200 {
        all = try collective.gather([Double(round), Double(collective.rank)])
        guard all == [0, 1, 2].flatMap({ [Double(round), $0] }) else { return false }
      }
      return try collective.gather([Double]()).isEmpty && all.count == 6
    }
    #expect(try found.map { try $0.get() } == [true, true, true])
  }

  @Test func decisionsAreCommon() throws {
    let found = try InMemoryCollective.run(size: 3) { collective in
      [
        try collective.agree(collective.rank * 7 % 5),
        try collective.agree(collective.rank == 1) ? 1 : 0,
        try collective.agree(false) ? 1 : 0,
      ]
    }.map { try $0.get() }
    #expect(found.allSatisfy { $0 == [4, 1, 0] })
  }

  @Test func broadcastGivesWhatRank0Has() throws {
    let found = try InMemoryCollective.run(size: 3) { collective in
      [
        try collective.broadcast(
          [UInt8](repeating: UInt8(collective.rank + 7), count: 5 - collective.rank)),
        try collective.broadcast(collective.isFirst ? [] : [1]),
      ]
    }.map { try $0.get() }
    #expect(found.allSatisfy { $0 == [[7, 7, 7, 7, 7], []] })
  }

  @Test func differentValuesAreNamedOnEveryRank() {
    let found = InMemoryCollective.run(size: 3) { collective in
      try collective.check(5, isSameFor: "seed")
      try collective.check(collective.rank == 2 ? 6 : 5, isSameFor: "store")
    }
    for result in found {
      let error = #expect(throws: CollectiveError.self) { try result.get() }
      #expect(error?.code == .disagreement && error?.rank == 2)
      #expect(error?.description.hasPrefix("rank 2: expected the same store as rank 0's") == true)
    }
  }

  @Test func aRankThatLeavesIsReported() {
    struct Broken: Error {}
    let found = InMemoryCollective.run(size: 3) { collective in
      try collective.waitForAll()
      if collective.rank == 1 { throw Broken() }
      try collective.waitForAll()
    }
    for rank in [0, 2] {
      let error = #expect(throws: CollectiveError.self) { try found[rank].get() }
      #expect(error?.code == .lostPeer && error?.rank == 1)
    }
    #expect(throws: Broken.self) { try found[1].get() }
  }

  @Test func aRankThatIsSilentIsReported() {
    let found = InMemoryCollective.run(size: 2, timeoutSeconds: 0.05) { collective in
      if collective.isFirst { try collective.waitForAll() }
    }
    let error = #expect(throws: CollectiveError.self) { try found[0].get() }
    #expect(error?.code == .lostPeer && error?.rank == 1)
  }

  @Test func differentOperationsAreReported() {
    let sizes = InMemoryCollective.run(size: 2) {
      try $0.gather([UInt8](repeating: 0, count: 1 + $0.rank))
    }
    for result in sizes {
      let error = #expect(throws: CollectiveError.self) { try result.get() }
      #expect(error?.code == .mismatch && error?.rank == 1)
    }
    let operations = InMemoryCollective.run(size: 2) { collective in
      var value: Float = 0
      if collective.isFirst { return try collective.gather([value]) }
      try withUnsafeMutablePointer(to: &value) {
        try collective.sum(UnsafeMutableBufferPointer(start: $0, count: 1))
      }
      return [value]
    }
    for result in operations {
      let error = #expect(throws: CollectiveError.self) { try result.get() }
      #expect(error?.code == .mismatch)
    }
  }

  @Test func oneProcessIsAGroupToo() throws {
    let collective = LocalCollective()
    #expect(collective.isAlone && collective.isFirst)
    #expect(try collective.gather([1.5, 2]) == [1.5, 2])
    #expect(try collective.agree(-3) == -3)
    #expect(try collective.broadcast([1, 2]) == [1, 2])
    try collective.check(1, isSameFor: "seed")
    try collective.waitForAll()
    var values: [Float] = [1, 2]
    try values.withUnsafeMutableBufferPointer { try collective.sum($0) }
    #expect(values == [1, 2])
  }
}
