/// Chooses pictures evenly spaced in presentation time.
enum EvenSampling {
  /// Indices of the pictures that are shown at the middles of `count` equal parts of the duration.
  ///
  /// With a variable frame rate this samples time, not pictures. A picture that is shown at several
  /// of these times is chosen once, so a short video gives fewer than `count`.
  ///
  /// - Parameters:
  ///   - count: number of parts, at least 1.
  ///   - times: presentation times in ascending order, in any unit.
  ///   - end: time at which the last picture's presentation ends, in the same unit.
  /// - Returns: ascending indices in `times`, each at most once.
  static func positions(count: Int, times: [Int64], end: Int64) -> [Int] {
    guard let first = times.first else { return [] }
    let duration = Double(max(end, times[times.count - 1]) - first)
    var chosen: [Int] = []
    var position = 0
    for part in 0..<count {
      let target = Double(first) + (Double(part) + 0.5) / Double(count) * duration
      while position + 1 < times.count && Double(times[position + 1]) <= target { position += 1 }
      if chosen.last != position { chosen.append(position) }
    }
    return chosen
  }
}
