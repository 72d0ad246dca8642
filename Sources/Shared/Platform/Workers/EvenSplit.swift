/// The lower bound of part `index`, if 0..<count is divided into `parts` nearly equal parts; the
/// first parts are the larger ones. For the index `parts` it is `count`.
package func evenBound(_ index: Int, of parts: Int, count: Int) -> Int {
  precondition(parts > 0 && count >= 0, "something is split into 1 or more parts")
  return index * (count / parts) + min(index, count % parts)
}

/// Indices of `count` elements that are spread evenly over `total`, the first one at 0; all indices
/// if there are fewer elements.
package func evenlySpaced(_ count: Int, of total: Int) -> [Int] {
  let count = min(max(count, 0), total)
  return (0..<max(count, 0)).map { $0 * total / count }
}

/// Indices of `count` elements of `total`: the middles of as many equal parts; all indices if there
/// are fewer elements.
package func evenMiddles(_ count: Int, of total: Int) -> [Int] {
  guard count < total else { return Array(0..<max(total, 0)) }
  return (0..<max(count, 0)).map { (2 * $0 + 1) * total / (2 * count) }
}
