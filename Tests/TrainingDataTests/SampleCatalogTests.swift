import Contract
import Foundation
import Imaging
import ShardStore
import ShardStoreFixtures
import TestSupport
import Testing
import VideoCatalog

@testable import TrainingData

/// The catalog of a store.
@Suite struct SampleCatalogTests {
  /// It lists what the store's reader lists, by name or by shard.
  @Test(arguments: [EpochOrder.Version.shards, .videos])
  func equalsReader(version: EpochOrder.Version) throws {
    try withTemporaryDirectory { directory in
      let store = try SmallStore(in: directory)
      let catalog = try SampleCatalog(directory: store.path, orderVersion: version)
      #expect(catalog.shards.count > 1)
      #expect(catalog.videos.count == 12)
      #expect(catalog.failedVideoCount == 1)
      #expect(catalog.sizePixels == 32)
      let reader = try ShardReader(directory: store.path)
      var samples = try reader.samples()
      if version == .videos {
        // Names of ASCII: the order of strings is that of their bytes.
        samples.sort {
          ($0.record.video, $0.key.frame, $0.key.face)
            < ($1.record.video, $1.key.frame, $1.key.face)
        }
      }
      #expect(catalog.sampleCount == samples.count)
      for (index, expected) in samples.enumerated() {
        let sample = catalog.sample(index)
        let video = catalog.videos[sample.video]
        #expect(video.name == expected.record.video)
        #expect(sample.label == expected.record.label)
        #expect(video.group == expected.record.group && video.split == expected.record.split)
        #expect(catalog.shards[video.shard] == expected.shard)
        #expect(sample.frame == expected.key.frame && sample.face == expected.key.face)
        #expect(video.samples.contains(index))
      }
      let faceless = try #require(catalog.videos.first { $0.name == "folder/video 1.mp4" })
      #expect(faceless.samples.isEmpty)
    }
  }

  /// Every picture is that of its key.
  @Test func pictures() throws {
    try withTemporaryDirectory { directory in
      let catalog = try SampleCatalog(directory: try SmallStore(in: directory).path)
      let decoder = try JPEGDecoder()
      let encoder = try JPEGEncoder(quality: 95)
      for index in 0..<catalog.sampleCount {
        let sample = catalog.sample(index)
        let name = catalog.videos[sample.video].name
        let number = try #require(Int(name.dropFirst(13).dropLast(4)))
        let source = picture(100 * number + sample.frame + sample.face, size: SmallStore.size)
        let expected = try JPEG.decode(try encoder.encode(source))
        #expect(try catalog.picture(of: index, decoder: decoder) == expected)
      }
    }
  }

  /// Frames are chosen evenly, with all of their faces.
  @Test(arguments: [1, 2, 4, 6, 100])
  func frameLimit(limit: Int) throws {
    try withTemporaryDirectory { directory in
      let store = try SmallStore(in: directory)
      let all = try SampleCatalog(directory: store.path)
      let some = try SampleCatalog(directory: store.path, framesPerVideo: limit)
      #expect(all.fingerprint != some.fingerprint)
      let middles = (0..<min(limit, 6)).map { 10 * ((2 * $0 + 1) * 6 / (2 * min(limit, 6))) }
      for (full, video) in zip(all.videos, some.videos) where !full.samples.isEmpty {
        let frames = video.samples.map { some.sample($0).frame }
        #expect(Set(frames).sorted() == middles)
        let faces = full.samples.filter { middles.contains(all.sample($0).frame) }.count
        #expect(video.samples.count == faces)
      }
    }
  }

  /// The fingerprint depends on the content, not on the path.
  @Test func fingerprint() throws {
    try withTemporaryDirectory { directory in
      let store = try SmallStore(in: directory)
      let first = try SampleCatalog(directory: store.path).fingerprint
      let copy = directory.path(of: "copy")
      try FileManager.default.copyItem(atPath: store.path, toPath: copy)
      #expect(try SampleCatalog(directory: copy, workerCount: 1).fingerprint == first)
      let writer = try ShardWriter(
        directory: copy, task: 0, description: try StoreDescription(store: copy))
      try writer.append(.done(SmallStore.catalogVideo(90), samples: [], facts: .init()))
      writer.close()
      #expect(try SampleCatalog(directory: copy).fingerprint != first)
    }
  }

  /// A video whose name looks like another one's key keeps its own samples.
  @Test func nestedNames() throws {
    try withTemporaryDirectory { directory in
      let path = directory.path(of: "store")
      let writer = try ShardWriter(
        directory: path, task: 0, description: SyntheticVideos.description)
      for name in ["a", "a/000001", "a/0"] {
        let video = CatalogVideo(name: name, path: name, label: .real, group: name)
        let samples = (0..<3).map { frame in
          FaceSample(
            video: video, frame: frame, face: 0, timestampSeconds: 0,
            box: .init(x: 0, y: 0, width: 1, height: 1),
            landmarks: (0..<5).map { _ in .init(x: 0, y: 0) }, track: 0, score: 1,
            image: SyntheticVideos.jpeg(seed: 1, byteCount: 900))
        }
        try writer.append(.done(video, samples: samples, facts: .init()))
      }
      writer.close()
      let catalog = try SampleCatalog(directory: path)
      #expect(catalog.videos.map(\.samples) == [0..<3, 3..<6, 6..<9])
      let decoder = try JPEGDecoder()
      for index in 0..<9 {
        #expect(catalog.sample(index).frame == index % 3)
        #expect(try catalog.picture(of: index, decoder: decoder).width == 16)
      }
    }
  }

  /// A missing, an empty and a damaged store are one clear sentence each.
  @Test func badStores() throws {
    try withTemporaryDirectory { directory in
      expectError(.unreadableStore, "/nowhere", "store.json") {
        _ = try SampleCatalog(directory: directory.path(of: "nowhere"))
      }
      let empty = directory.path(of: "empty")
      let writer = try ShardWriter(
        directory: empty, task: 0, description: SyntheticVideos.description)
      try writer.append(.failed(SmallStore.catalogVideo(0), reason: "no video stream"))
      writer.close()
      expectError(.emptyStore, "no crop", "0 finished videos, 1 failed") {
        _ = try SampleCatalog(directory: empty)
      }
      let store = try SmallStore(in: directory)
      let shard = store.path + "/shard-000-000000.mdb"
      let bytes = try Data(contentsOf: URL(fileURLWithPath: shard))
      try bytes.prefix(bytes.count / 2).write(to: URL(fileURLWithPath: shard))
      expectError(.damagedStore, "verify", "shard-000-000000.mdb") {
        _ = try SampleCatalog(directory: store.path)
      }
      expectError(.invalidSetting, "-1") {
        _ = try SampleCatalog(directory: store.path, framesPerVideo: -1)
      }
    }
  }

  /// A store that claims enormous crops is refused before memory is taken.
  @Test func hostileGeometry() throws {
    try withTemporaryDirectory { directory in
      let store = try SmallStore(in: directory)
      let file = URL(fileURLWithPath: store.path + "/store.json")
      let text = try String(contentsOf: file, encoding: .utf8)
      // As of a format in which the file has no checksum of its own.
      let changed = text.replacing(#/,\s*"ownCRC32" : \d+/#, with: "")
        .replacing("\"formatVersion\" : 3", with: "\"formatVersion\" : 2")
        .replacing("\"sizePixels\" : 32", with: "\"sizePixels\" : 4000000000000")
      try #require(changed != text)
      try Data(changed.utf8).write(to: file)
      expectError(.unreadableStore, "recipe.geometry.sizePixels", "4000000000000") {
        _ = try SampleCatalog(directory: store.path)
      }
    }
  }
}
