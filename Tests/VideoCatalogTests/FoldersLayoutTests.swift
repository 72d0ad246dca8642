import Contract
import TestSupport
import Testing

@testable import VideoCatalog

/// Label folders in any order and case, and names of known data sets in them.
@Suite struct FoldersLayoutTests {
  private func load(
    _ files: [String], labels: FolderLabels = FolderLabels()
  ) throws -> VideoCatalog {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(files)
      return try folder.load(.folders, CatalogOptions(folderLabels: labels))
    }
  }

  /// The same eight statements, whatever the order of the folders.
  @Test(arguments: [
    ["train/real/a.mp4", "train/fake/FaceSwap/c23/b.mp4", "test/real/c.mp4"],
    ["real/train/a.mp4", "fake/c23/FaceSwap/train/b.mp4", "real/test/c.mp4"],
    ["Data/TRAIN/Real/a.mp4", "Data/Train/faceswap/C23/b.mp4", "Data/Testing/ORIGINAL/c.mp4"],
    ["training_real/a.mp4", "FaceSwap/train/c23/videos/b.mp4", "test_real/c.mp4"],
  ])
  func readsFoldersInAnyOrder(files: [String]) throws {
    let catalog = try load(files)
    #expect(catalog[files[0]]?.label == .real && catalog[files[0]]?.split == .train)
    let fake = try #require(catalog[files[1]])
    #expect(fake.label == .fake && fake.split == .train)
    #expect(fake.method == "FaceSwap" && fake.compression?.lowercased() == "c23")
    #expect(catalog[files[2]]?.label == .real && catalog[files[2]]?.split == .test)
    #expect(Set(catalog.videos.map(\.group)) == ["folders:a", "folders:b", "folders:c"])
  }

  @Test(arguments: [
    ["fake/real/a.mp4", "folder fake", "folder real"],
    ["Originals/x/Deepfakes/a.mp4", "folder Originals", "folder Deepfakes"],
    ["train/real/test/a.mp4", "folder train", "folder test"],
    ["genuine/FAKE_videos/a.mp4", "folder genuine", "folder FAKE_videos"],
  ])
  func refusesContradictions(example: [String]) throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles([example[0], "real/ok.mp4"])
      expectError(.contradiction, example[1], example[2]) { _ = try folder.load(.folders) }
    }
  }

  /// "Deepfakes" is a word for all fakes, too: a method in it is more specific.
  @Test func methodInDeepfakes() throws {
    let catalog = try load(["Deepfakes/FaceSwap/a.mp4", "FaceSwap/deepfakes/b.mp4", "real/c.mp4"])
    #expect(catalog.videos.compactMap(\.method) == ["FaceSwap", "FaceSwap"])
  }

  /// FaceForensics++ names are connected as in its own layout, whatever the folders.
  @Test(arguments: [
    ["real/000.mp4", "real/003.mp4", "fake/000_003.mp4", "real/010.mp4", "fake/010_011.mp4"],
    [
      "train/original/000.mp4", "test/original/003.mp4", "train/Deepfakes/000_003.mp4",
      "train/original/010.mp4", "test/Face2Face/010_011.mp4",
    ],
    [
      "original/c23/000.mp4", "original/c23/003.mp4", "FaceSwap/c23/000_003.mp4",
      "original/c23/010.mp4", "FaceSwap/c23/010_011.mp4",
    ],
    [
      "set/real/000.avi", "set/real/003.avi", "set/fake/Deepfakes_000_003.avi", "set/real/010.avi",
      "set/fake/010_011_fake.avi",
    ],
    [
      "real/frames/000/0001.mpeg", "real/frames/003/0001.mpeg", "fake/frames/000_003/0007.mpeg",
      "real/frames/010/0001.mpeg", "fake/frames/010_011/0003.mpeg",
    ],
    [
      "real/000_12.mpeg", "real/003_7.mpeg", "fake/000_003_0012.mpeg", "real/010_frame3.mpeg",
      "fake/010_011_12.mpeg",
    ],
  ])
  func connectsFaceForensicsNames(files: [String]) throws {
    let catalog = try load(files)
    #expect(
      catalog.partition == [[files[0], files[1], files[2]], [files[3], files[4]]], "\(files)")
    #expect(catalog[files[2]]?.group == "faceforensics:youtube/000")
    #expect(catalog.reading.rows.contains { $0.takenAs.contains("FaceForensics++") })
  }

  /// The groups are those of the data set's own reader.
  @Test func agreesWithTheReaderOfFaceForensics() throws {
    let pairs = ["000_003", "003_000", "010_011", "011_010", "020_003"]
    let reals = ["000", "003", "010", "011", "020"]
    let own = try withTemporaryDirectory { folder in
      try folder.makeFiles(
        reals.map { "original_sequences/youtube/c23/videos/\($0).mp4" }
          + pairs.map { "manipulated_sequences/Deepfakes/c23/videos/\($0).mp4" })
      return try folder.load(.faceforensics)
    }
    let folders = try load(reals.map { "real/\($0).mp4" } + pairs.map { "fake/\($0).mp4" })
    func groups(_ catalog: VideoCatalog) -> [String: String] {
      Dictionary(
        uniqueKeysWithValues: catalog.videos.map { (FileNames.lastComponent($0.name), $0.group) })
    }
    #expect(groups(folders) == groups(own))
    #expect(Set(groups(own).values).count == 2)
  }

  /// Numbers alone are no evidence.
  @Test(arguments: [
    (["real/1.mp4", "real/2.mp4", "fake/1.mp4"], 2),
    (["real/001.mp4", "real/002.mp4", "fake/003.mp4"], 3),
    (["real/1.mp4", "real/2.mp4", "fake/1_2.mp4"], 3),
    (["real/x.mp4", "fake/001_002.mp4", "fake/001_003.mp4", "fake/001_004.mp4"], 4),
  ])
  func numbersAloneAreNoEvidence(files: [String], groups: Int) throws {
    let catalog = try load(files)
    #expect(Set(catalog.videos.map(\.group)).count == groups)
    #expect(catalog.videos.allSatisfy { $0.group.hasPrefix("folders:") })
  }

  /// Among other names, only a pair whose original exists counts; a note says that others don't.
  @Test func pairsCountByTheirOriginal() throws {
    let catalog = try load([
      "real/000.mp4", "real/003.mp4", "real/alice.mp4", "real/bob.mp4", "fake/000_003.mp4",
      "fake/carol.mp4", "fake/dave.mp4", "fake/500_501.mp4",
    ])
    #expect(catalog.partition.contains(["real/000.mp4", "real/003.mp4", "fake/000_003.mp4"]))
    #expect(catalog["fake/500_501.mp4"]?.group == "folders:500_501")
    #expect(catalog.notes.contains { $0.hasPrefix("2 fakes of 4 with names such as 000_001") })
  }

  /// A second number that is a frame's connects no videos.
  @Test func frameNumbersConnectNobody() throws {
    let catalog = try load([
      "real/000.mp4", "real/001.mp4", "real/002.mp4", "fake/000_001.mpeg", "fake/000_002.mpeg",
      "fake/001_001.mpeg", "fake/001_002.mpeg",
    ])
    #expect(
      catalog.partition == [
        ["real/000.mp4", "fake/000_001.mpeg", "fake/000_002.mpeg"],
        ["real/001.mp4", "fake/001_001.mpeg", "fake/001_002.mpeg"], ["real/002.mp4"],
      ])
  }

  /// Names of Celeb-DF, DeepFakeDetection, DeeperForensics and FakeAVCeleb.
  @Test(arguments: [
    (
      ["real/id0_0000.mp4", "real/id1_0005.mp4", "fake/id0_id1_0000.mp4", "real/id2_0000.mp4"],
      "celebdf:id0"
    ),
    (
      [
        "real/01__exit_phone_room.mp4", "real/02__hugging_happy.mp4",
        "fake/01_02__exit_phone_room__YVGY8LOK.mp4", "real/03__kitchen_pan.mp4",
      ], "faceforensics:actor/01"
    ),
    (
      [
        "real/videos/id0_0000_12.mp4", "train/real/id1_0005.mp4", "fake/faces/id0_id1_0000_3.mp4",
        "real/id2_0000.mp4",
      ], "celebdf:id0"
    ),
    (
      [
        "RealVideo-RealAudio/African/men/id00076/00109.mp4",
        "RealVideo-FakeAudio/African/men/id00166/00010_fake.mp4",
        "FakeVideo-FakeAudio/African/men/id00076/00109_id00166_wavtolip.mp4",
        "RealVideo-RealAudio/African/women/id00500/00002.mp4",
      ], "folders:fakeavceleb/id00076"
    ),
  ])
  func connectsOtherKnownNames(files: [String], group: String) throws {
    let catalog = try load(files)
    #expect(catalog.partition == [[files[0], files[1], files[2]], [files[3]]])
    #expect(catalog[files[0]]?.group == group)
    #expect(catalog[files[2]]?.label == .fake && catalog[files[1]]?.label == .real)
  }

  /// Numbers of five digits are YouTube videos of Celeb-DF in a folder of that name only.
  @Test func youTubeReal() throws {
    let catalog = try load([
      "all/Celeb-real/id0_0000.mp4", "all/YouTube-real/00000.mp4",
      "all/Celeb-synthesis/id0_id3_0000.mp4",
    ])
    #expect(catalog["all/YouTube-real/00000.mp4"]?.group == "celebdf:youtube/00000")
    let other = try load(["real/00000.mp4", "fake/00000_fake.mp4"])
    #expect(Set(other.videos.map(\.group)) == ["folders:00000"])
  }

  /// Folders above the label are people, if there are several.
  @Test func peopleAboveTheLabel() throws {
    let catalog = try load([
      "set/anna/real/1.mp4", "set/anna/fake/2.mp4", "set/bert/real/1.mp4", "set/bert/fake/9.mp4",
    ])
    #expect(
      catalog.partition == [
        ["set/anna/real/1.mp4", "set/anna/fake/2.mp4"],
        ["set/bert/real/1.mp4", "set/bert/fake/9.mp4"],
      ])
    // One folder that holds everything is no person.
    let one = try load(["set/real/1.mp4", "set/fake/2.mp4"])
    #expect(Set(one.videos.map(\.group)) == ["folders:1", "folders:2"])
  }

  /// The official split of FaceForensics++ is used if it lies beside the videos.
  @Test func takesTheOfficialSplit() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles([
        "FF/original_sequences/youtube/c23/frames/000/001.mpeg",
        "FF/manipulated_sequences/Deepfakes/c23/frames/000_003/001.mpeg",
        "FF/manipulated_sequences/Deepfakes/c23/frames/071_054/001.mpeg",
      ])
      try folder.write(#"[["000", "003"]]"#, to: "FF/train.json")
      try folder.write(#"[["071", "054"]]"#, to: "FF/test.json")
      let catalog = try folder.load(.folders)
      #expect(catalog.videos.map(\.split) == [.train, .test, .train])
      #expect(catalog.videos.map(\.method) == ["Deepfakes", "Deepfakes", nil])
      #expect(Set(catalog.videos.compactMap(\.compression)) == ["c23"])
      // A file of that name may be anything.
      try folder.write(#"{"epochs": 3}"#, to: "FF/train.json")
      #expect(try folder.load(.folders).notes.contains { $0.contains("passed over") })
    }
  }

  /// Folders 0 and 1 have no label unless a setting gives them one.
  @Test func numberedFoldersNeedASetting() throws {
    let files = ["0/a.mp4", "1/b.mp4"]
    try withTemporaryDirectory { folder in
      try folder.makeFiles(files)
      expectError(.unlabelled, "--set folders.real=[0] --set folders.fake=[1]") {
        _ = try folder.load(.folders)
      }
    }
    let catalog = try load(files, labels: FolderLabels(real: ["0"], fake: ["1"]))
    #expect(catalog.videos.map(\.label) == [.real, .fake])
    let swapped = try load(files, labels: FolderLabels(real: ["1"], fake: ["0"]))
    #expect(swapped.videos.map(\.label) == [.fake, .real])
  }

  /// The setting is for folders only.
  @Test func settingIsForFoldersOnly() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(["Celeb-real/id0_0000.mp4"])
      expectError(.invalidOption, "folders", "celebdf") {
        _ = try folder.load(.celebdf, CatalogOptions(folderLabels: FolderLabels(real: ["x"])))
      }
    }
  }

  /// The name of a data set may be a word for fakes: a folder that contains both labels gives none.
  @Test(arguments: [
    ["deepfake_dataset/real/a.mp4", "deepfake_dataset/fake/b.mp4"],
    ["Deepfakes/train/real/a.mp4", "Deepfakes/train/fake/b.mp4"],
    ["FaceSwap/original/a.mp4", "FaceSwap/altered/b.mp4"],
    ["fake-videos/DFD_original/a.mp4", "fake-videos/DFD_manipulated/b.mp4"],
  ])
  func containersSayNothing(files: [String]) throws {
    let catalog = try load(files)
    #expect(catalog.labels == [files[0]: .real, files[1]: .fake])
    #expect(catalog[files[0]]?.method == nil)
    if files[1].hasPrefix("FaceSwap") { #expect(catalog[files[1]]?.method == "FaceSwap") }
    #expect(Set(catalog.videos.map(\.group)) == ["folders:a", "folders:b"])
  }

  /// Plain labels are never containers.
  @Test func plainLabelsAreNoContainers() {
    expectError(.contradiction, "folder fake", "folder real") {
      _ = try load(["fake/real/a.mp4", "fake/fake/b.mp4"])
    }
  }

  /// Masks beside the videos of a method are no fakes.
  @Test func passesMasksOver() throws {
    let catalog = try load([
      "manipulated_sequences/Deepfakes/c23/videos/000_003.mp4",
      "manipulated_sequences/Deepfakes/masks/videos/000_003.mp4",
      "original_sequences/youtube/c23/videos/000.mp4", "real/masks/1.mp4",
    ])
    #expect(catalog.videos.count == 3 && catalog["real/masks/1.mp4"]?.label == .real)
    #expect(catalog.notes.contains { $0.contains("masks are not used for training") })
    #expect(
      catalog.reading.rows.contains { $0.found == "folder masks" && $0.takenAs == "passed over" })
  }
}
