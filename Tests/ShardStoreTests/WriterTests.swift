import Contract
import Dispatch
import Foundation
import Imaging
import ShardStoreFixtures
import Testing
import VideoCatalog

@testable import ShardStore

@Suite struct WriterTests {
  @Test func roundTrip() throws {
    let store = try TemporaryFolder()
    let written = (0..<7).map { SyntheticVideos.extraction($0, faces: $0) }
    let failed = SyntheticVideos.catalogVideo(7)
    let writer = try openWriter(store)
    for video in written { try writer.append(video) }
    try writer.append(.failed(failed, reason: "no video stream"))
    #expect(writer.state(of: written[2].name) == .done)
    #expect(writer.failedVideos == [failed.name])
    writer.close()

    let reader = try ShardReader(directory: store.path)
    #expect(reader.description.recipe == SyntheticVideos.description.recipe)
    #expect(reader.description.dataset == "folders" && reader.description.formatVersion == 3)
    #expect(reader.description.identity?.count == 32)
    #expect(reader.videos.count == 8)
    #expect(Set(reader.videos.map(\.name)) == Set(written.map(\.name) + [failed.name]))
    #expect(reader.videos.first { $0.name == failed.name }?.record.reason == "no video stream")
    let samples = try reader.samples()
    #expect(samples.map(\.key) == samples.map(\.key).sorted())
    var expected: [SampleKey: FaceSample] = [:]
    for sample in written.flatMap(\.samples) {
      let key = try SampleKey(
        video: sample.record.video, frame: sample.record.frame, face: sample.face)
      expected[key] = sample
    }
    #expect(samples.count == expected.count)
    for sample in samples {
      #expect(expected[sample.key]?.record == sample.record)
      #expect(try reader.image(of: sample) == expected[sample.key]?.image)
    }
    for video in written {
      let record = try #require(reader.videos.first { $0.name == video.name }).record
      #expect(record.images == video.samples.count)
      #expect(record.notes == video.record.notes)
      #expect(record.durationSeconds == 10.01)
    }
    #expect(try verify(store).findings == [])
  }

  /// A folder with other content is left unchanged, and the folder that the error advises works.
  @Test(arguments: ["clip.mp4", "notes.txt", "model.pt", "task-x.txt", "extraction-report.json"])
  func aFolderThatIsNoStoreIsRefused(_ entry: String) throws {
    let folder = try TemporaryFolder()
    try Data("x".utf8).write(to: URL(fileURLWithPath: folder.path + "/" + entry))
    let error = #expect(throws: ShardStoreError.self) { try openWriter(folder) }
    #expect(error?.code == .notAStore)
    #expect(error?.description.contains("not empty: it has \(entry)") == true)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [entry])
    let advised = folder.path + "/faces"
    #expect(error?.description.hasSuffix("such as " + advised) == true)
    let writer = try ShardWriter(
      directory: advised, task: 0, description: SyntheticVideos.description)
    try writer.append(SyntheticVideos.extraction(1))
    writer.close()
    #expect(try ShardReader(directory: advised).videos.count == 1)
  }

  /// A folder of videos is refused too; hidden entries, and those of other tasks and file systems,
  /// are no obstacle.
  @Test func aFolderInUseByTheSystemOrOtherTasksIsTaken() throws {
    let folder = try TemporaryFolder()
    let files = FileManager.default
    try files.createDirectory(
      atPath: folder.path + "/real/person", withIntermediateDirectories: true)
    #expect(throws: ShardStoreError.self) { try openWriter(folder) }
    try files.removeItem(atPath: folder.path + "/real")
    for name in [".DS_Store", ".store.json.0123.partial", "task-003.lock"] {
      try Data().write(to: URL(fileURLWithPath: folder.path + "/" + name))
    }
    try files.createDirectory(
      atPath: folder.path + "/lost+found", withIntermediateDirectories: true)
    try openWriter(folder).close()
    #expect(
      try StoreDescription(store: folder.path).recipe == SyntheticVideos.description.recipe)
  }

  @Test func contentDoesNotDependOnOrderThreadsOrShards() throws {
    let indices = Array(0..<24)
    let forward = try TemporaryFolder()
    let writer = try openWriter(forward)
    for index in indices { try writer.append(SyntheticVideos.extraction(index)) }

    let backward = try TemporaryFolder()
    let small = try openWriter(backward, maximumShardBytes: 100_000)
    for index in indices.reversed() { try small.append(SyntheticVideos.extraction(index)) }
    #expect(try shardFiles(backward).count > 2)

    let parallel = try TemporaryFolder()
    let shared = [try openWriter(parallel), try openWriter(parallel, task: 1)]
    DispatchQueue.concurrentPerform(iterations: indices.count) { index in
      do {
        try shared[index % 2].append(SyntheticVideos.extraction(index))
      } catch {
        Issue.record(error)
      }
    }
    let expected = try dump(forward)
    #expect(expected.count == 24 * 7)
    #expect(try dump(backward) == expected)
    #expect(try dump(parallel) == expected)
  }

  @Test func equalRunsGiveEqualFiles() throws {
    var files: [Data] = []
    for _ in 0..<2 {
      let store = try TemporaryFolder()
      // All but the store's identity, which is a random number.
      let writer = try ShardWriter(
        directory: store.path, task: 0,
        description: StoreDescription(
          recipe: SyntheticVideos.description.recipe, identity: "the same"),
        maximumShardBytes: 200_000)
      for index in 0..<30 {
        if index % 7 == 3 {
          try writer.append(.failed(SyntheticVideos.catalogVideo(index), reason: "broken"))
        } else {
          try writer.append(SyntheticVideos.extraction(index, imageBytes: 9_000))
        }
      }
      writer.close()
      var all = try Data(contentsOf: URL(fileURLWithPath: store.path + "/store.json"))
      let shards = try shardFiles(store)
      #expect(shards.count > 2)
      for file in shards + ["task-000.json"] {
        all += try Data(contentsOf: URL(fileURLWithPath: store.path + "/" + file))
      }
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: store.path).count == shards.count + 3)
      files.append(all)
    }
    #expect(files[0] == files[1])
  }

  @Test func aFullShardNeverChanges() throws {
    let store = try TemporaryFolder()
    let limit = 150_000
    let writer = try openWriter(store, maximumShardBytes: limit)
    var full: [String: Data] = [:]
    for index in 0..<40 {
      try writer.append(SyntheticVideos.extraction(index))
      for (shard, content) in full {
        let now = try Data(contentsOf: URL(fileURLWithPath: store.path + "/" + shard))
        #expect(now == content, "\(shard) changed")
      }
      for shard in try shardFiles(store).dropLast() {
        full[shard] = try Data(contentsOf: URL(fileURLWithPath: store.path + "/" + shard))
      }
    }
    #expect(full.count >= 2)
    // Each is full, and by no more than its last video and the pages that index it.
    for content in full.values {
      #expect(content.count >= limit)
      #expect(content.count < limit + 100_000)
    }
    #expect(Array(full.keys).sorted().first == "shard-000-000000.mdb")
    writer.close()
    #expect(try verify(store).findings == [])
    #expect(try ShardReader(directory: store.path).samples().count == 120)
  }

  @Test func theMapGrows() throws {
    let store = try TemporaryFolder()
    let writer = try openWriter(store)
    // 80 MiB in one shard, one video of them larger than the map at the start.
    try writer.append(SyntheticVideos.extraction(0, faces: 40, imageBytes: 1 << 20))
    for index in 1..<11 {
      try writer.append(SyntheticVideos.extraction(index, faces: 4, imageBytes: 1 << 20))
    }
    writer.close()
    #expect(try shardFiles(store) == ["shard-000-000000.mdb"])
    let result = try verify(store)
    #expect(result.findings == [])
    #expect(result.shards[0].imageBytes >= 80 << 20)
  }

  @Test func resumes() throws {
    let store = try TemporaryFolder()
    for first in [0, 5, 10] {
      let writer = try openWriter(store, maximumShardBytes: 100_000)
      #expect(writer.finishedVideos.count == first)
      for index in 0..<first {
        #expect(writer.state(of: SyntheticVideos.catalogVideo(index).name) == .done)
        expectError(.alreadyStored, SyntheticVideos.catalogVideo(index).name) {
          try writer.append(SyntheticVideos.extraction(index))
        }
      }
      for index in first..<(first + 5) { try writer.append(SyntheticVideos.extraction(index)) }
      writer.close()
      expectError(.closed) { try writer.append(SyntheticVideos.extraction(99)) }
    }
    // The same shards as one run makes.
    let once = try TemporaryFolder()
    let writer = try openWriter(once, maximumShardBytes: 100_000)
    for index in 0..<15 { try writer.append(SyntheticVideos.extraction(index)) }
    #expect(try shardFiles(store) == shardFiles(once))
    #expect(try dump(store) == dump(once))
    #expect(try verify(store).findings == [])
  }

  @Test func aVideoThatCannotBeStoredChangesNothing() throws {
    let store = try TemporaryFolder()
    let writer = try openWriter(store)
    try writer.append(SyntheticVideos.extraction(0))
    let before = try dump(store)
    func sample(
      _ video: CatalogVideo, frame: Int = 0, score: Double = 1, landmarks: Int? = 5,
      image: [UInt8] = [1]
    ) -> FaceSample {
      FaceSample(
        video: video, frame: frame, face: 0, timestampSeconds: 0,
        box: .init(x: 0, y: 0, width: 1, height: 1),
        landmarks: landmarks.map { (0..<$0).map { _ in .init(x: 0, y: 0) } }, track: 0,
        score: score,
        image: image)
    }
    let good = SyntheticVideos.catalogVideo(1)
    let long = CatalogVideo(
      name: String(repeating: "\u{e9}", count: 251), path: "", label: .real, group: "")
    func append(_ video: CatalogVideo, _ samples: [FaceSample]) throws {
      try writer.append(.done(video, samples: samples, facts: .init()))
    }
    expectError(.invalidVideo, "at most 501 bytes, got 502") { try append(long, []) }
    expectError(.invalidVideo, "finite") {
      try append(good, [sample(good), sample(good, frame: 1, score: .nan)])
    }
    expectError(.invalidVideo, "5 landmarks, got 4") {
      try append(good, [sample(good, landmarks: 4)])
    }
    expectError(.invalidVideo, "5 landmarks, got none") {
      try append(good, [sample(good, landmarks: nil)])
    }
    expectError(.invalidVideo, "1000000") { try append(good, [sample(good, frame: 1_000_000)]) }
    expectError(.invalidVideo, "0 bytes") { try append(good, [sample(good, image: [])]) }
    expectError(.invalidVideo, "two samples") { try append(good, [sample(good), sample(good)]) }
    expectError(.invalidVideo, "another video") {
      try append(good, [sample(SyntheticVideos.catalogVideo(2))])
    }
    #expect(try dump(store) == before)
    try writer.append(SyntheticVideos.extraction(1))
  }

  /// Whole pictures have no landmarks, and frames without a rate no times; the verifier and the
  /// reader follow.
  @Test func wholePicturesHaveNoLandmarks() throws {
    let store = try TemporaryFolder()
    let writer = try ShardWriter(
      directory: store.path, task: 0,
      description: StoreDescription(
        recipe: ExtractionRecipe(
          detector: DetectorIdentity(name: DetectorIdentity.nothing),
          geometry: CropGeometry(alignment: .whole, margin: 1, sizePixels: 16))))
    let video = SyntheticVideos.catalogVideo(1)
    func sample(_ landmarks: [SampleRecord.Point]?) -> FaceSample {
      FaceSample(
        video: video, frame: 0, face: 0, timestampSeconds: nil,
        box: .init(x: 0, y: 0, width: 1, height: 1), landmarks: landmarks, track: 0, score: 1,
        image: SyntheticVideos.jpeg(seed: 1, byteCount: 500))
    }
    expectError(.invalidVideo, "expected no landmarks") {
      try writer.append(
        .done(
          video, samples: [sample((0..<5).map { _ in .init(x: 0, y: 0) })], facts: .init()))
    }
    try writer.append(.done(video, samples: [sample(nil)], facts: .init()))
    writer.close()
    #expect(try verify(store).findings == [])
    let read = try ShardReader(directory: store.path).samples()
    #expect(read.map(\.record.landmarks) == [nil])
    #expect(read.map(\.record.timestampSeconds) == [nil])
    // In a store of detected faces the same record is a finding.
    let identity = try StoreDescription(store: store.path).identity
    let other = StoreDescription(
      recipe: SyntheticVideos.description.recipe, identity: identity)
    try Data(try other.fileContent(subject: "")).write(
      to: URL(fileURLWithPath: store.path + "/store.json"))
    #expect(try verify(store).findings.map(\.got) == ["expected 5 landmarks, got none"])
  }

  @Test func anotherDescriptionIsRefused() throws {
    let store = try TemporaryFolder()
    try openWriter(store).close()
    let json = try Data(contentsOf: URL(fileURLWithPath: store.path + "/store.json"))
    let other = StoreDescription(
      recipe: ExtractionRecipe(
        sampling: FrameSampling(framesPerVideo: 16),
        geometry: CropGeometry(alignment: .landmarks, margin: 1.5, sizePixels: 16)),
      dataset: "csv")
    expectError(
      .descriptionMismatch, "alignment.margin: the store has \"1.3\", this run has \"1.5\"",
      "sampling.framesPerVideo: the store has \"32\", this run has \"16\"",
      "dataset: the store has \"folders\", this run has \"csv\""
    ) {
      _ = try ShardWriter(directory: store.path, task: 1, description: other)
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: store.path + "/store.json")) == json)
    try Data("{\"formatVersion\": 4}".utf8).write(
      to: URL(fileURLWithPath: store.path + "/store.json"))
    expectError(.notAStore, "formatVersion: expected 1...3, got 4") { _ = try openWriter(store) }
    expectError(.notAStore, "formatVersion") { _ = try ShardReader(directory: store.path) }
  }

  @Test func aFolderWithShardsNeedsItsDescription() throws {
    let store = try TemporaryFolder()
    let writer = try openWriter(store)
    try writer.append(SyntheticVideos.extraction(0))
    writer.close()
    try FileManager.default.removeItem(atPath: store.path + "/store.json")
    expectError(.notAStore, "no store.json") { _ = try openWriter(store) }
    expectError(.notAStore, "no store.json") { _ = try ShardReader(directory: store.path) }
    #expect(try verify(store).findings.map(\.problem) == [.description])
  }
}
