import Foundation
import ShardStoreFixtures
import Synchronization
import TestSupport
import Testing

@testable import ShardStore

@Suite struct DamageTests {
  private let store: TemporaryFolder
  private let shard: String

  /// One shard of ten videos: long images on pages of their own, short ones within leaves.
  init() throws {
    store = try TemporaryFolder()
    shard = store.path + "/shard-000-000000.mdb"
    let writer = try openWriter(store)
    for index in 0..<10 {
      try writer.append(
        SyntheticVideos.extraction(index, imageBytes: index.isMultiple(of: 2) ? 9_000 : 900))
    }
    try writer.append(.failed(SyntheticVideos.catalogVideo(10), reason: "broken"))
    writer.close()
  }

  private func content() throws -> Data { try Data(contentsOf: URL(fileURLWithPath: shard)) }

  private func replace(_ content: Data) throws {
    try content.write(to: URL(fileURLWithPath: shard))
  }

  /// Everywhere: LMDB keeps outdated copies of pages in the file.
  private func replaceAll(_ old: [UInt8], with new: [UInt8]) throws {
    try #require(old != new && old.count == new.count)
    var bytes = try content()
    var start = bytes.startIndex
    while let range = bytes.range(of: Data(old), in: start..<bytes.endIndex) {
      bytes.replaceSubrange(range, with: new)
      start = range.upperBound
    }
    try #require(start != bytes.startIndex)
    try replace(bytes)
  }

  @Test(arguments: [4, 5])
  func aFlippedBitOfAnImageIsNamed(video: Int) throws {
    let sample = SyntheticVideos.extraction(video, imageBytes: video == 4 ? 9_000 : 900).samples[1]
    var changed = sample.image
    changed[500] ^= 0x10
    try replaceAll(sample.image, with: changed)
    let key = try SampleKey(
      video: sample.record.video, frame: sample.record.frame, face: sample.face)
    let findings = try verify(store).findings
    #expect(findings.count == 1)
    #expect(findings.first?.problem == .imageChecksum)
    #expect(findings.first?.shard == "shard-000-000000.mdb")
    #expect(findings.first?.key == key.description)
    #expect(findings.first?.expected == "CRC-32 \(sample.record.crc32)")
    let reader = try ShardReader(directory: store.path)
    let stored = try #require(reader.samples().first { $0.key == key })
    expectError(.damagedRecord, "shard-000-000000.mdb", key.description, "CRC-32") {
      _ = try reader.image(of: stored)
    }
  }

  @Test func aChangedRecordIsNamed() throws {
    let record = SyntheticVideos.extraction(4, imageBytes: 9_000).samples[1].record
    let json = try String(
      decoding: RecordCoding.encode(record, subject: ""), as: UTF8.self)
    let changed = json.replacingOccurrences(of: "\"track\":1", with: "\"track\":3")
    try replaceAll(Array(json.utf8), with: Array(changed.utf8))
    let findings = try verify(store).findings
    #expect(findings.map(\.problem) == [.sampleChecksum])
    #expect(findings.first?.key == record.video)
  }

  @Test func everyMissingPieceIsFound() throws {
    typealias Change =
      (borrowing Transaction, Environment.Handles) throws(ShardStoreError) -> Void
    func change(_ body: Change) throws {
      try EnvironmentUse(shard, mode: .write).write(body)
    }
    func samples(_ video: Int) throws -> [SampleKey] {
      try SyntheticVideos.extraction(video).samples.map {
        try SampleKey(video: $0.record.video, frame: $0.record.frame, face: $0.face)
      }
    }
    let keys = try (0..<10).map(samples)
    try change { transaction, databases throws(ShardStoreError) in
      try transaction.remove(keys[0][1].bytes, from: databases.images)
      try transaction.remove(keys[1][2].bytes, from: databases.samples)
      try transaction.remove(Array(keys[2][0].video.utf8), from: databases.videos)
      try transaction.put(keys[3][0].bytes, Array("{}".utf8), in: databases.samples)
      try transaction.put(Array("no key".utf8), Array("{}".utf8), in: databases.samples)
      try transaction.put(Array("x".utf8), Array("[]".utf8), in: databases.videos)
      try transaction.put(keys[4][0].bytes, [0xFF, 0xD8], in: databases.images)
    }
    let findings = try verify(store).findings
    func has(_ problem: StoreFinding.Problem, _ key: String) -> Bool {
      findings.contains { $0.problem == problem && $0.key == key }
    }
    #expect(has(.imageMissing, keys[0][1].description))
    #expect(has(.sampleMissing, keys[1][2].description))
    #expect(has(.imageCount, keys[1][0].video))
    #expect(has(.sampleChecksum, keys[1][0].video))
    #expect(has(.videoMissing, keys[2][0].video))
    #expect(has(.record, keys[3][0].description))
    #expect(has(.imageCount, keys[3][0].video))
    #expect(has(.key, "no key"))
    #expect(has(.record, "x"))
    #expect(has(.imageLength, keys[4][0].description))
    #expect(findings.allSatisfy { $0.shard == "shard-000-000000.mdb" })
  }

  @Test func imagesOfAnotherSizeAreFound() throws {
    let verifier = StoreVerifier(directory: store.path) { _ in (width: 16, height: 17) }
    let findings = try verifier.verify().findings
    #expect(findings.count == 30)
    #expect(findings.allSatisfy { $0.problem == .imageSize && $0.got == "16 x 17" })
    let none = StoreVerifier(directory: store.path) { _ in nil }
    #expect(try none.verify().findings.first?.got == "no decodable image")
  }

  @Test func aTruncatedShardIsAnError() throws {
    let whole = try content()
    for length in [1, 100, 4_096, 8_191, 8_192, 50_000, whole.count - 4_096, whole.count - 1] {
      try replace(whole.prefix(length))
      expectError(.damagedShard, "shard-000-000000.mdb") {
        _ = try ShardReader(directory: store.path)
      }
      let findings = try verify(store).findings
      #expect(findings.map(\.problem) == [.shard], "\(length) bytes")
      #expect(findings.first?.got.contains("bytes") == true)
    }
    try replace(whole.prefix(50_000))
    expectError(.damagedShard, "expected \(whole.count) bytes, got 50000") {
      _ = try openWriter(store)
    }
  }

  @Test func garbageIsAnError() throws {
    var generator = SplitMix64(state: 3)
    try replace(Data((0..<20_000).map { _ in UInt8(truncatingIfNeeded: generator.next()) }))
    expectError(.damagedShard, "no LMDB file") { _ = try ShardReader(directory: store.path) }
    expectError(.damagedShard, "no LMDB file") { _ = try openWriter(store) }
    #expect(try verify(store).findings.map(\.problem) == [.shard])
    // LMDB's own refusal gives the same error.
    expectError(.damagedShard, "mdb_env_open: MDB_INVALID") {
      _ = try Environment(path: shard, mode: .read, mapBytes: nil)
    }
  }

  /// Whatever bytes are damaged, the check ends with findings or without, but it ends.
  @Test func randomDamageNeverEndsTheProcess() throws {
    let whole = try content()
    var generator = SplitMix64(state: 2)
    var found = 0
    for round in 0..<400 {
      var bytes = whole
      let pages = whole.count / 4_096
      for _ in 0..<Int.random(in: 1...6, using: &generator) {
        // Headers and node lists are at the start of pages: damage those more often.
        let page = Int.random(in: 0..<pages, using: &generator)
        let within = round.isMultiple(of: 2) ? 0..<96 : 0..<4_096
        let offset = page * 4_096 + Int.random(in: within, using: &generator)
        bytes[offset] = UInt8.random(in: 0...255, using: &generator)
      }
      try replace(bytes)
      if try !verify(store).isSound { found += 1 }
      // Readers and writers end with what they find, or with an error, too.
      do {
        let reader = try ShardReader(directory: store.path)
        for sample in try reader.samples() { _ = try reader.image(of: sample) }
      } catch {}
      do { try openWriter(store).close() } catch {}
    }
    #expect(found > 200, "\(found) of 400 found")
  }

  @Test func progressAndCancellation() throws {
    let calls = Mutex<[StoreVerifier.Progress]>([])
    let verifier = StoreVerifier(
      directory: store.path, imageSize: SyntheticVideos.imageSize,
      progress: { step in calls.withLock { $0.append(step) } })
    _ = try verifier.verify()
    let last = try #require(calls.withLock { $0.last })
    #expect(last.recordsChecked == 30 + 30 + 11)
    #expect(last.records == 71)
    let cancelled = StoreVerifier(
      directory: store.path, imageSize: SyntheticVideos.imageSize, isCancelled: { true })
    expectError(.cancelled) { _ = try cancelled.verify() }
  }

  @Test func aChildsResultIsJoined() throws {
    let verifier = StoreVerifier(directory: store.path, imageSize: SyntheticVideos.imageSize)
    let name = try #require(ShardName.all(inStore: store.path).first)
    let json = try JSONEncoder().encode(try verifier.verifyShard(name))
    let handedBack = try JSONDecoder().decode(ShardVerification.self, from: json)
    #expect(try verifier.combine([handedBack]) == verifier.verify())
    #expect(try verifier.combine([]).findings.map(\.problem) == [.shard])
    let crashed = ShardVerification(shard: name, failedCheck: "the process ended with signal 7")
    #expect(try verifier.combine([crashed]).isSound == false)
  }
}
