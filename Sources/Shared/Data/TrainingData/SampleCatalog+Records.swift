package import ShardStore

extension SampleCatalog {
  /// The store's records of `videos`, in the same order.
  package func videoRecords() -> [VideoRecord] {
    var records: [[UInt8]: VideoRecord] = [:]
    for video in reader.videos { records[Array(video.name.utf8)] = video.record }
    return videos.compactMap { records[Array($0.name.utf8)] }
  }

  /// The group of people of each of `videos`, as splits use them: groups with equal videos are
  /// joined.
  ///
  /// - Returns: a name per video, and the indices of those whose pictures have both labels.
  package func groupsOfPeople() throws(TrainingDataError) -> (
    names: [String], contradictory: Set<Int>
  ) {
    let equal = try EqualVideos(self)
    return (
      JoinedGroups(videos, joining: equal.sets).names,
      Set(equal.contradictory(in: videos).joined())
    )
  }
}
