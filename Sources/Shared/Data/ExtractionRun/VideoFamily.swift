internal import VideoCatalog

/// Videos that one worker extracts one after the other: a real one, then the fakes made from it.
struct VideoFamily {
  /// Name of the original whose faces are used for the others; nil if each video is searched.
  let original: String?
  /// The videos that are to be extracted, the original first if it is among them.
  let videos: [CatalogVideo]

  /// One family per video.
  static func singles(_ videos: [CatalogVideo]) -> [VideoFamily] {
    videos.map { VideoFamily(original: nil, videos: [$0]) }
  }

  /// Originals with the fakes made from them, in the order of the first video of each.
  static func families(_ videos: [CatalogVideo]) -> [VideoFamily] {
    var order: [String] = []
    var members: [String: [CatalogVideo]] = [:]
    for video in videos {
      let name = video.original ?? video.name
      if members[name] == nil { order.append(name) }
      members[name, default: []].append(video)
    }
    return order.map { name in
      let all = members[name] ?? []
      let family = all.filter { $0.name == name } + all.filter { $0.name != name }
      let hasFakes = all.contains { $0.name != name }
      return VideoFamily(original: hasFakes ? name : nil, videos: family)
    }
  }
}
