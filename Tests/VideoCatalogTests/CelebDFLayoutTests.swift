import Contract
import TestSupport
import Testing

@testable import VideoCatalog

/// Celeb-DF as it lies on disks: with `videos`, in another case, as frames, in part.
@Suite struct CelebDFLayoutTests {
  private static let list = """
    1 Celeb-real/id1_0000.mp4
    1 YouTube-real/00170.mp4
    0 Celeb-synthesis/id0_id1_0000.mp4

    """

  /// The three test videos and three others, with the paths that a layout gives them.
  private static let layouts: [(name: String, test: [String], train: [String])] = [
    (
      "official",
      ["Celeb-real/id1_0000.mp4", "YouTube-real/00170.mp4", "Celeb-synthesis/id0_id1_0000.mp4"],
      ["Celeb-real/id2_0000.mp4", "YouTube-real/00001.mp4", "Celeb-synthesis/id2_id3_0000.mp4"]
    ),
    (
      "videos between",
      [
        "Celeb-real/videos/id1_0000.mp4", "YouTube-real/videos/00170.mp4",
        "Celeb-synthesis/videos/id0_id1_0000.mp4",
      ],
      [
        "Celeb-real/videos/id2_0000.mp4", "YouTube-real/videos/00001.mp4",
        "Celeb-synthesis/videos/id2_id3_0000.mp4",
      ]
    ),
    (
      "lower case",
      ["celeb-real/id1_0000.mp4", "youtube-real/00170.mp4", "celeb-synthesis/id0_id1_0000.mp4"],
      ["celeb-real/id2_0000.mp4", "youtube-real/00001.mp4", "celeb-synthesis/id2_id3_0000.mp4"]
    ),
    (
      "mixed case, videos in some",
      [
        "Celeb-Real/Videos/id1_0000.mp4", "Youtube-real/00170.mp4",
        "CELEB-SYNTHESIS/videos/id0_id1_0000.mp4",
      ],
      [
        "Celeb-Real/Videos/id2_0000.mp4", "Youtube-real/00001.mp4",
        "CELEB-SYNTHESIS/videos/id2_id3_0000.mp4",
      ]
    ),
    (
      "a folder of frames per video",
      [
        "Celeb-real/frames/id1_0000/000.mpeg", "YouTube-real/frames/00170/000.mpeg",
        "Celeb-synthesis/frames/id0_id1_0000/012.mpeg",
      ],
      [
        "Celeb-real/frames/id2_0000/000.mpeg", "YouTube-real/frames/00001/000.mpeg",
        "Celeb-synthesis/frames/id2_id3_0000/012.mpeg",
      ]
    ),
  ]

  /// The official test set is the same, however a layout places its files.
  @Test(arguments: layouts.indices)
  func takesTheTestSetOver(index: Int) throws {
    let layout = Self.layouts[index]
    try withTemporaryDirectory { folder in
      try folder.makeFiles(layout.test + layout.train)
      try folder.write(Self.list, to: "List_of_testing_videos.txt")
      let catalog = try folder.load(.celebdf)
      #expect(Set(catalog.names) == Set(layout.test + layout.train), "\(layout.name)")
      for name in layout.test { #expect(catalog[name]?.split == .test, "\(layout.name): \(name)") }
      for name in layout.train {
        #expect(catalog[name]?.split == .train, "\(layout.name): \(name)")
      }
      #expect(catalog.missing.isEmpty)
      #expect(catalog[layout.test[0]]?.group == "celebdf:id0")
      #expect(catalog[layout.test[2]]?.group == "celebdf:id0")
      #expect(catalog[layout.train[1]]?.group == "celebdf:youtube/00001")
      #expect(catalog[layout.train[0]]?.group == catalog[layout.train[2]]?.group)
      #expect(catalog[layout.test[2]]?.label == .fake && catalog[layout.test[0]]?.label == .real)
    }
  }

  /// A partial download is normal: listed videos without a file are counted, and noted.
  @Test func countsListedVideosThatAreNotThere() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles([
        "Celeb-real/videos/id1_0000.mp4", "Celeb-synthesis/videos/id0_id2_0000.mp4",
      ])
      try folder.write("\u{FEFF}" + Self.list, to: "List_of_testing_videos.txt")
      let catalog = try folder.load(.celebdf)
      #expect(
        catalog.missing.map(\.name) == [
          "Celeb-synthesis/id0_id1_0000.mp4", "YouTube-real/00170.mp4",
        ])
      #expect(
        catalog.notes.contains {
          $0 == "2 of 3 videos in List_of_testing_videos.txt are not there (a partial download is "
            + "normal)"
        })
    }
  }

  /// A listed video at a path that the layout doesn't have must not go into training.
  @Test(arguments: [
    ("Celeb-real/part1/id1_0000.mp4", "Celeb-real/id1_0000.mp4"),
    ("Celeb-real/ID1_0000.mp4", "Celeb-real/id1_0000.mp4"),
    ("Celeb-real/id1_0000.avi", "Celeb-real/id1_0000.mp4"),
    ("Celeb-real/id1_0000_part2.mp4", "Celeb-real/id1_0000.mp4"),
    ("YouTube-real/00170_1.mp4", "YouTube-real/00170.mp4"),
    ("YouTube-real/videos/more/00170.mp4", "YouTube-real/00170.mp4"),
    ("Celeb-synthesis/videos/Id0_Id1_0000.MP4", "Celeb-synthesis/id0_id1_0000.mp4"),
  ])
  func refusesTestVideosInOtherPlaces(stray: String, listed: String) throws {
    try withTemporaryDirectory { folder in
      let others = [
        "Celeb-real/id1_0000.mp4", "YouTube-real/00170.mp4", "Celeb-synthesis/id0_id1_0000.mp4",
        "Celeb-real/id3_0000.mp4",
      ].filter { $0 != listed }
      try folder.makeFiles(others + [stray])
      try folder.write(Self.list, to: "List_of_testing_videos.txt")
      expectError(.contradiction, folder.path(of: stray), "move or rename it to \(listed)") {
        _ = try folder.load(.celebdf)
      }
      // The advice works.
      try folder.remove(stray)
      try folder.makeFiles([listed])
      #expect(try folder.load(.celebdf)[listed]?.split == .test)
    }
  }

  /// A copy of a test video would be trained on.
  @Test func refusesCopiesOfTestVideos() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles([
        "Celeb-real/id1_0000.mp4", "Celeb-real/backup/id1_0000.mp4", "Celeb-real/id2_0000.mp4",
      ])
      try folder.write(Self.list, to: "List_of_testing_videos.txt")
      expectError(.contradiction, "Celeb-real/backup/id1_0000.mp4", "move it out") {
        _ = try folder.load(.celebdf)
      }
      try folder.remove("Celeb-real/backup/id1_0000.mp4")
      #expect(try folder.load(.celebdf).videos.map(\.split) == [.test, .train])
    }
  }

  /// A list without any existing video belongs to another data set; without the list there is no
  /// official split.
  @Test func refusesAListOfWhichNothingIsThere() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(["Celeb-real/id7_0000.mp4", "Celeb-synthesis/id7_id8_0000.mp4"])
      try folder.write(Self.list, to: "List_of_testing_videos.txt")
      expectError(.contradiction, "none of its 3 test videos", "2 videos", "move the list away") {
        _ = try folder.load(.celebdf)
      }
      try folder.remove("List_of_testing_videos.txt")
      let catalog = try folder.load(.celebdf)
      #expect(catalog.videos.map(\.split) == [nil, nil])
    }
  }

  /// The list itself may be written in another case.
  @Test func readsAListInAnotherCase() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(["YouTube-real/00170.mp4", "Celeb-real/id1_0001.mp4"])
      try folder.write("1 Youtube-real/00170.mp4\n", to: "List_of_testing_videos.txt")
      #expect(try folder.load(.celebdf)["YouTube-real/00170.mp4"]?.split == .test)
    }
  }

  /// The list's own name may be in another case.
  @Test func findsTheListInAnotherCase() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(["Celeb-real/id1_0000.mp4", "Celeb-real/id2_0000.mp4"])
      try folder.write("1 Celeb-real/id1_0000.mp4\n", to: "list_of_testing_videos.txt")
      #expect(try folder.load(.celebdf).videos.map(\.split) == [.test, .train])
    }
  }

  /// A picture is a frame of the video whose name its own begins with; an entry of the list means
  /// all of them.
  @Test(arguments: [
    ("Celeb-real", "id1_0000_12.png", "id1_0000"), ("Celeb-real", "id1_0000.jpg", "id1_0000"),
    ("Celeb-synthesis", "id0_id1_0000_frame3.png", "id0_id1_0000"),
    ("YouTube-real", "00170_4.png", "00170"), ("YouTube-real", "holiday.png", "holiday"),
    ("Celeb-real", "id1_0000_12.mp4", "id1_0000_12"),
  ])
  func picturesAreFrames(folder: String, file: String, stem: String) throws {
    #expect(CelebDFReader.stem(file, inner: [], top: folder) == stem)
    try withTemporaryDirectory { place in
      try place.write(Self.list, to: "l.txt")
      var list = try CelebDFTestList(path: place.path(of: "l.txt"))
      let isTest = list.take(
        .init(
          folder: folder, file: file, stem: stem, name: folder + "/" + file, isExplained: true))
      #expect(isTest == (file.hasSuffix("mp4") ? false : stem != "holiday"))
      #expect(list.unseen.count == (isTest ? 2 : 3))
    }
  }
}
