import Contract
import Foundation
import TestSupport
import Testing
import VideoCatalog

/// Pictures and folders of frames as videos.
@Suite struct PicturesTests {
  private func forms(_ catalog: VideoCatalog) -> [String: VideoForm] {
    Dictionary(uniqueKeysWithValues: catalog.videos.map { ($0.name, $0.form) })
  }

  /// A picture is a video of one frame, whatever the case of its extension.
  @Test func picturesAreVideos() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles([
        "real/a.jpg", "real/b.JPEG", "real/c.PNG", "fake/d.webp", "fake/e.Bmp", "fake/f.tif",
        "fake/g.TIFF", "real/h.gif", "fake/i.MP4",
      ])
      let catalog = try folder.load(.folders)
      #expect(
        forms(catalog) == [
          "real/a.jpg": .picture, "real/b.JPEG": .picture, "real/c.PNG": .picture,
          "fake/d.webp": .picture, "fake/e.Bmp": .picture, "fake/f.tif": .picture,
          "fake/g.TIFF": .picture, "real/h.gif": .video, "fake/i.MP4": .video,
        ])
      #expect(catalog.passedOver.isEmpty && catalog.passedOver.text == nil)
    }
  }

  /// Numbered faces directly in a folder of a label, a split or a collection are different people.
  @Test func numberedFacesStaySingle() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles([
        "train/real/00001.jpg", "train/real/00002.jpg", "train/fake/00001.jpg",
        "train/fake/00002.jpg", "test/real/7.jpg", "test/real/8.jpg", "fake/Faces/1.png",
        "fake/Faces/2.png",
      ])
      let catalog = try folder.load(.folders)
      #expect(catalog.videos.count == 8)
      #expect(catalog.videos.allSatisfy { $0.form == .picture })
    }
    try withTemporaryDirectory { folder in
      // The root is no folder of frames either.
      try folder.makeFiles(["1.png", "2.png"])
      let catalog = try folder.load(.folders, CatalogOptions(label: .fake))
      #expect(catalog.names == ["1.png", "2.png"])
    }
  }

  /// A folder of numbered pictures is one video, named as the folder; the run says so.
  @Test func framesAreOneVideo() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles([
        "real/anna/000.png", "real/anna/001.png", "fake/anna/frame_1.jpg", "fake/anna/frame_30.JPG",
        "real/berta/readme.txt", "real/berta/10.png", "real/berta/9.png",
      ])
      let catalog = try folder.load(.folders)
      #expect(
        forms(catalog) == ["real/anna": .frames, "fake/anna": .frames, "real/berta": .frames])
      #expect(catalog["real/anna"]?.path == folder.path(of: "real/anna"))
      #expect(catalog.partition == [["real/anna", "fake/anna"], ["real/berta"]])
      #expect(
        catalog.notes.contains {
          $0.hasPrefix("3 folders of numbered pictures (6 in all)") && $0.contains("real/anna")
        })
      #expect(catalog.passedOver.text == "1 .txt")
      let single = try folder.load(.folders, CatalogOptions(numberedPictures: .single))
      #expect(single.videos.count == 6 && single.videos.allSatisfy { $0.form == .picture })
    }
  }

  /// A folder with one picture is a folder of frames only if it lies beside others.
  @Test func aSingleFrame() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(["real/a/0.png", "real/a/1.png", "real/b/5.png", "fake/c/1.png"])
      #expect(
        forms(try folder.load(.folders)) == [
          "real/a": .frames, "real/b": .frames, "fake/c/1.png": .picture,
        ])
    }
  }

  /// Folders with something besides a series of pictures are taken picture by picture.
  @Test(arguments: [
    ["real/x/1.png", "real/x/2.png", "real/x/cover.png"], ["real/x/1.png", "real/x/2.jpg"],
    ["real/x/1.png", "real/x/01.png"], ["real/x/1.png", "real/x/2.png", "real/x/clip.mp4"],
    ["real/x/1.png", "real/x/2.png", "real/x/y/3.png"],
  ])
  func mixedFoldersAreNoVideo(files: [String]) throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(files)
      #expect(try folder.load(.folders).names == files.sorted())
    }
  }

  /// DeepfakeBench's frames are read as FaceForensics++; its masks and landmarks are no faces.
  @Test func framesOfDeepfakeBench() throws {
    try withTemporaryDirectory { folder in
      let fake = "manipulated_sequences/Deepfakes/c23"
      let real = "original_sequences/youtube/c23"
      try folder.makeFiles(
        ["000", "015", "030"].flatMap { number in
          [
            "\(fake)/frames/000_003/\(number).png", "\(fake)/masks/000_003/\(number).png",
            "\(fake)/landmarks/000_003/\(number).npy", "\(real)/frames/000/\(number).png",
            "\(real)/frames/003/\(number).png",
          ]
        } + ["\(real)/videos/003.mp4"])
      let catalog = try folder.load(.faceforensics)
      #expect(
        forms(catalog) == [
          "\(fake)/frames/000_003": .frames, "\(real)/frames/000": .frames,
          "\(real)/videos/003.mp4": .video,
        ])
      #expect(Set(catalog.videos.map(\.group)).count == 1)
      #expect(catalog["\(fake)/frames/000_003"]?.method == "Deepfakes")
      #expect(
        catalog.passedOver.text
          == "3 .npy, 3 pictures of masks or landmarks, 1 folder of frames beside their videos")
    }
  }

  /// Frames belong to the video of their folder's name: in DFDC's metadata, and in the list of
  /// Celeb-DF's test videos.
  @Test func framesHaveTheirVideosMetadata() throws {
    try withTemporaryDirectory { folder in
      try folder.write(
        #"{"abc.mp4": {"label": "REAL"}, "abd.mp4": {"label": "FAKE", "original": "abc.mp4"}}"#,
        to: "metadata.json")
      try folder.makeFiles(["abc/0.png", "abc/10.png", "abd/0.png", "abd/10.png"])
      let catalog = try folder.load(.dfdc)
      #expect(catalog.labels == ["abc": .real, "abd": .fake])
      #expect(Set(catalog.videos.map(\.group)) == ["dfdc:abc"])
      #expect(catalog.missing.isEmpty && catalog.unlabelled.isEmpty)
    }
    try withTemporaryDirectory { folder in
      try folder.write(
        "1 Celeb-real/id0_0000.mp4\n0 Celeb-synthesis/id0_id1_0000.mp4\n",
        to: "List_of_testing_videos.txt")
      for name in ["Celeb-real/frames/id0_0000", "Celeb-real/frames/id0_0001"] {
        try folder.makeFiles(["\(name)/000.png", "\(name)/012.png"])
      }
      try folder.makeFiles([
        "Celeb-synthesis/frames/id0_id1_0000/000.png",
        "Celeb-synthesis/frames/id0_id1_0000/001.png",
      ])
      let catalog = try folder.load(.celebdf)
      #expect(catalog.videos.map(\.split) == [.test, .train, .test])
      #expect(catalog.missing.isEmpty)
      #expect(Set(catalog.videos.map(\.group)).count == 1)
    }
  }

  /// In folders that the user gave a label, each picture shows another person, whatever their
  /// names.
  @Test func numberedPicturesInNamedFolders() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(["0/00001.jpg", "0/00002.jpg", "1/00003.jpg", "1/00004.jpg"])
      let catalog = try folder.load(
        .folders, CatalogOptions(folderLabels: FolderLabels(real: ["1"], fake: ["0"])))
      #expect(catalog.videos.map(\.form) == [.picture, .picture, .picture, .picture])
      #expect(catalog["0/00001.jpg"]?.label == .fake && catalog["1/00003.jpg"]?.label == .real)
    }
  }

  /// Folders that contradict the one label for everything are an error, and the advice works.
  @Test func oneLabelForAll() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(["house/a.jpg", "senate/b.jpg", "c.jpg"])
      expectError(.unlabelled, "3 video files") { _ = try folder.load(.folders) }
      let catalog = try folder.load(.folders, CatalogOptions(label: .real))
      #expect(catalog.videos.allSatisfy { $0.label == .real })
      // Nothing shows which folders are people: each file is a group of its own, and `house` and
      // `senate` are none.
      #expect(catalog["house/a.jpg"]?.group == "folders:a")
      #expect(catalog["senate/b.jpg"]?.group == "folders:b")
      #expect(catalog["c.jpg"]?.group == "folders:c")
      try folder.makeFiles(["fake/d.jpg"])
      expectError(.contradiction, "fake: a folder of fake videos", "--set label=null") {
        _ = try folder.load(.folders, CatalogOptions(label: .real))
      }
      expectError(.invalidOption, "kind `folders`, got `celebdf`") {
        _ = try folder.load(.celebdf, CatalogOptions(label: .real))
      }
    }
    try withTemporaryDirectory { folder in
      try folder.makeFiles(["real/d.jpg", "fake/d.jpg"])
      expectError(.contradiction, "--set label=null") {
        _ = try folder.load(.folders, CatalogOptions(label: .real))
      }
      #expect(try folder.load(.folders).names == ["fake/d.jpg", "real/d.jpg"])
    }
    try withTemporaryDirectory { folder in
      try folder.makeFiles(["real/anna/a.jpg", "x/real/b.jpg"])
      let catalog = try folder.load(.folders, CatalogOptions(label: .real))
      #expect(catalog.videos.map(\.group) == ["folders:anna", "folders:x"])
    }
  }

  /// A table names videos, pictures and folders of frames; what else it names is missing, unopened.
  @Test func tablesNamePicturesAndFrames() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles([
        "a.mp4", "p.JPG", "f/1.png", "f/2.png", "other/x.png", "other/y.png",
      ])
      #expect(mkfifo(folder.path(of: "pipe.mp4"), 0o600) == 0)
      let socket = try Socket(folder.path(of: "s"))
      defer { socket.close() }
      try folder.write(
        "path,label\na.mp4,real\np.JPG,fake\nf,fake\npipe.mp4,real\ns,real\nother,real\n/dev/null,real\n",
        to: "list.csv")
      let catalog = try VideoCatalog.load(kind: .csv, input: folder.path(of: "list.csv"))
      #expect(forms(catalog) == ["a.mp4": .video, "p.JPG": .picture, "f": .frames])
      let reasons = Dictionary(uniqueKeysWithValues: catalog.missing.map { ($0.name, $0.reason) })
      #expect(reasons["pipe.mp4"] == "line 5: a FIFO, not a regular file")
      #expect(reasons["s"] == "line 6: a socket, not a regular file")
      #expect(reasons["other"]?.contains("such as 000.png and 001.png") == true)
      #expect(reasons["external/root/dev/null"] == "line 8: a device, not a regular file")
    }
  }

  /// A form that only one class has gives a note.
  @Test func aTellingFormIsRemarked() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(["real/a.jpg", "real/b.jpg", "fake/c.mp4"])
      let telling = "real: 2 pictures; fake: 1 video: a network may learn"
      #expect(try folder.load(.folders).notes.contains { $0.hasPrefix(telling) })
      try folder.makeFiles(["fake/d.jpg", "real/e.mp4"])
      #expect(!(try folder.load(.folders).notes.contains { $0.contains("may learn") }))
    }
  }
}
