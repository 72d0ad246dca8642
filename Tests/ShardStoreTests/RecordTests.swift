import Contract
import Foundation
import Imaging
import ShardStoreFixtures
import TestSupport
import Testing
import VideoCatalog

@testable import ShardStore

@Suite struct RecordTests {
  @Test func namesOfShards() throws {
    let name = try #require(ShardName(task: 7, number: 123))
    #expect(name.fileName == "shard-007-000123.mdb")
    #expect(ShardName(fileName: name.fileName) == name)
    for wrong in [
      "shard-07-000123.mdb", "shard-007-000123.mdb.new", "shard-0a7-000123.mdb",
      "shard-007_000123.mdb", "store.json", "",
    ] {
      #expect(ShardName(fileName: wrong) == nil, "\(wrong)")
    }
    #expect(ShardName(task: 1_000, number: 0) == nil)
    #expect(ShardName(task: 0, number: -1) == nil)
  }

  @Test func keysHaveOneReading() throws {
    let key = try SampleKey(video: "part_00/a b/\u{e9}.mp4", frame: 42, face: 7)
    #expect(key.description == "part_00/a b/\u{e9}.mp4/000042/07")
    #expect(SampleKey(bytes: key.bytes) == key)
    // A name that looks like a key itself.
    let nested = try SampleKey(video: "x/000001/00", frame: 2, face: 3)
    #expect(SampleKey(bytes: nested.bytes)?.video == "x/000001/00")
    for wrong in ["", "/000001/00", "x/00001/00", "x/000001/0", "x/00000a/00", "x/000001-00"] {
      #expect(SampleKey(bytes: Array(wrong.utf8)) == nil, "\(wrong)")
    }
    #expect(SampleKey(bytes: [0xFF] + Array("/000001/00".utf8)) == nil)
    // Names that are equal as Swift strings but have different bytes are two names.
    let composed = try SampleKey(video: "\u{e9}", frame: 0, face: 0)
    let decomposed = try SampleKey(video: "e\u{301}", frame: 0, face: 0)
    #expect(composed != decomposed)
  }

  @Test func boundsOfKeys() throws {
    let longest = String(repeating: "a", count: 501)
    #expect(try SampleKey(video: longest, frame: 999_999, face: 99).bytes.count == 511)
    expectError(.invalidVideo, "at most 501 bytes, got 502") {
      _ = try SampleKey(video: longest + "a", frame: 0, face: 0)
    }
    expectError(.invalidVideo, "empty") { _ = try SampleKey(video: "", frame: 0, face: 0) }
    expectError(.invalidVideo, "1000000") {
      _ = try SampleKey(video: "a", frame: 1_000_000, face: 0)
    }
    expectError(.invalidVideo, "100") { _ = try SampleKey(video: "a", frame: 0, face: 100) }
  }

  /// The very bytes, so that a change of the format can't go unnoticed.
  @Test func bytesOfASampleRecord() throws {
    let video = CatalogVideo(
      name: "a/b.mp4", path: "/a/b.mp4", label: .fake, group: "g", split: .train)
    let record = SampleRecord(
      video: video, frame: 3, timestampSeconds: 0.1000000004,
      box: .init(x: -0.0001, y: 2.00049, width: 3, height: 4),
      landmarks: (0..<5).map { .init(x: Double($0), y: 0.5) }, track: 1, score: 0.75,
      image: Array("123456789".utf8))
    let expected =
      #"{"box":{"height":4,"width":3,"x":0,"y":2},"crc32":3421780262,"frame":3,"group":"g","#
      + #""imageBytes":9,"label":"fake","landmarks":[[0,0.5],[1,0.5],[2,0.5],[3,0.5],[4,0.5]],"#
      + #""score":0.75,"split":"train","timestampSeconds":0.1,"track":1,"video":"a/b.mp4"}"#
    let bytes = try RecordCoding.encode(record, subject: "")
    #expect(String(decoding: bytes, as: UTF8.self) == expected)
    let back = try bytes.withUnsafeBytes {
      try RecordCoding.decode(SampleRecord.self, from: $0, subject: "")
    }
    #expect(back == record)
  }

  /// Unknown values aren't written: no landmarks, no time.
  @Test func bytesOfASampleRecordOfAWholePicture() throws {
    let video = CatalogVideo(name: "a", path: "/a", label: .real, group: "g", form: .frames)
    let record = SampleRecord(
      video: video, frame: 0, timestampSeconds: nil, box: .init(x: 0, y: 0, width: 3, height: 3),
      landmarks: nil, track: 0, score: 1, image: Array("123456789".utf8))
    let bytes = try RecordCoding.encode(record, subject: "")
    #expect(
      String(decoding: bytes, as: UTF8.self)
        == #"{"box":{"height":3,"width":3,"x":0,"y":0},"crc32":3421780262,"frame":0,"group":"g","#
        + #""imageBytes":9,"label":"real","score":1,"track":0,"video":"a"}"#)
  }

  /// The facts of a video's stream are read back; records of older software lack them.
  @Test func aVideoRecordWithAndWithoutItsStream() throws {
    let stream = StreamFacts(
      framesPerSecond: 29.97, bitsPerSecond: 248_872, pixelFormat: "yuv420p10le",
      transfer: "arib-std-b67", primaries: "bt2020", matrix: "bt2020nc", range: "tv",
      fieldOrder: "progressive", sampleAspectRatio: "16:11", isMirrored: true,
      treatment: ["mirrored"], remarks: ["a remark"])
    for known in [stream, StreamFacts(), nil] {
      let record = VideoRecord.done(
        SyntheticVideos.catalogVideo(1), images: 0, facts: VideoRecord.Facts(stream: known))
      let bytes = try RecordCoding.encode(record, subject: "")
      let text = String(decoding: bytes, as: UTF8.self)
      #expect(text.contains("\"stream\"") == (known != nil), "\(text)")
      let back = try bytes.withUnsafeBytes {
        try RecordCoding.decode(VideoRecord.self, from: $0, subject: "")
      }
      #expect(back == record && back.stream == known)
    }
  }

  /// A store goes on in the version of the recipe that it was begun with.
  @Test func aStoreNeverMixesTwoVersions() throws {
    try withTemporaryDirectory { folder in
      let current = ExtractionRecipe()
      #expect(try StoreDescription.recipe(current, goingOnIn: folder.path) == current)
      var older = current
      older.version = 1
      older.pixels = .version1
      try StoreDescription(recipe: older).establish(inStore: folder.path)
      #expect(try StoreDescription.recipe(current, goingOnIn: folder.path) == older)
      try StoreDescription(recipe: older).establish(inStore: folder.path)
      expectError(.descriptionMismatch, "pixels.colour: the store has \"asCoded\"") {
        try StoreDescription(recipe: current).establish(inStore: folder.path)
      }
    }
  }

  @Test func hostileRecordsAreErrors() {
    let deep = String(repeating: "[", count: 100_000)
    let long = String(repeating: " ", count: RecordCoding.maximumRecordBytes + 1)
    for text in ["", "{}", "null", "{\"label\":\"neither\"}", deep, long, "\u{0}"] {
      expectError(.damagedRecord, "here") {
        let bytes = Array(text.utf8)
        _ = try bytes.withUnsafeBytes {
          try RecordCoding.decode(SampleRecord.self, from: $0, subject: "here")
        }
      }
    }
  }

  @Test func descriptionsDifferByKey() {
    let store = StoreDescription(
      recipe: ExtractionRecipe(
        sampling: FrameSampling(framesPerVideo: 16), detector: DetectorIdentity(weights: "1-2-3")),
      dataset: "folders")
    let run = StoreDescription(
      recipe: ExtractionRecipe(
        detector: DetectorIdentity(weights: "1-2-4"), geometry: CropGeometry(alignment: .box)),
      dataset: "csv")
    #expect(
      store.differences(toRun: run) == [
        #"dataset: the store has "folders", this run has "csv""#,
        #"sampling.framesPerVideo: the store has "16", this run has "32""#,
        #"detection.weights: the store has "1-2-3", this run has "1-2-4""#,
        #"alignment.kind: the store has "landmarks", this run has "box""#,
      ])
    // A value that one of the two lacks is no difference.
    #expect(
      store.differences(
        toRun: StoreDescription(
          recipe: ExtractionRecipe(sampling: FrameSampling(framesPerVideo: 16)))
      ).isEmpty)
    #expect(store.differences(toRun: store).isEmpty)
  }
}
