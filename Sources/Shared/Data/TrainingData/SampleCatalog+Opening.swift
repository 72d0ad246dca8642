internal import Contract
internal import Imaging
internal import Randomness
internal import ShardStore
internal import Workers

extension SampleCatalog {
  /// Opens a store that no process is writing and indexes its samples, several shards at a time. It
  /// takes about four microseconds per sample, most of them for the check of the shards' pages.
  ///
  /// - Parameters:
  ///   - directory: the store's folder.
  ///   - framesPerVideo: maximum number of frames per video, evenly spaced over those with a face,
  ///     with all faces of each; 0 for all.
  ///   - orderVersion: the rule that numbers the samples, and orders them in an `EpochOrder`; an
  ///     older one for a training that was begun with it.
  ///   - workerCount: threads that read, or 0 for one per core.
  package init(
    directory: String, framesPerVideo: Int = 0, orderVersion: EpochOrder.Version = .videos,
    workerCount: Int = 0
  ) throws(TrainingDataError) {
    guard framesPerVideo >= 0, workerCount >= 0 else {
      throw TrainingDataError(
        .invalidSetting, subject: "frames per video, workers",
        "expected 0 or more, got \(framesPerVideo) and \(workerCount)")
    }
    let reader: ShardReader
    do throws(ShardStoreError) {
      reader = try ShardReader(directory: directory)
    } catch {
      throw TrainingDataError(store: error, directory: directory)
    }
    let index = StoreIndex(reader: reader, framesPerVideo: framesPerVideo)
    let shards = try index.readShards(WorkerPool(workerCount: workerCount))
    let (videos, entries) = index.join(shards, orderVersion)
    let failed = reader.videos.count - videos.count
    guard !entries.isEmpty else {
      throw TrainingDataError(
        .emptyStore, subject: directory,
        "the store has no crop to train on: \(counted(videos.count, "finished video")), \(failed) "
          + "failed; run the extraction first, and see its report for the reasons")
    }
    self.init(
      directory: directory, reader: reader, videos: videos, failedVideoCount: failed,
      orderVersion: orderVersion, contentFingerprint: index.contentFingerprint,
      shardFingerprint: index.shardFingerprint, entries: entries)
  }
}

extension TrainingDataError {
  /// Wraps an error of the store.
  init(store error: ShardStoreError, directory: String) {
    switch error.code {
    case .damagedShard, .damagedRecord, .damagedStore:
      self.init(
        .damagedStore, subject: directory,
        "the store is damaged; `extractor verify` lists all of it", cause: error.description)
    default:
      self.init(
        .unreadableStore, subject: directory, "the store can't be read", cause: error.description)
    }
  }
}

/// Reads the index of a store.
private struct StoreIndex: Sendable {
  let reader: ShardReader
  let framesPerVideo: Int

  /// The finished videos of each shard, by name.
  private let videosOfShard: [[ShardReader.Video]]

  /// The samples of one shard; `video` is the index within the shard.
  typealias Shard = [SampleEntry]

  init(reader: ShardReader, framesPerVideo: Int) {
    self.reader = reader
    self.framesPerVideo = framesPerVideo
    let positions = Dictionary(
      uniqueKeysWithValues: reader.shards.enumerated().map { ($1, $0) })
    var videos: [[ShardReader.Video]] = reader.shards.map { _ in [] }
    for video in reader.videos where video.record.state == .done {
      if let shard = positions[video.shard] { videos[shard].append(video) }
    }
    videosOfShard = videos
  }

  func readShards(_ pool: WorkerPool) throws(TrainingDataError) -> [Shard] {
    let shards = Locked([Shard](repeating: [], count: reader.shards.count))
    do {
      try pool.forEach(Array(reader.shards.indices)) { _ in
        { position in
          let samples = try read(position)
          shards.withLock { $0[position] = samples }
        }
      }
    } catch let error as ShardStoreError {
      throw TrainingDataError(store: error, directory: reader.directory)
    } catch {
      throw TrainingDataError(
        .unreadableStore, subject: reader.directory, "the store can't be read", cause: "\(error)")
    }
    return shards.withLock { $0 }
  }

  private func read(_ position: Int) throws(ShardStoreError) -> Shard {
    let shard = reader.shards[position]
    let videos = videosOfShard[position]
    let positions = Dictionary(
      uniqueKeysWithValues: videos.enumerated().map { (Array($1.name.utf8), $0) })
    var samples: Shard = []
    var name = ""
    var video: Int?
    try reader.forEachKey(in: shard) { key throws(ShardStoreError) in
      if !key.video.utf8.elementsEqual(name.utf8) || video == nil {
        name = key.video
        video = positions[Array(name.utf8)]
      }
      guard let video else {
        throw ShardStoreError(
          .damagedRecord, subject: shard.fileName + ": sample " + key.description,
          "its video failed, and a failed video has no samples")
      }
      samples.append(SampleEntry(video: video, key: key))
      return true
    }
    // In key order the samples of "a" enclose those of a video named "a/000001".
    samples.sort()
    try compareCounts(samples, videos, shard)
    return limited(samples)
  }

  private func compareCounts(
    _ samples: Shard, _ videos: [ShardReader.Video], _ shard: ShardName
  ) throws(ShardStoreError) {
    var counts = [Int](repeating: 0, count: videos.count)
    for sample in samples { counts[Int(sample.video)] += 1 }
    for (video, count) in zip(videos, counts) where video.record.images != count {
      throw ShardStoreError(
        .damagedRecord, subject: shard.fileName + ": video " + video.name,
        "expected \(counted(video.record.images, "sample")), got \(count)")
    }
  }

  /// Takes at most `framesPerVideo` frames of each video: the middles of as many equal parts.
  private func limited(_ samples: Shard) -> Shard {
    guard framesPerVideo > 0 else { return samples }
    var kept: Shard = []
    var start = 0
    while start < samples.count {
      var end = start
      var frames: [Int] = []
      while end < samples.count, samples[end].video == samples[start].video {
        if frames.last != samples[end].frame { frames.append(samples[end].frame) }
        end += 1
      }
      if frames.count > framesPerVideo {
        let chosen = Set(evenMiddles(framesPerVideo, of: frames.count).map { frames[$0] })
        kept += samples[start..<end].filter { chosen.contains($0.frame) }
      } else {
        kept += samples[start..<end]
      }
      start = end
    }
    return kept
  }

  /// The videos of all shards and their samples, numbered over the whole store.
  func join(
    _ shards: [Shard], _ order: EpochOrder.Version
  ) -> (videos: [SampleCatalog.Video], entries: [SampleEntry]) {
    var parts: [(video: ShardReader.Video, shard: Int, samples: ArraySlice<SampleEntry>)] = []
    for (position, samples) in shards.enumerated() {
      var next = 0
      for (number, video) in videosOfShard[position].enumerated() {
        let start = next
        while next < samples.count, samples[next].video == UInt32(number) { next += 1 }
        parts.append((video, position, samples[start..<next]))
      }
    }
    if order == .videos { parts.sort { $0.video.name.precedes($1.video.name) } }
    var videos: [SampleCatalog.Video] = []
    var entries: [SampleEntry] = []
    videos.reserveCapacity(parts.count)
    entries.reserveCapacity(shards.reduce(0) { $0 + $1.count })
    for part in parts {
      let start = entries.count
      entries += part.samples.lazy.map { $0.renumbered(videos.count) }
      let record = part.video.record
      videos.append(
        SampleCatalog.Video(
          name: part.video.name, label: record.label, group: record.group, split: record.split,
          method: record.method, compression: record.compression, original: record.original,
          dataset: record.dataset, shard: part.shard, samples: start..<entries.count,
          looks: record.looks))
    }
    return (videos, entries)
  }

  /// Hash of names, labels and all samples (by the checksum in each video's record), in the order
  /// of names: the `shardFingerprint` of a store with all videos in one shard.
  var contentFingerprint: UInt64 {
    let videos = videosOfShard.joined().sorted { $0.name.precedes($1.name) }
    return Self.fingerprint([videos], framesPerVideo)
  }

  /// Hash of names, labels and all samples, by shard.
  var shardFingerprint: UInt64 { Self.fingerprint(videosOfShard, framesPerVideo) }

  private static func fingerprint(
    _ shards: [[ShardReader.Video]], _ framesPerVideo: Int
  ) -> UInt64 {
    var hash = NameHash()
    hash.add(UInt64(framesPerVideo))
    for (position, videos) in shards.enumerated() {
      hash.add(UInt64(position))
      for video in videos {
        let record = video.record
        hash.add(video.name)
        hash.add(record.label.rawValue)
        hash.add(record.group)
        hash.add(record.split?.rawValue ?? "")
        hash.add(UInt64(record.samplesCRC32))
      }
    }
    return hash.value
  }
}

extension String {
  /// Whether a name comes before another one: by its bytes, as in a shard.
  fileprivate func precedes(_ other: String) -> Bool {
    utf8.lexicographicallyPrecedes(other.utf8)
  }
}
