internal import Contract
internal import ShardStore

/// Videos of a catalog whose crops are equal byte by byte: files that are in the data set twice.
///
/// A model that has learned one of them knows the other, so they belong on one side of a split; and
/// if one is labelled real and the other fake, one of the labels is wrong.
package struct EqualVideos: Sendable, Equatable {
  /// Sets of two or more videos with the same crops, as ascending indices in the catalog.
  package let sets: [[Int]]

  /// Finds equal videos; `ShardReader.equalVideos` says what that costs.
  package init(_ catalog: SampleCatalog) throws(TrainingDataError) {
    let positions = Dictionary(
      uniqueKeysWithValues: catalog.videos.enumerated().map { (Array($1.name.utf8), $0) })
    do {
      sets = try catalog.reader.equalVideos().map { videos in
        videos.compactMap { positions[Array($0.name.utf8)] }.sorted()
      }.sorted { $0[0] < $1[0] }
    } catch {
      throw TrainingDataError(store: error, directory: catalog.directory)
    }
  }

  init(sets: [[Int]]) { self.sets = sets }

  /// The sets that have both labels.
  func contradictory(in videos: [SampleCatalog.Video]) -> [[Int]] {
    sets.filter { set in Set(set.map { videos[$0].label }).count > 1 }
  }

  /// The videos that a split leaves out, all of each set with both labels, and a warning about
  /// them.
  ///
  /// - Throws: `contradictoryLabels` if that would be more than half of the videos of a class.
  package func leftOut(
    of videos: [SampleCatalog.Video]
  ) throws(TrainingDataError) -> (videos: Set<Int>, warning: String?) {
    let sets = contradictory(in: videos)
    guard let first = sets.first else { return ([], nil) }
    let leftOut = Set(sets.joined())
    let example = Self.example(first, videos)
    for label in VideoLabel.allCases {
      let all = videos.count { $0.label == label && !$0.samples.isEmpty }
      let concerned = leftOut.count { videos[$0].label == label }
      guard 2 * concerned <= all else {
        throw TrainingDataError(
          .contradictoryLabels, subject: "labels",
          "\(concerned) of \(counted(all, "\(label.rawValue) video")) have exactly the pictures of a "
            + "video with the other label, such as \(example); one label of each two is wrong: "
            + "correct or remove it, and extract into a new store")
      }
    }
    let warning =
      "\(leftOut.count) videos are left out: they have exactly the pictures of a video with the other "
      + "label, such as \(example). One label of each two is wrong; correct or remove it, and extract "
      + "into a new store, to have the other video back."
    return (leftOut, warning)
  }

  /// A warning about equal videos on different sides of a split that doesn't join them; nil if
  /// there are none.
  func warningOfApart(
    _ videos: [SampleCatalog.Video], sideOfVideo: [Int: DatasetSplit]
  ) -> String? {
    let apart = sets.filter { set in Set(set.compactMap { sideOfVideo[$0] }).count > 1 }
    guard let first = apart.first,
      let other = first.first(where: { sideOfVideo[$0] != sideOfVideo[first[0]] })
    else { return nil }
    return
      "\(apart.reduce(0) { $0 + $1.count }) videos have exactly the pictures of a video on another "
      + "side of the split, such as \"\(videos[first[0]].name)\" and \"\(videos[other].name)\": what "
      + "is measured on them is too good. A new training keeps them on one side."
  }

  /// A real and a fake video of a set.
  private static func example(_ set: [Int], _ videos: [SampleCatalog.Video]) -> String {
    VideoLabel.allCases.compactMap { label in
      set.first { videos[$0].label == label }.map { "\"\(videos[$0].name)\" (\(label.rawValue))" }
    }.joined(separator: " and ")
  }
}
