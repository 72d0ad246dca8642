internal import Contract
internal import FaceDetection
internal import Foundation
internal import Imaging
internal import Randomness
internal import ShardStore
package import TrainingData
package import Workers

/// Collects what an audit needs to know about a store's videos: what is recorded, and what is
/// measured in a few crops of each.
package struct TraitCollector {
  /// Number of crops per video that are measured, evenly spaced over its samples.
  static let cropsPerVideo = 8

  /// Largest number of videos per label that are examined; from larger stores a part with as many
  /// groups of people as possible is taken.
  package static let maximumPerLabel = 1_000

  private let catalog: SampleCatalog
  private let groups: [String]
  private let contradictory: Set<Int>
  private let workerCount: Int

  /// - Parameter workerCount: threads that work, or 0 for one per core.
  package init(_ catalog: SampleCatalog, workerCount: Int = 0) throws(TrainingDataError) {
    self.catalog = catalog
    self.workerCount = workerCount
    (groups, contradictory) = try catalog.groupsOfPeople()
  }

  /// The videos that an audit examines, as indices in the catalog: those with a face, except those
  /// whose pictures have both labels.
  package var chosen: [Int] {
    let usable = catalog.videos.indices.filter {
      !catalog.videos[$0].samples.isEmpty && !contradictory.contains($0)
    }
    return VideoLabel.allCases.flatMap { label in
      let own = usable.filter { catalog.videos[$0].label == label }
      let taken = Self.spread(
        own.map { (name: catalog.videos[$0].name, group: groups[$0]) }, atMost: Self.maximumPerLabel
      )
      return taken.map { own[$0] }
    }.sorted()
  }

  /// Indices of at most `limit` of some videos: in each round one of each group, in an order that
  /// depends on names only.
  static func spread(_ videos: [(name: String, group: String)], atMost limit: Int) -> [Int] {
    guard videos.count > limit else { return Array(videos.indices) }
    let hashes = videos.map { NameHash.of($0.name) }
    func precedes(_ left: Int, _ right: Int) -> Bool {
      (hashes[left], left) < (hashes[right], right)
    }
    let byGroup = Dictionary(grouping: videos.indices) { videos[$0].group }
      .sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      .map { $0.value.sorted(by: precedes) }
    var taken: [Int] = []
    for round in 0..<(byGroup.map(\.count).max() ?? 0) {
      let next = byGroup.filter { round < $0.count }.map { $0[round] }
      // If there isn't room for all groups, not always the first ones are taken.
      taken += next.count > limit - taken.count ? next.sorted(by: precedes) : next
      if taken.count >= limit { break }
    }
    return taken.prefix(limit).sorted()
  }

  /// What is known about some videos, in the given order. About 8 milliseconds per video and
  /// worker.
  ///
  /// - Parameters:
  ///   - videos: indices in the catalog.
  ///   - observer: sees the progress in videos.
  /// - Throws: `WorkStopped` if the observer ended the work; `TrainingDataError` if a crop can't be
  ///   read.
  package func collect(_ videos: [Int], observer: any WorkObserver) throws -> [AuditedVideo] {
    let records = catalog.videoRecords()
    let empty = AuditedVideo(name: "", label: .real, group: "", traits: VideoTraits())
    let found = Locked(
      (videos: [AuditedVideo](repeating: empty, count: videos.count), done: 0))
    observer.begin(total: videos.count, unit: "videos")
    defer { observer.end() }
    try WorkerPool(workerCount: workerCount).forEach(Array(videos.enumerated())) { _ in
      let decoder = try JPEGDecoder()
      return { item in
        let (index, video) = item
        if observer.shallStop { throw WorkStopped() }
        let known = catalog.videos[video]
        let audited = AuditedVideo(
          name: known.name, label: known.label, group: groups[video], dataset: known.dataset,
          traits: try traits(of: video, VideoTraits(records[video]), decoder))
        let done = found.withLock { found in
          found.videos[index] = audited
          found.done += 1
          return found.done
        }
        observer.advance(to: done, detail: "looking for shortcuts")
      }
    }
    return found.withLock { $0.videos }
  }

  /// Medians over a video's crops; for borders, which only few crops may have, the mean.
  private func traits(
    of video: Int, _ recorded: VideoTraits, _ decoder: JPEGDecoder
  ) throws -> VideoTraits {
    let samples = catalog.videos[video].samples
    let count = min(Self.cropsPerVideo, samples.count)
    guard count > 0 else { return recorded }
    var measures: [CropMeasures] = []
    var faces: [Double] = []
    for number in 0..<count {
      let index = samples.lowerBound + (2 * number + 1) * samples.count / (2 * count)
      let (picture, record) = try catalog.pictureAndRecord(of: index, decoder: decoder)
      measures.append(
        CropMeasures(
          picture, face: catalog.description.geometry.innerFace,
          transform: catalog.transform(of: record)))
      faces.append(max(record.box.width, record.box.height))
    }
    var traits = recorded
    traits[.blackBorder] = measures.reduce(0) { $0 + $1.blackBorder } / Double(count)
    traits[.sharpness] = median(measures.compactMap(\.sharpness))
    traits[.brightness] = median(measures.map(\.brightness))
    traits[.blueTint] = median(measures.map(\.blueTint))
    traits[.redTint] = median(measures.map(\.redTint))
    var edges = GridEdges()
    for grid in measures.compactMap(\.grid) { edges += grid }
    traits[.gridStrength] = edges.strength
    // In whole pictures no face was detected.
    if catalog.description.geometry.alignment != .whole { traits[.faceSize] = median(faces) }
    return traits
  }
}

/// The median of some numbers, for an even count the mean of the middle two; nil without numbers.
func median(_ numbers: [Double]) -> Double? {
  guard !numbers.isEmpty else { return nil }
  let sorted = numbers.sorted()
  return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
}
