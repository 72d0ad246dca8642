/// Tells labels apart by the features of a table, on people that it hasn't learned from:
/// out-of-fold scores by all features together and by each alone.
struct ShortcutProbe {
  let table: ProbeTable

  /// Scores of every video, each by a probe that has seen no video of its group.
  struct Scores {
    /// Scores by all features together.
    var joint: [Double]
    /// Scores by each feature alone, in the table's order.
    var single: [[Double]]

    /// The joint scores, then those by each feature.
    var all: [[Double]] { [joint] + single }
  }

  /// Largest number of folds.
  static let maximumFolds = 10

  /// Scores for these labels; nil if too few groups have either label to hold any out.
  func scores(isFake: [Bool]) -> Scores? {
    guard let folds = GroupFolds(groups: table.groups, groupCount: table.groupCount, isFake: isFake)
    else { return nil }
    var scores = Scores(
      joint: [Double](repeating: 0, count: isFake.count),
      single: table.parts.map { _ in [Double](repeating: 0, count: isFake.count) })
    let codecRows = table.parts.first { $0.feature == .codec }.map {
      ProbeTable.rows(of: $0.columns, count: isFake.count)
    }
    for fold in 0..<folds.count {
      let (learned, held) = folds.sides(fold)
      let fakes = learned.count { isFake[$0] }
      // A fold that holds all of a label leaves nothing to learn; its videos keep a score of 0.
      guard fakes > 0, fakes < learned.count else { continue }
      // Each group of people is one observation: with few of them little can be learned.
      let penalty = 1 / Double(Set(learned.map { table.groups[$0] }).count)
      fit(table.rows, table.columnCount, isFake, learned, held, penalty, &scores.joint)
      for (index, part) in table.parts.enumerated() {
        if part.feature == .codec, let codecRows {
          fit(
            codecRows, part.columns.count, isFake, learned, held, penalty, &scores.single[index])
        } else {
          let column = part.columns[0]
          let sign = Self.direction(column, isFake, learned)
          for row in held { scores.single[index][row] = sign * column[row] }
        }
      }
    }
    return scores
  }

  /// Learns on some rows and scores others.
  private func fit(
    _ rows: [Double], _ columns: Int, _ isFake: [Bool], _ learned: [Int], _ held: [Int],
    _ penalty: Double, _ scores: inout [Double]
  ) {
    let regression = LogisticRegression(
      rows: rows, columns: columns, isFake: isFake, chosen: learned, penalty: penalty)
    for row in held {
      // Rounded, so that margins which differ by rounding errors only are equal.
      scores[row] = (regression.margin(rows, row: row) * 1e9).rounded() / 1e9
    }
  }

  /// 1 if fakes have larger values, -1 if they have smaller ones, 0 if neither.
  private static func direction(_ column: [Double], _ isFake: [Bool], _ rows: [Int]) -> Double {
    let area = areaUnderCurve(rows.map { column[$0] }, rows.map { isFake[$0] }) ?? 0.5
    return area > 0.5 ? 1 : area < 0.5 ? -1 : 0
  }
}

/// The probability that a fake scores higher than a real one, ties counting one half; nil if a
/// class is missing.
func areaUnderCurve(_ scores: [Double], _ isFake: [Bool]) -> Double? {
  let order = scores.indices.sorted { scores[$0] < scores[$1] }
  var (doubled, realsBelow, fakesBelow) = (0, 0, 0)
  var start = 0
  while start < order.count {
    var end = start
    var (reals, fakes) = (0, 0)
    while end < order.count, scores[order[end]] == scores[order[start]] {
      if isFake[order[end]] { fakes += 1 } else { reals += 1 }
      end += 1
    }
    doubled += fakes * (2 * realsBelow + reals)
    realsBelow += reals
    fakesBelow += fakes
    start = end
  }
  guard realsBelow > 0, fakesBelow > 0 else { return nil }
  return Double(doubled) / (2 * Double(realsBelow) * Double(fakesBelow))
}

/// Distributes groups over folds with about as many real and fake videos each.
struct GroupFolds {
  let count: Int
  /// The fold of each video.
  private let foldOfVideo: [Int]

  /// - Returns: nil if fewer than two groups have a real video, or a fake one.
  init?(groups: [Int], groupCount: Int, isFake: [Bool]) {
    var totals = [SIMD2<Double>](repeating: .zero, count: groupCount)
    for (group, fake) in zip(groups, isFake) { totals[group][fake ? 1 : 0] += 1 }
    let all = totals.reduce(.zero, +)
    let least = min(totals.count { $0[0] > 0 }, totals.count { $0[1] > 0 })
    guard least > 1 else { return nil }
    let count = min(ShortcutProbe.maximumFolds, least)
    self.count = count
    // The largest group first, each into the fold whose balance it disturbs least.
    let order = totals.indices.sorted {
      let (left, right) = ((totals[$0] / all).sum(), (totals[$1] / all).sum())
      return left != right ? left > right : $0 < $1
    }
    var filled = [SIMD2<Double>](repeating: .zero, count: count)
    var foldOfGroup = [Int](repeating: 0, count: groupCount)
    for group in order {
      let share = totals[group] / all
      // Growth of the sum of squares over the folds.
      let fold = filled.indices.min { left, right in
        (share * filled[left]).sum() < (share * filled[right]).sum()
      }
      guard let fold else { continue }
      filled[fold] += share
      foldOfGroup[group] = fold
    }
    foldOfVideo = groups.map { foldOfGroup[$0] }
  }

  /// Videos to learn from, and those held out.
  func sides(_ fold: Int) -> (learned: [Int], held: [Int]) {
    let all = foldOfVideo.indices
    return (all.filter { foldOfVideo[$0] != fold }, all.filter { foldOfVideo[$0] == fold })
  }
}
