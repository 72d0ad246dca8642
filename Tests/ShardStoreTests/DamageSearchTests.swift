import Foundation
import ShardStoreFixtures
import TestSupport
import Testing

@testable import ShardStore

/// A thousand changes of one byte each: what a reader notices, or returns differently, `verify`
/// finds.
@Suite struct DamageSearchTests {
  /// All that a reader returns of a store, as in a training: by walking, and by looking keys up.
  private struct Content: Equatable {
    var videos: [ShardReader.Video] = []
    var samples: [ShardReader.Sample] = []
    var lookedUp: [ShardReader.Sample] = []
    var images: [[UInt8]] = []

    init(_ folder: String) throws {
      let reader = try ShardReader(directory: folder)
      videos = reader.videos
      samples = try reader.samples()
      for shard in reader.shards {
        try reader.forEachKey(in: shard) { key throws(ShardStoreError) in
          let sample = try reader.sample(of: key, in: shard)
          lookedUp.append(sample)
          images.append(try reader.image(of: sample))
          return true
        }
      }
    }
  }

  private let store: TemporaryFolder
  private let files: [String: [UInt8]]
  private let content: Content

  /// Several shards with branch pages, long images on pages of their own and short ones within
  /// leaves, videos without a crop and a failed one.
  init() throws {
    store = try TemporaryFolder()
    let writer = try openWriter(store, maximumShardBytes: 150_000)
    for index in 0..<14 {
      try writer.append(
        SyntheticVideos.extraction(
          index, faces: index % 5, imageBytes: index.isMultiple(of: 2) ? 9_000 : 900))
    }
    try writer.append(.failed(SyntheticVideos.catalogVideo(20), reason: "broken"))
    try writer.append(.failed(SyntheticVideos.catalogVideo(21), reason: "no video stream"))
    writer.close()
    var files: [String: [UInt8]] = [:]
    for name in try shardFiles(store) + ["store.json", "task-000.json"] {
      files[name] = [UInt8](try Data(contentsOf: URL(fileURLWithPath: store.path + "/" + name)))
    }
    self.files = files
    content = try Content(store.path)
    try #require(files.count >= 4 && content.images.count > 20)
  }

  private func write(_ bytes: [UInt8], to file: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: store.path + "/" + file))
  }

  private func isHarmful() -> Bool {
    guard let read = try? Content(store.path) else { return true }
    return read != content
  }

  /// The pages of a shard that a reader uses: changes in them do harm.
  private func livePages(_ file: String, _ bytes: [UInt8]) throws -> [Int] {
    var live: [Int] = []
    for page in 0..<(bytes.count / 4_096) {
      var changed = bytes
      for index in (page * 4_096)..<((page + 1) * 4_096) { changed[index] ^= 0xFF }
      try write(changed, to: file)
      if isHarmful() { live.append(page) }
    }
    try write(bytes, to: file)
    return live
  }

  @Test func everyHarmfulChangeOfAByteIsFound() throws {
    var generator = SplitMix64(state: 14)
    var changes: [(file: String, offset: Int)] = []
    for (file, bytes) in files.sorted(by: { $0.key < $1.key }) {
      guard file.hasSuffix(".mdb") else {
        changes += (0..<100).map { _ in
          (file, Int.random(in: bytes.indices, using: &generator))
        }
        continue
      }
      let live = try livePages(file, bytes)
      #expect(live.count > 4)
      // Headers and lists of nodes are at the start of pages, keys and records at their end.
      changes += (0..<800 / (files.count - 2)).map { round in
        let page = live.randomElement(using: &generator) ?? 0
        let within = [0..<64, 0..<4_096, 3_000..<4_096][round % 3]
        return (file, page * 4_096 + Int.random(in: within, using: &generator))
      }
    }
    #expect(changes.count >= 1_000 - files.count)
    var harmful = 0
    for (file, offset) in changes {
      var bytes = try #require(files[file])
      let old = bytes[offset]
      bytes[offset] ^= UInt8.random(in: 1...255, using: &generator)
      try write(bytes, to: file)
      if isHarmful() {
        harmful += 1
        #expect(
          try !verify(store).isSound, "\(file): byte \(offset) from \(old) to \(bytes[offset])")
      }
      try write(try #require(files[file]), to: file)
    }
    #expect(harmful > 500, "\(harmful) of \(changes.count) were harmful")
    #expect(try verify(store).findings == [])
  }
}
