internal import Contract
internal import Foundation
internal import Imaging
internal import Randomness
internal import ShardStore
internal import ShardStoreFixtures
internal import TrainingData

/// Stores: pages and records of their shards, their documents, and shards that are lost, emptied, of an
/// earlier time, doubled or of another store. What a reader then returns in silence must be what was
/// stored.
struct StoreKind: FuzzKind {
  /// Whether the store's documents alone are damaged: `store.json`, and what each task says of itself.
  var onlyDocuments = false

  var name: String { onlyDocuments ? "store-documents" : "store" }
  var longRuns: Int { onlyDocuments ? 4_000 : 5_000 }
  let shortRuns = 200

  func prepare(bases: String) throws {
    // Large pictures have pages of their own; many small ones make trees with branches.
    try make(bases + "/large", shardBytes: 128 << 10, videos: 0..<12, imageBytes: 9_000)
    try make(bases + "/small", shardBytes: 1 << 30, videos: 0..<60, imageBytes: 700)
    try make(bases + "/mixed", shardBytes: 96 << 10, videos: 20..<50, imageBytes: 1_900)
  }

  /// A store of two tasks, and beside it the same at an earlier time.
  private func make(
    _ folder: String, shardBytes: Int, videos: Range<Int>, imageBytes: Int
  ) throws {
    for task in 0..<2 {
      let writer = try ShardWriter(
        directory: folder, task: task, description: description(folder),
        maximumShardBytes: shardBytes)
      defer { writer.close() }
      let own = videos.filter { $0 % 2 == task }
      for (position, video) in own.enumerated() {
        if position == own.count - 3, task == 1 { try FuzzFiles.copy(folder, folder + "-early") }
        try writer.append(
          video % 11 == 7
            ? .failed(SyntheticVideos.catalogVideo(video), reason: "broken")
            : SyntheticVideos.extraction(video, faces: 3 + video % 3, imageBytes: imageBytes))
      }
    }
  }

  /// With the same identity each time: the bytes of a store are a function of its name.
  private func description(_ folder: String) -> StoreDescription {
    let number = NameHash.of(URL(fileURLWithPath: folder).lastPathComponent)
    return StoreDescription(
      recipe: SyntheticVideos.description.recipe, dataset: "folders",
      identity: String(repeating: String(number, radix: 16).prefix(8).description, count: 4))
  }

  func worker(bases: String) throws -> any FuzzReader {
    let names = try FuzzFiles.names(bases).filter { !$0.hasSuffix("-early") }
    return try StoreReader(
      onlyDocuments: onlyDocuments, bases: names.map { try StoreBase(bases + "/" + $0) })
  }
}

/// A sound store: its files, and what it holds.
struct StoreBase {
  let name: String
  let files: [String: [UInt8]]
  let earlyFiles: [String: [UInt8]]
  let content: StoreContent

  init(_ folder: String) throws {
    name = URL(fileURLWithPath: folder).lastPathComponent
    func read(_ folder: String) throws -> [String: [UInt8]] {
      var files: [String: [UInt8]] = [:]
      for name in try FuzzFiles.names(folder) where !name.hasSuffix(".lock") {
        files[name] = try FuzzFiles.bytes(folder + "/" + name)
      }
      return files
    }
    files = try read(folder)
    earlyFiles = try read(folder + "-early")
    content = try StoreContent(folder)
  }

  /// Names in order: what is drawn from them is a function of the case.
  var shards: [String] { files.keys.filter { $0.hasSuffix(".mdb") }.sorted() }
  var documents: [String] { files.keys.filter { $0.hasSuffix(".json") }.sorted() }
}

/// All that readers return of a store.
struct StoreContent: Equatable {
  let description: StoreDescription
  let videos: [String: VideoRecord]
  /// By key.
  let samples: [String: SampleRecord]
  /// Pictures by key: their files' hashes.
  let images: [String: Int]
  /// Side, group and label of each video as training has them, and its crops.
  let catalog: [String]

  /// Reads everything as the trainer does, and besides what it doesn't look at.
  init(_ folder: String) throws {
    let catalog = try SampleCatalog(directory: folder, workerCount: 1)
    let decoder = try JPEGDecoder()
    for index in 0..<catalog.sampleCount { _ = try catalog.picture(of: index, decoder: decoder) }
    self.catalog = catalog.videos.map {
      "\($0.name) \($0.label) \($0.group) \($0.split.map { "\($0)" } ?? "-") \($0.samples)"
    }
    let reader = try ShardReader(directory: folder)
    description = reader.description
    videos = Dictionary(uniqueKeysWithValues: reader.videos.map { ($0.name, $0.record) })
    var samples: [String: SampleRecord] = [:]
    var images: [String: Int] = [:]
    for sample in try reader.samples() {
      samples[sample.key.description] = sample.record
      images[sample.key.description] = try reader.image(of: sample).hashValue
    }
    self.samples = samples
    self.images = images
  }

  /// The first difference in words.
  func difference(to other: StoreContent) -> String {
    func keys<Value: Equatable>(_ name: String, _ one: [String: Value], _ two: [String: Value])
      -> String?
    {
      let changed = Set(one.keys).union(two.keys).filter { one[$0] != two[$0] }.sorted()
      guard let first = changed.first else { return nil }
      return "\(changed.count) \(name) differ, as \(first)"
    }
    return keys("videos", videos, other.videos) ?? keys("samples", samples, other.samples)
      ?? keys("images", images, other.images)
      ?? (description != other.description ? "the description differs" : "the catalog differs")
  }
}

private struct StoreReader: FuzzReader {
  let onlyDocuments: Bool
  let bases: [StoreBase]

  mutating func run(_ one: inout FuzzCase) throws -> Verdict {
    let base = bases[one.random.below(bases.count)]
    var files = base.files
    let deed =
      onlyDocuments
      ? StoreDamage.damageDocument(&files, base, &one.random)
      : StoreDamage.damage(&files, base, bases, &one.random)
    for (name, bytes) in files { try FuzzFiles.write(bytes, one.folder + "/" + name) }
    // By the fixtures' own reading of the size: decoding each picture would take most of the time.
    let verifier = StoreVerifier(directory: one.folder, imageSize: SyntheticVideos.imageSize)
    var isFound = false
    do throws(ShardStoreError) {
      isFound = try !verifier.verify().isSound
    } catch {
      if let sign = RawText.sign(in: error) { return .failed(.rawText, "\(deed): \(sign)") }
      isFound = true
    }
    do {
      let content = try StoreContent(one.folder)
      if content == base.content { return isFound ? .found : .accepted }
      let difference = content.difference(to: base.content)
      return isFound ? .found : .failed(.silent, "\(base.name): \(deed): \(difference)")
    } catch {
      if let sign = RawText.sign(in: error) { return .failed(.rawText, "\(deed): \(sign)") }
      guard isFound else {
        return .failed(
          .disagreement, "\(base.name): \(deed): verify calls it sound, reading says: \(error)")
      }
      return .refused("\(deed): \(error)")
    }
  }
}
