import Contract
import TestSupport
import Testing

@testable import VideoCatalog

/// FaceForensics++ without `original_sequences`, as mirrors lay it out, and as extracted frames.
@Suite struct FaceForensicsLayoutTests {
  private static let files = [
    "DeepFakeDetection/01_02__exit_phone_room__YVGY8LOK.mp4", "Deepfakes/000_003.mp4",
    "Face2Face/003_000.mp4", "FaceShifter/000_003.mp4", "FaceSwap/183_253.mp4",
    "NeuralTextures/000_003.mp4", "original/000.mp4", "original/003.mp4", "original/183.mp4",
  ]

  private func expectTheMirror(_ catalog: VideoCatalog, prefix: String = "") {
    #expect(catalog.names == Self.files.map { prefix + $0 })
    #expect(
      catalog.videos.map(\.label) == Array(repeating: .fake, count: 6) + [.real, .real, .real])
    #expect(
      catalog.videos.map(\.method) == [
        "DeepFakeDetection", "Deepfakes", "Face2Face", "FaceShifter", "FaceSwap", "NeuralTextures",
        nil, nil, nil,
      ])
    #expect(
      catalog.videos.map(\.group) == [
        "faceforensics:actor/01", "faceforensics:youtube/000", "faceforensics:youtube/000",
        "faceforensics:youtube/000", "faceforensics:youtube/183", "faceforensics:youtube/000",
        "faceforensics:youtube/000", "faceforensics:youtube/000", "faceforensics:youtube/183",
      ])
  }

  /// The mirror of Kaggle, by both kinds, at the top and one level below.
  @Test(arguments: [CatalogKind.faceforensics, .folders], ["", "FaceForensics++_C23/"])
  func readsTheMirrorOfKaggle(kind: CatalogKind, prefix: String) throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(Self.files.map { prefix + $0 })
      try folder.write(
        ",File Path,Label\n0,Deepfakes/000_003.mp4,FAKE\n", to: prefix + "csv/FF++_Metadata.csv")
      expectTheMirror(try folder.load(kind), prefix: prefix)
    }
  }

  /// The compression is in the name of the folder.
  @Test func takesTheCompressionFromTheInputsName() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(Self.files.map { "FaceForensics++_C23/" + $0 })
      let catalog = try VideoCatalog.load(
        kind: .faceforensics, input: folder.path(of: "FaceForensics++_C23"))
      expectTheMirror(catalog)
      #expect(Set(catalog.videos.map(\.compression)) == ["c23"])
    }
  }

  /// Its table lies in a folder of its own: the advice leads to the videos.
  @Test func readsItsTable() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(Self.files)
      let labels = Self.files.map { $0.hasPrefix("original") ? "REAL" : "FAKE" }
      try folder.write(
        ",File Path,Label,Frame Count,Width,Height,Codec,File Size(MB)\n"
          + zip(Self.files, labels).enumerated().map {
            "\($0.offset),\($0.element.0),\($0.element.1),75,640,480,h264,0.1\n"
          }.joined(), to: "csv/FF++_Metadata.csv")
      let input = folder.path(of: "csv/FF++_Metadata.csv")
      expectError(.empty, "--set \"csv.folder='\(folder.path)'\"") {
        _ = try VideoCatalog.load(kind: .csv, input: input)
      }
      let catalog = try VideoCatalog.load(
        kind: .csv, input: input,
        options: CatalogOptions(csv: CSVSettings(folder: folder.path)))
      #expect(catalog.names == Self.files)
      #expect(catalog["original/000.mp4"]?.group == catalog["Face2Face/003_000.mp4"]?.group)
    }
  }

  @Test func filtersTheMirror() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(Self.files + ["original/01__exit_phone_room.mp4"])
      let actors = try folder.load(.faceforensics, CatalogOptions(methods: ["deepfakedetection"]))
      #expect(actors.names == [Self.files[0], "original/01__exit_phone_room.mp4"])
      let swaps = try folder.load(.faceforensics, CatalogOptions(methods: ["FaceSwap"]))
      #expect(swaps.names == ["FaceSwap/183_253.mp4"] + Self.files.suffix(3))
      expectError(.invalidOption, "methods", "NeuralTextures", "got Swap") {
        _ = try folder.load(.faceforensics, CatalogOptions(methods: ["Swap"]))
      }
      expectError(.invalidOption, "compressions", "got c23") {
        _ = try folder.load(.faceforensics, CatalogOptions(compressions: ["c23"]))
      }
    }
  }

  /// Actors' originals in a folder of their own, or among the others.
  @Test func readsTheActors() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles([
        "DeepFakeDetection/videos/01_02__meeting_serious__AB12CD34.mp4",
        "DeepFakeDetection_original/01__meeting_serious.mp4", "original/000.mp4",
        "Deepfakes/000_003.mp4",
      ])
      for kind in [CatalogKind.faceforensics, .folders] {
        let catalog = try folder.load(kind)
        #expect(catalog.videos.map(\.label) == [.fake, .real, .fake, .real])
        #expect(
          catalog.videos.map(\.group) == [
            "faceforensics:actor/01", "faceforensics:actor/01", "faceforensics:youtube/000",
            "faceforensics:youtube/000",
          ])
      }
    }
  }

  /// DeepFakeDetection alone, as its mirror names the folders.
  @Test func readsDeepFakeDetectionAlone() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles([
        "DFD_original sequences/01__exit_phone_room.mp4",
        "DFD_original sequences/02__exit_phone_room.mp4",
        "DFD_manipulated_sequences/DFD_manipulated_sequences/01_02__exit_phone_room__YVGY8LOK.mp4",
        "DFD_original sequences/03__exit_phone_room.mp4",
      ])
      let catalog = try folder.load(.folders)
      #expect(catalog.videos.map(\.label) == [.fake, .real, .real, .real])
      #expect(Set(catalog.videos.map(\.group)).count == 2)
    }
  }

  /// For extracted frames, the folder is the video; the numbers of frames are no identities.
  @Test(arguments: [CatalogKind.faceforensics, .folders])
  func readsFrames(kind: CatalogKind) throws {
    try withTemporaryDirectory { folder in
      let files = [
        "manipulated_sequences/Deepfakes/c23/frames/000_003/005.mpeg",
        "manipulated_sequences/Deepfakes/c23/frames/010_011/005.mpeg",
        "original_sequences/youtube/c23/frames/000/005.mpeg",
        "original_sequences/youtube/c23/frames/003/010.mpeg",
      ]
      try folder.makeFiles(files)
      let catalog = try folder.load(kind)
      #expect(catalog.names == files)
      #expect(catalog.partition == [[files[0], files[2], files[3]], [files[1]]])
      #expect(catalog.videos.map(\.method) == ["Deepfakes", "Deepfakes", nil, nil])
    }
  }

  /// The official split, in the layout of the mirrors as well.
  @Test func takesTheOfficialSplit() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(Self.files)
      try folder.write(#"[["000", "003"]]"#, to: "train.json")
      try folder.write(#"[["183", "253"]]"#, to: "test.json")
      let catalog = try folder.load(.faceforensics)
      #expect(catalog["Face2Face/003_000.mp4"]?.split == .train)
      #expect(catalog["FaceSwap/183_253.mp4"]?.split == .test)
      #expect(catalog["original/183.mp4"]?.split == .test)
      #expect(catalog.videos[0].split == nil)
    }
  }

  @Test func neverLabelsWhatIsInNoMethod() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(Self.files + ["extra/a.mp4"])
      expectError(.unlabelled, "extra/a.mp4") { _ = try folder.load(.faceforensics) }
    }
  }

  /// A picture's name has the name of its video and the number of its frame.
  @Test(arguments: [
    ("000_003_12.png", VideoLabel.fake, "000_003"), ("000_12.png", .real, "000"),
    ("000.jpg", .real, "000"), ("000_003.png", .fake, "000_003"), ("000_003.png", .real, "000"),
    ("000_003_frame7.JPG", .fake, "000_003"), ("abc_12.png", .real, "abc_12"),
    ("000_12.mp4", .real, "000_12"),
  ])
  func picturesAreFrames(file: String, label: VideoLabel, name: String) {
    #expect(FaceForensicsReader.withoutFrame(file, label: label) == name)
  }

  /// Folders between that say nothing are no identities, and masks are no fakes.
  @Test func foldersBetweenSayNothing() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles([
        "original/part1/000.mp4", "original/part1/010.mp4", "Deepfakes/part1/000_003.mp4",
        "Deepfakes/masks/000_003.mp4",
      ])
      let catalog = try folder.load(.faceforensics)
      #expect(catalog.videos.count == 3)
      #expect(
        catalog.partition == [
          ["original/part1/000.mp4", "Deepfakes/part1/000_003.mp4"], ["original/part1/010.mp4"],
        ])
      #expect(catalog.reading.rows.contains { $0.takenAs == "passed over" && $0.videos == 1 })
    }
  }
}
