internal import Contract
internal import Randomness

/// The ways in which labels could have fallen on the same videos if they had nothing to do with the
/// scores.
///
/// Videos of a person are alike, so a label is exchanged only for one of the same group; a group with
/// one class gives away its label whole, for that of another such group.
struct LabelExchange {
  /// Videos, or whole groups, that exchange labels: their places, and how many are fake.
  private struct Unit {
    var blocks: [[Int]]
    var fakes: Int
  }

  private var units: [Unit] = []
  /// Number of videos.
  private let count: Int
  /// Number of different arrangements, at most `maximumCount`.
  let arrangements: Int
  /// Whether labels were exchanged between all videos.
  let isOverVideos: Bool

  /// Where more are possible, a number is as good as any.
  static let maximumCount = 1_000_000

  /// - Parameters:
  ///   - groups: the group of each video.
  ///   - labels: whether each is fake.
  ///   - leastArrangements: where groups allow fewer, and each has the same mix of both classes, all
  ///     videos exchange labels. That a person's videos are alike makes this test the stricter one.
  init(groups: [Int], isFake: [Bool], leastArrangements: Int) {
    count = groups.count
    var members: [Int: [Int]] = [:]
    for (place, group) in groups.enumerated() { members[group, default: []].append(place) }
    let all = members.sorted { $0.key < $1.key }.map(\.value)
    func fakes(_ places: [Int]) -> Int { places.count { isFake[$0] } }
    let mixed = all.filter { (1..<$0.count).contains(fakes($0)) }
    let pure = all.filter { !(1..<$0.count).contains(fakes($0)) }
    units = mixed.map { places in Unit(blocks: places.map { [$0] }, fakes: fakes(places)) }
    if !pure.isEmpty { units.append(Unit(blocks: pure, fakes: pure.count { isFake[$0[0]] })) }
    let total = isFake.count { $0 }
    let hasOneMix =
      pure.isEmpty && mixed.allSatisfy { fakes($0) * groups.count == total * $0.count }
    let inGroups = Self.arrangements(units)
    guard inGroups < leastArrangements, hasOneMix, mixed.count > 1 else {
      (arrangements, isOverVideos) = (inGroups, false)
      return
    }
    units = [Unit(blocks: groups.indices.map { [$0] }, fakes: total)]
    (arrangements, isOverVideos) = (Self.arrangements(units), true)
  }

  private static func arrangements(_ units: [Unit]) -> Int {
    var product = 1
    for unit in units {
      var ways = 1
      for drawn in 0..<min(unit.fakes, unit.blocks.count - unit.fakes) {
        // A binomial coefficient at each step, so the division is exact.
        ways = ways * (unit.blocks.count - drawn) / (drawn + 1)
        if ways >= maximumCount { return maximumCount }
      }
      product *= ways
      if product >= maximumCount { return maximumCount }
    }
    return product
  }

  /// Calls `body` with every arrangement: whether each video is fake.
  func forEach(_ body: ([Bool]) -> Void) {
    var isFake = [Bool](repeating: false, count: count)
    arrange(unit: 0, block: 0, left: units.first?.fakes ?? 0, &isFake, body)
  }

  private func arrange(
    unit: Int, block: Int, left: Int, _ isFake: inout [Bool], _ body: ([Bool]) -> Void
  ) {
    guard unit < units.count else { return body(isFake) }
    let blocks = units[unit].blocks
    guard block < blocks.count else {
      return arrange(
        unit: unit + 1, block: 0, left: unit + 1 < units.count ? units[unit + 1].fakes : 0,
        &isFake, body)
    }
    // Real, where the fakes still fit into the rest.
    if left < blocks.count - block {
      arrange(unit: unit, block: block + 1, left: left, &isFake, body)
    }
    if left > 0 {
      for place in blocks[block] { isFake[place] = true }
      arrange(unit: unit, block: block + 1, left: left - 1, &isFake, body)
      for place in blocks[block] { isFake[place] = false }
    }
  }

  /// Any arrangement, all equally likely.
  func random(_ random: inout RandomStream) -> [Bool] {
    var isFake = [Bool](repeating: false, count: count)
    for unit in units {
      var order = Array(unit.blocks.indices)
      random.shuffle(&order)
      for block in order.prefix(unit.fakes) {
        for place in unit.blocks[block] { isFake[place] = true }
      }
    }
    return isFake
  }
}
