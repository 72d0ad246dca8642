internal import Contract

/// The groups of videos; groups that have equal videos are joined.
struct JoinedGroups {
  /// The group of each video: the name that comes first among those that were joined.
  let names: [String]
  /// What was joined, in a sentence; nil if nothing was.
  let warning: String?

  init(_ videos: [SampleCatalog.Video], joining sets: [[Int]]) {
    var union = Union()
    var spanning: [[Int]] = []
    for set in sets where Set(set.map { videos[$0].group }).count > 1 {
      spanning.append(set)
      for index in set.dropFirst() { union.join(videos[set[0]].group, videos[index].group) }
    }
    names = videos.map { union.representative(of: $0.group) }
    warning = spanning.first.map { Self.warning(spanning, example: $0, videos, union) }
  }

  private static func warning(
    _ sets: [[Int]], example: [Int], _ videos: [SampleCatalog.Video], _ union: Union
  ) -> String {
    let other = example.first { videos[$0].group != videos[example[0]].group } ?? example[0]
    let groups = Set(sets.joined().map { videos[$0].group })
    let joined = Set(groups.map(union.representative))
    let onTwoSides = sets.count { set in Set(set.compactMap { videos[$0].split }).count > 1 }
    var text =
      "\(sets.reduce(0) { $0 + $1.count }) videos have exactly the pictures of a video of another "
      + "group, such as \"\(videos[example[0]].name)\" and \"\(videos[other].name)\": their "
      + "\(groups.count) groups count as \(joined.count), so that no picture lies on two sides."
    if onTwoSides > 0 {
      text +=
        " \(counted(onTwoSides, "set")) of such videos \(onTwoSides == 1 ? "lies" : "lie") on several "
        + "sides in the data set."
    }
    return text
  }

  /// Disjoint sets of names (union-find).
  private struct Union {
    private var parents: [String: String] = [:]

    func representative(of name: String) -> String {
      var name = name
      while let parent = parents[name] { name = parent }
      return name
    }

    /// Joins two sets; the name that comes first represents both.
    mutating func join(_ left: String, _ right: String) {
      let (first, second) = (compressed(left), compressed(right))
      guard first != second else { return }
      if first.utf8.lexicographicallyPrecedes(second.utf8) {
        parents[second] = first
      } else {
        parents[first] = second
      }
    }

    /// Returns the representative, and makes all names on the path point to it.
    private mutating func compressed(_ name: String) -> String {
      let representative = representative(of: name)
      var name = name
      while let parent = parents[name], parent != representative {
        parents[name] = representative
        name = parent
      }
      return representative
    }
  }
}
