import Contract
import Foundation
import Imaging
import ShardStore
import TestSupport
import Testing

/// Pictures, folders of frames and what is passed over, by the built executable.
@Suite(
  .serialized,
  .enabled(
    if: BuiltExecutable.hasWeights, "weights/ is missing; scripts/test or scripts/demo fetches it"))
struct PictureTests {
  private static let portrait = BuiltExecutable.portraits.path + "/astronaut.png"

  private func portrait() throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: Self.portrait))
  }

  /// A picture of somebody else: equal ones under both labels would be a contradiction.
  private func otherPortrait() throws -> Data {
    try Data(contentsOf: BuiltExecutable.portraits.appendingPathComponent("biden.jpg"))
  }

  private func report(_ store: String) throws -> [String: Any] {
    let data = try Data(contentsOf: URL(fileURLWithPath: store + "/extraction-report.json"))
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  /// Pictures and folders of frames beside what is broken and what is no video. Only what failed or
  /// fell short makes the exit code 2.
  @Test func picturesAndFramesBecomeAStore() throws {
    try withTemporaryDirectory { folder in
      let picture = try portrait()
      try folder.write(picture, to: "in/real/a.PNG")
      try folder.write(otherPortrait(), to: "in/fake/b.jpg")
      for number in [1, 2, 5] { try folder.write(picture, to: "in/fake/anna/\(number).png") }
      try folder.write("where these came from", to: "in/fake/anna/readme.txt")
      try folder.write("[]", to: "in/fake/landmarks.npy")
      try folder.write("", to: "in/.hidden")
      #expect(mkfifo(folder.path(of: "in/real/a.mp4"), 0o600) == 0)
      let store = folder.path(of: "store")
      func extract(_ set: [String] = []) throws -> BuiltExecutable.Outcome {
        try BuiltExecutable.extract(
          "pictures", input: folder.path(of: "in"), store: store,
          set: ["label=null", "sampling.framesPerVideo=3", "sampling.framesPerSecond=25"] + set)
      }
      let outcome = try extract()
      #expect(outcome.status == 0, "\(outcome.output) \(outcome.errors)")
      for line in [
        "Of these videos: 2 pictures, 1 folder of frames",
        "1 folder of numbered pictures (3 in all), each taken for the frames of one video: fake/anna",
        "Passed over: 1 .npy, 1 .txt, 1 hidden, 1 FIFO",
      ] {
        #expect(outcome.output.contains(line), "\(line) in \(outcome.output)")
      }
      let content = try StoreContent(store)
      #expect(
        content.videos.mapValues(\.images) == ["real/a.PNG": 1, "fake/b.jpg": 1, "fake/anna": 3])
      #expect(
        content.samples.keys.sorted() == [
          "fake/anna/000000/00", "fake/anna/000001/00", "fake/anna/000002/00",
          "fake/b.jpg/000000/00", "real/a.PNG/000000/00",
        ])
      #expect(content.samples["fake/anna/000002/00"]?.timestampSeconds == 0.16)
      #expect(content.videos["real/a.PNG"]?.notes == [])
      let counts = try #require(try report(store)["passedOver"] as? [[String: Any]])
      #expect(counts.compactMap { $0["fileExtension"] as? String } == ["npy", "txt"])
      #expect(counts.compactMap { $0["kind"] as? String } == ["file", "file", "hidden", "fifo"])

      // Broken pictures are recorded and make the exit code 2.
      try folder.write(Data(), to: "in/real/empty.jpg")
      try folder.write(Data(picture.prefix(30)), to: "in/real/cut.png")
      try folder.write(
        Data("RIFF\u{16}\0\0\0WEBPVP8X\u{0A}\0\0\0\u{02}\0\0\0\u{5F}\0\0\u{3F}\0\0".utf8),
        to: "in/real/moving.webp")
      let broken = try extract()
      #expect(broken.status == 2, "\(broken.output) \(broken.errors)")
      let videos = try StoreContent(store).videos
      #expect(videos["real/empty.jpg"]?.reason == "the file is empty (0 bytes)")
      #expect(videos["real/cut.png"]?.state == .failed)
      #expect(videos["real/moving.webp"]?.reason?.hasPrefix("an animated WebP file") == true)
      #expect(try BuiltExecutable.run(["verify", store]).status == 0)
    }
  }

  /// What the settings leave out is shown and is no problem of the run; the advice in the note works.
  @Test func whatIsLeftOutOnRequestIsNoProblem() throws {
    try withTemporaryDirectory { folder in
      let picture = try portrait()
      for name in ["real/x/1.png", "real/x/2.png", "unknown/z.png"] {
        try folder.write(picture, to: "in/" + name)
      }
      try folder.write(otherPortrait(), to: "in/fake/y.jpg")
      let store = folder.path(of: "store")
      let input = folder.path(of: "in")
      let refused = try BuiltExecutable.extract(
        "folders", input: input, store: store)
      #expect(refused.status == 1 && refused.errors.contains("without a label"))
      let outcome = try BuiltExecutable.extract(
        "folders", input: input, store: store, set: ["unlabelled=skip"])
      // The folder of frames has two of 32 frames: that is short.
      #expect(outcome.status == 2, "\(outcome.output)")
      #expect(outcome.output.contains("Incomplete (1)"))
      #expect(outcome.output.contains("Passed over, without a label (1):\n  unknown/z.png"))
      #expect(outcome.output.contains("--set numberedPictures=single"))
      let unlabelled = try #require(try report(store)["unlabelled"] as? [[String: Any]])
      #expect(unlabelled.compactMap { $0["name"] as? String } == ["unknown/z.png"])
      #expect((try report(store)["skipped"] as? [Any])?.isEmpty == true)
      let single = try BuiltExecutable.extract(
        "folders", input: input, store: folder.path(of: "single"),
        set: ["unlabelled=skip", "numberedPictures=single"])
      #expect(single.status == 0, "\(single.output) \(single.errors)")
      #expect(
        try StoreContent(folder.path(of: "single")).videos.keys.sorted()
          == ["fake/y.jpg", "real/x/1.png", "real/x/2.png"])
    }
  }

  /// A table mixes pictures, frames and clips in one store; FIFOs and sockets that it names are
  /// skipped and never opened.
  @Test func aTableMixesForms() throws {
    try withTemporaryDirectory { folder in
      let picture = try portrait()
      for name in ["p.png", "f/0.png", "f/1.png"] { try folder.write(picture, to: name) }
      #expect(mkfifo(folder.path(of: "pipe.mp4"), 0o600) == 0)
      let clip = SampleClips.folder + "/fake"
      let name = try #require(
        try FileManager.default.subpathsOfDirectory(atPath: clip).first { $0.hasSuffix(".mp4") })
      try folder.write(
        "path,label\np.png,real\nf,fake\n\(clip)/\(name),fake\npipe.mp4,real\n", to: "list.csv")
      let store = folder.path(of: "store")
      let outcome = try BuiltExecutable.extract(
        "pictures", input: folder.path(of: "list.csv"), store: store,
        set: ["dataset=csv", "label=null", "sampling.framesPerVideo=2"])
      #expect(outcome.status == 2, "\(outcome.output) \(outcome.errors)")
      #expect(outcome.output.contains("pipe.mp4: line 5: a FIFO, not a regular file"))
      let content = try StoreContent(store)
      #expect(content.videos.count == 3 && content.videos.values.allSatisfy { $0.images > 0 })
      #expect(content.samples["f/000001/00"] != nil)
      #expect(content.samples["f/000001/00"]?.timestampSeconds == nil)
      #expect(try BuiltExecutable.run(["verify", store]).status == 0)
    }
  }

  /// Faces that are crops already need no detector: its weights are not even looked for. What reads
  /// the store afterwards copes.
  @Test func croppedFacesNeedNoDetector() throws {
    try withTemporaryDirectory { folder in
      let encoder = try JPEGEncoder(quality: 95)
      for number in 0..<16 {
        let shade = UInt8(number * 15)
        let picture = PixelBuffer(
          width: 80, height: 96, red: shade, green: 255 - shade, blue: UInt8(number * number))
        let name = number.isMultiple(of: 2) ? "real/a\(number).jpg" : "fake/b\(number).jpg"
        try folder.write(Data(try encoder.encode(picture)), to: "in/" + name)
      }
      let store = folder.path(of: "store")
      let set = [
        "label=null", "alignment.kind=none", "alignment.size=64",
        "detection.weights=/no/such/folder",
      ]
      let outcome = try BuiltExecutable.extract(
        "pictures", input: folder.path(of: "in"), store: store, set: set)
      #expect(outcome.status == 0, "\(outcome.output) \(outcome.errors)")
      let content = try StoreContent(store)
      #expect(content.samples.count == 16)
      #expect(content.samples.values.allSatisfy { $0.landmarks == nil })
      for file in content.images.values {
        let size = try JPEG.size(of: file)
        #expect(size.width == 64 && size.height == 64)
      }
      #expect(try BuiltExecutable.run(["verify", store]).status == 0)
      let sheet = folder.path(of: "sheet.jpg")
      let inspected = try BuiltExecutable.run(["inspect", store, "--contact-sheet", sheet])
      #expect(inspected.status == 0, "\(inspected.errors)")
      #expect(inspected.output.contains("Crops: 64x64 pixels, whole pictures"))
      let tried = try BuiltExecutable.run(
        [
          "train", "pipelines/pictures.yaml", "--store", store, "--run", folder.path(of: "run"),
          "--dry-run", "--set", "network.width=16", "--set", "batchSize=4",
        ], program: TrainingRun.trainer)
      #expect(tried.status == 0, "\(tried.output) \(tried.errors)")
      let other = try BuiltExecutable.extract(
        "pictures", input: folder.path(of: "in"), store: store, set: ["label=null"])
      #expect(other.status == 1)
      #expect(
        other.errors.contains(#"alignment.kind: the store has "none", this run has "landmarks""#),
        "\(other.errors)")
    }
  }

  /// Portraits of one label in folders, with the pipeline as it is.
  @Test(.enabled(if: SharedData.isPresent, "needs ../shared/data"))
  func portraitsHaveFaces() throws {
    let portraits = try #require(SharedData.url).appendingPathComponent("portraits").path
    try withTemporaryDirectory { folder in
      let store = folder.path(of: "store")
      let outcome = try BuiltExecutable.extract("pictures", input: portraits, store: store)
      #expect([0, 2].contains(outcome.status), "\(outcome.output) \(outcome.errors)")
      let videos = try StoreContent(store).videos
      #expect(videos.count == 536)
      let withFace = videos.values.reduce(0) { $0 + $1.framesWithFace }
      #expect(Double(withFace) >= 0.99 * 536, "\(withFace) of 536")
      #expect(try BuiltExecutable.run(["verify", store]).status == 0)
    }
  }
}
