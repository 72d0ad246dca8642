package import ShardStore

extension SampleCatalog {
  /// What the store records of each of `videos`, in the same order.
  package func videoRecords() -> [VideoRecord] {
    var records: [[UInt8]: VideoRecord] = [:]
    for video in reader.videos { records[Array(video.name.utf8)] = video.record }
    return videos.compactMap { records[Array($0.name.utf8)] }
  }

  /// The group of people of each of `videos`, as splits take them: groups with equal videos are one.
  ///
  /// - Returns: a name per video, and the positions of those whose pictures have both labels.
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
