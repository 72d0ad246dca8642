import Contract
import Foundation
import Imaging
import ShardStore
import ShardStoreFixtures
import TestSupport
import Testing

/// Stores that are damaged or lost something, as a user meets them: every command says so, and what the
/// messages say to do works.
@Suite(.serialized) struct StoreDamageTests {
  /// Twelve pictures that need no detector, in two parts of a store.
  private struct Example {
    let folder: TemporaryDirectory
    var input: String { folder.path(of: "in") }
    var store: String { folder.path(of: "store") }

    init(_ folder: TemporaryDirectory) throws {
      self.folder = folder
      for number in 0..<12 {
        try writePicture(number, to: "in/\(number % 2 == 0 ? "real" : "fake")/\(number).jpg")
      }
      for part in ["1/2", "2/2"] {
        let outcome = try run(["--part", part])
        try #require(outcome.status == 0, "\(outcome.output) \(outcome.errors)")
      }
      try #require(try shards().count == 2)
    }

    func writePicture(_ number: Int, to path: String) throws {
      let picture = TrainingStore.draw(
        TrainingStore.Plan(sizePixels: 48), group: number, frame: 0, isMarked: false)
      try folder.write(Data(try JPEGEncoder(quality: 90).encode(picture)), to: path)
    }

    func run(_ flags: [String] = [], set: [String] = []) throws -> BuiltExecutable.Outcome {
      try BuiltExecutable.extract(
        "pictures", input: input, store: store,
        set: ["label=null", "alignment.kind=none", "alignment.size=32"] + set, flags: flags)
    }

    func shards() throws -> [String] {
      try ShardName.all(inStore: store).map { store + "/" + $0.fileName }
    }

    func verify() throws -> BuiltExecutable.Outcome { try BuiltExecutable.run(["verify", store]) }
  }

  private func content(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  private func write(_ bytes: [UInt8], to path: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }

  /// What is lost, with the name of the file that every command must say.
  @Test(arguments: ["missing", "empty", "rolled back", "duplicated", "foreign", "manifest"])
  func everyCommandSaysWhatIsLost(_ loss: String) throws {
    try withTemporaryDirectory { folder in
      let example = try Example(folder)
      let before = try StoreContent(example.store)
      let shards = try example.shards()
      var named = shards[1]
      switch loss {
      case "missing":
        try FileManager.default.removeItem(atPath: named)
      case "empty":
        try write([], to: named)
      case "rolled back":
        let older = try content(named)
        try example.writePicture(50, to: "in/real/50.jpg")
        try example.writePicture(51, to: "in/fake/51.jpg")
        try example.writePicture(52, to: "in/fake/52.jpg")
        for part in ["1/2", "2/2"] { #expect(try example.run(["--part", part]).status == 0) }
        try #require(try content(named) != older)
        try write(older, to: named)
        for name in ["real/50", "fake/51", "fake/52"] { try folder.remove("in/\(name).jpg") }
      case "duplicated":
        named = example.store + "/shard-000-000001.mdb"
        try write(try content(shards[0]), to: named)
      case "foreign":
        let other = folder.path(of: "other")
        try TrainingStore.make(other)
        try write(try content(other + "/shard-000-000000.mdb"), to: named)
      default:
        named = example.store + "/task-001.json"
        try FileManager.default.removeItem(atPath: named)
      }
      let name = URL(fileURLWithPath: named).lastPathComponent
      let commands = [
        try example.verify(),
        try BuiltExecutable.run(["inspect", example.store]),
        try example.run(),
        try TrainingRun.command([
          "train", "pipelines/pictures.yaml", "--store", example.store, "--run",
          folder.path(of: "run"), "--dry-run",
        ]),
        try TrainingRun.command([
          "evaluate", "--model", Version1.model, "--store", example.store, "--split", "all",
        ]),
      ]
      for outcome in commands {
        #expect(outcome.status == 1, "\(outcome.output) \(outcome.errors)")
        #expect((outcome.output + outcome.errors).contains(name), "\(outcome)")
        #expect((outcome.output + outcome.errors).contains("--redo-damaged"), "\(outcome)")
      }
      let redone = try example.run(["--redo-damaged"])
      #expect(redone.status == 0, "\(redone.output) \(redone.errors)")
      #expect(redone.output.contains("Damaged or lost:") && redone.output.contains(name))
      let sound = try example.verify()
      #expect(sound.status == 0, "\(sound.output)")
      let after = try StoreContent(example.store)
      for (name, record) in before.videos { #expect(after.videos[name] == record) }
      for (key, record) in before.samples { #expect(after.samples[key] == record) }
      for (key, image) in before.images { #expect(after.images[key] == image) }
      let again = try example.run(["--redo-damaged"])
      #expect(again.status == 0 && again.output.contains("The store is sound"), "\(again.output)")
    }
  }

  /// A picture of a store that has everything: the next run says so, and the one after redoes it.
  @Test func aDamagedPictureOfAFinishedStoreIsFoundAndRedone() throws {
    try withTemporaryDirectory { folder in
      let example = try Example(folder)
      let before = try StoreContent(example.store)
      let finished = try example.run()
      #expect(finished.status == 0, "\(finished.errors)")
      let (key, image) = try #require(before.images.min { $0.key < $1.key })
      for shard in try example.shards() {
        var bytes = try content(shard)
        while let range = bytes.firstRange(of: image) { bytes[range.lowerBound + 300] ^= 0x10 }
        try write(bytes, to: shard)
      }
      let told = try example.run()
      #expect(told.status == 1, "\(told.output)")
      #expect(told.errors.contains(key) && told.errors.contains("--redo-damaged"), "\(told.errors)")
      // A part repairs its own task only.
      let parts = try ["1/2", "2/2"].map { try example.run(["--part", $0, "--redo-damaged"]) }
      #expect(parts.allSatisfy { $0.status == 0 }, "\(parts)")
      let line = "Taken out of the store: 1 damaged video"
      #expect(parts.filter { $0.output.contains(line) }.count == 1)
      #expect(try example.verify().status == 0)
      #expect(try StoreContent(example.store) == before)
    }
  }

  /// What is damaged and can't be extracted again is not passed over in silence.
  @Test func aDamagedVideoThatTheDataSetLacksIsListed() throws {
    try withTemporaryDirectory { folder in
      let example = try Example(folder)
      let content = try StoreContent(example.store)
      let (key, image) = try #require(content.images.min { $0.key < $1.key })
      let name = String(key.dropLast("/000000/00".count))
      try folder.remove("in/" + name)
      let noted = try example.run()
      #expect(noted.status == 0, "\(noted.errors)")
      #expect(
        noted.output.contains(
          "the store holds 1 video that this data set doesn't have, such as \(name)"),
        "\(noted.output)")
      for shard in try example.shards() {
        var bytes = try self.content(shard)
        while let range = bytes.firstRange(of: image) { bytes[range.lowerBound + 300] ^= 0x10 }
        try write(bytes, to: shard)
      }
      let redone = try example.run(["--redo-damaged"])
      #expect(redone.status == 2, "\(redone.output) \(redone.errors)")
      #expect(redone.output.contains("\(name): it was damaged and was taken out of the store"))
      #expect(try example.verify().status == 0)
    }
  }

  /// Another data set with files of the same names is not the one that the store was made from.
  @Test func otherFilesOfTheSameNamesAreNoticed() throws {
    try withTemporaryDirectory { folder in
      let example = try Example(folder)
      try example.writePicture(77, to: "in/real/0.jpg")
      let outcome = try example.run()
      #expect(outcome.status == 2, "\(outcome.output) \(outcome.errors)")
      #expect(
        outcome.output.contains(
          "Other files than the store was made from; extract them into a new store (1):"),
        "\(outcome.output)")
      #expect(outcome.output.contains("real/0.jpg: the store has the crops of a file of "))
      try FileManager.default.moveItem(atPath: example.store, toPath: folder.path(of: "old"))
      #expect(try example.run().status == 0)
    }
  }

  /// How files become videos is equal for all runs of a store.
  @Test(arguments: ["numberedPictures=single", "sampling.framesPerSecond=30"])
  func anotherReadingIsRefused(_ setting: String) throws {
    try withTemporaryDirectory { folder in
      let example = try Example(folder)
      let refused = try example.run(set: [setting])
      #expect(refused.status == 1)
      let key = try #require(setting.split(separator: "=").first)
      #expect(refused.errors.contains("\(key): the store has "), "\(refused.errors)")
      #expect(try example.run().status == 0)
    }
  }

  /// What version 2 and 1 don't record can't be told, and they go on as they were begun.
  @Test func olderStoresCannotTell() throws {
    try withTemporaryDirectory { folder in
      for version in [1, 2] {
        let store = folder.path(of: "store-\(version)")
        try FileManager.default.copyItem(
          atPath: BuiltExecutable.packageFolder.path + "/Tests/Fixtures/versions/\(version)/store",
          toPath: store)
        for command in ["verify", "inspect"] {
          let outcome = try BuiltExecutable.run([command, store])
          #expect(outcome.status == 0, "\(outcome.output) \(outcome.errors)")
          #expect(
            outcome.output.contains("Cannot tell whether shards are missing"), "\(outcome.output)")
        }
        let shard = store + "/shard-000-000000.mdb"
        let whole = try content(shard)
        try write([], to: shard)
        #expect(try BuiltExecutable.run(["verify", store]).status == 1)
        // One letter of a key: without a checksum, only the spelling tells.
        let record = Array("\"framesSampled\"".utf8)
        var bytes = whole
        while let range = bytes.firstRange(of: record) { bytes[range.lowerBound + 3] ^= 1 }
        try #require(bytes != whole)
        try write(bytes, to: shard)
        #expect(try BuiltExecutable.run(["verify", store]).status == 1)
      }
    }
  }
}
