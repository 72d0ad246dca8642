internal import Contract
internal import FaceDetection
internal import Foundation
internal import Imaging
internal import Randomness
internal import ShardStore
package import TrainingData
package import Workers

/// Collects what an audit needs to know of a store's videos: what is recorded, and what is measured of a
/// few crops of each.
package struct TraitCollector {
  /// Crops of each video that are measured, evenly spaced over its samples.
  static let cropsPerVideo = 8

  /// Videos of each label that are looked at; of larger stores a part is taken that has as many groups
  /// of people as possible.
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

  /// The videos that an audit looks at, as positions in the catalog: those with a face, and without those
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

  /// Positions of at most so many of some videos: round after round one of each group, in an order that
  /// only depends on names.
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
      // Where there isn't room for all groups, not always those that come first.
      taken += next.count > limit - taken.count ? next.sorted(by: precedes) : next
      if taken.count >= limit { break }
    }
    return taken.prefix(limit).sorted()
  }

  /// What is known of some videos, in the order given. About 8 milliseconds a video and worker.
  ///
  /// - Parameters:
  ///   - videos: positions in the catalog.
  ///   - observer: sees the progress in videos.
  /// - Throws: `WorkStopped` where the observer ended the work; `TrainingDataError` where a crop can't
  ///   be read.
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
        let (place, video) = item
        if observer.shallStop { throw WorkStopped() }
        let known = catalog.videos[video]
        let audited = AuditedVideo(
          name: known.name, label: known.label, group: groups[video], dataset: known.dataset,
          traits: try traits(of: video, VideoTraits(records[video]), decoder))
        let done = found.withLock { found in
          found.videos[place] = audited
          found.done += 1
          return found.done
        }
        observer.advance(to: done, detail: "looking for shortcuts")
      }
    }
    return found.withLock { $0.videos }
  }

  /// Medians over a video's crops; of borders, which few crops may have, the mean.
  private func traits(
    of video: Int, _ recorded: VideoTraits, _ decoder: JPEGDecoder
  ) throws -> VideoTraits {
    let samples = catalog.videos[video].samples
    let count = min(Self.cropsPerVideo, samples.count)
    guard count > 0 else { return recorded }
    var measures: [CropMeasures] = []
    var faces: [Double] = []
    for place in 0..<count {
      let index = samples.lowerBound + (2 * place + 1) * samples.count / (2 * count)
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
    // Whole pictures have no face that was found.
    if catalog.description.geometry.alignment != .whole { traits[.faceSize] = median(faces) }
    return traits
  }
}

/// The middle one of some numbers, of an even count the mean of both; nil of none.
func median(_ numbers: [Double]) -> Double? {
  guard !numbers.isEmpty else { return nil }
  let sorted = numbers.sorted()
  return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
}
