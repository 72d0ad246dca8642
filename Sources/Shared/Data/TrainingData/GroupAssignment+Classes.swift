internal import Contract

/// Both classes on every side that needs them.
extension GroupAssignment {
  /// A class that a side needs.
  private struct Need {
    let side: DatasetSplit
    let label: VideoLabel
  }

  /// Moves as few groups as training and validation need, then those that the test side can get.
  mutating func moveForClasses() {
    let order = groups.indices.filter { groups[$0].choices.count > 1 }
      .sorted { precedes(groups[$0], groups[$1]) }
    var reserved: [Int: DatasetSplit] = [:]
    for sides in [[DatasetSplit.train, .validation], [.test]] {
      let needs = sides.flatMap { side in
        VideoLabel.allCases.map { Need(side: side, label: $0) }
      }
      // If training and validation can't have both classes, the test side takes nothing from them.
      if settings.testShare == 0, sides == [.test] { break }
      guard let found = reserve(needs[...], order, reserved) else { break }
      reserved = found
    }
    for (index, side) in reserved where groups[index].side != side {
      groups[index].side = side
      notes.append(
        "Group \"\(groups[index].name)\" was moved to the \(side.title) side, which lacked a class."
      )
    }
    notes.sort()
  }

  /// Finds a group for each need, so that no group has two sides; nil if that is impossible.
  ///
  /// Groups that are on the side already are tried first, so that no group is moved without need.
  /// Only four of several equivalent groups are tried, one more than the other needs can have
  /// taken.
  private func reserve(
    _ needs: ArraySlice<Need>, _ order: [Int], _ reserved: [Int: DatasetSplit]
  ) -> [Int: DatasetSplit]? {
    guard let need = needs.first else { return reserved }
    let isMet =
      reserved.contains { $0.value == need.side && groups[$0.key].classes.contains(need.label) }
      || groups.contains {
        $0.choices == [need.side] && $0.classes.contains(need.label)
      }
    if isMet { return reserve(needs.dropFirst(), order, reserved) }
    for index in candidates(need, order, reserved) {
      var next = reserved
      next[index] = need.side
      if let found = reserve(needs.dropFirst(), order, next) { return found }
    }
    return nil
  }

  private func candidates(
    _ need: Need, _ order: [Int], _ reserved: [Int: DatasetSplit]
  ) -> [Int] {
    let free = order.filter {
      reserved[$0] == nil && groups[$0].choices.contains(need.side)
        && groups[$0].classes.contains(need.label)
    }
    let here = free.filter { groups[$0].side == need.side }
    let elsewhere = free.filter { groups[$0].side != need.side }
    var taken: [Int: Int] = [:]
    return (here + elsewhere).filter { index in
      taken[groups[index].stratum, default: 0] += 1
      return taken[groups[index].stratum, default: 0] <= 4
    }
  }
}
